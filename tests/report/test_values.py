from collections.abc import Callable

import pytest

from shall.engine.differences import differences
from shall.messages import Message
from shall.report.columns import columns, cut
from shall.report.values import check_message, check_title, difference, value_pair
from shall.results.records import CheckResult, Outcome

MakeCheck = Callable[..., CheckResult]


@pytest.mark.verifies("reports#1.17")
@pytest.mark.parametrize(
    ("path", "kind", "title"),
    [
        ("steps[0].expect.status", "status_code", "status"),
        ('steps[0].expect["$.items[0].id"]', "equals", "$.items[0].id"),
        ('steps[0].expect["$.name"].at_least', "greater_or_equal", "$.name at_least"),
        (
            'steps[0].expect["header Content-Type"].not.matches',
            "regex",
            "header Content-Type not matches",
        ),
        ('steps[0].expect["$.password"].exists', "not_exists", "$.password not_exists"),
        ("steps[0].expect.body.schema", "schema", "body schema"),
        (f'steps[0].expect["$.{"x" * 1000}"]', "equals", "data.id equals"),
        ("steps[0].assert[0]", "equals", "data.id equals"),
    ],
)
def test_a_check_is_named_as_it_is_written(
    make_check: MakeCheck, path: str, kind: str, title: str
) -> None:
    assert check_title(make_check(1, 2, path=path, kind=kind), "en") == title


@pytest.mark.verifies("reports#1.19")
@pytest.mark.parametrize(
    ("path", "title"),
    [
        ('steps[0].until["$.state"]', "$.state"),
        ('steps[0].until.fails_if["$.state"].contains', "$.state contains"),
        ('steps[0].repeat.while["$.next"].exists', "$.next exists"),
        ('steps[0].repeat.until["$.next"]', "$.next"),
        ('steps[0].stream.until["$.event"]', "$.event"),
        ('steps[0].expect["$.until"]', "$.until"),
        ("steps[0].expect.fails_if", "fails_if"),
    ],
)
def test_a_condition_is_named_as_it_is_written(
    make_check: MakeCheck, path: str, title: str
) -> None:
    assert check_title(make_check(1, 2, path=path, kind="equals"), "en") == title


@pytest.mark.verifies("reports#1.17")
def test_a_duration_is_shown_in_milliseconds(make_check: MakeCheck) -> None:
    path = "steps[0].expect.duration.less_than"
    assert value_pair(make_check("1 ms", 2.5, path=path), "en", 40) == ('"1 ms"', "2.5 ms")

    field = 'steps[0].expect["$.duration"].less_than'
    assert value_pair(make_check(1, 2.5, path=field), "en", 40) == ("1", "2.5")


def test_a_text_and_a_number_that_look_alike_are_distinguished(make_check: MakeCheck) -> None:
    assert value_pair(make_check(7, "7"), "en", 40) == ("7", '"7"')


def test_long_values_begin_a_little_before_they_differ(make_check: MakeCheck) -> None:
    same = "x" * 500
    expected, actual = value_pair(make_check(f"{same}cat", f"{same}dog"), "en", 60)

    assert expected == f'...{"x" * 24}cat"'
    assert actual == f'...{"x" * 24}dog"'


def test_long_values_that_differ_at_once_are_cut_at_the_end(make_check: MakeCheck) -> None:
    expected, actual = value_pair(make_check("a" * 500, "b"), "en", 20)

    assert expected == f'"{"a" * 16}...'
    assert actual == '"b"'


def test_a_field_that_does_not_exist_is_not_shown_as_null(make_check: MakeCheck) -> None:
    check = make_check(1, None, found=False, message=None)
    reason = Message("check.missing", {"reason": "data is empty"})
    shown = make_check(1, None, found=False, message=reason)

    assert value_pair(check, "en", 40)[1] == "(does not exist)"
    assert value_pair(shown, "en", 40)[1] == "(does not exist: data is empty)"
    assert value_pair(make_check(1, None), "en", 40)[1] == "null"
    long = make_check(1, None, found=False, message=Message("check.missing", {"reason": "a" * 99}))
    assert value_pair(long, "en", 40)[1] == f"(does not exist: {'a' * 99})"


@pytest.mark.verifies("reports#1.14")
def test_structures_that_do_not_fit_are_compared_by_path(make_check: MakeCheck) -> None:
    left = {"id": 1, "name": "ada", "roles": ["admin", "user"], "city": "London"}
    right = {"id": 1, "name": "bob", "roles": ["user"], "city": "London", "x y": None}
    check = make_check(left, right, differences=differences(left, right))

    assert difference(check, 30) == [
        '- $.name: "ada"',
        '+ $.name: "bob"',
        '- $.roles[0]: "admin"',
        '+ $["x y"]: null',
    ]


@pytest.mark.verifies("reports#1.14")
def test_a_long_difference_is_cut(make_check: MakeCheck) -> None:
    left, right = list(range(100)), list(range(100, 200))
    lines = difference(make_check(left, right, differences=differences(left, right)), 30)

    assert len(lines) == 25
    assert lines[-1] == "..."


def test_texts_of_several_lines_are_compared_line_by_line(make_check: MakeCheck) -> None:
    assert difference(make_check("a\nb\nc\nd\ne", "a\nb\nX\nd\ne"), 10) == [
        " b",
        "-c",
        "+X",
        " d",
    ]


def test_structures_that_fit_and_checks_that_passed_have_no_difference(
    make_check: MakeCheck,
) -> None:
    assert difference(make_check([1], [2]), 30) == []
    passed = make_check(list(range(50)), list(range(50)), outcome=Outcome.PASSED)
    assert difference(passed, 30) == []
    assert difference(make_check("a" * 90, "b" * 90), 30) == []


def test_chinese_characters_take_two_columns() -> None:
    assert columns("库存ok") == 6
    assert cut("库存减少了", 8) == "库存..."
    assert cut("库存减少", 8) == "库存减少"


def test_a_message_that_only_repeats_the_values_is_left_out(make_check: MakeCheck) -> None:
    slow = Message("check.regex_too_slow", {"expected": "(a+)+"})

    assert check_message(make_check(1, 2), "en") == ""
    assert check_message(make_check(1, 2, message=None), "en") == ""
    assert "(a+)+ takes too long" in check_message(make_check(1, 2, message=slow), "en")
