from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shall.cases.model import Check, CheckKind
from shall.engine.budgets import Budget
from shall.engine.conditions import judge_of
from shall.engine.predicate import compare, status_matches, type_name
from shall.engine.query import Selected
from shall.messages import LANGUAGES, render
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]

HOLDS = [
    ("equals", 1, 1.0),
    ("equals", None, None),
    ("equals", {"a": [1, {"b": True}]}, {"a": [1, {"b": True}]}),
    ("not_equals", 1, True),
    ("not_equals", "200", 200),
    ("not_equals", [1], [1, 2]),
    ("contains", "hello", "ell"),
    ("contains", "page 42", 42),
    ("contains", [1, "a"], "a"),
    ("contains", {"a": 1, "b": 2}, "a"),
    ("contains", {"a": 1, "b": 2}, {"b": 2}),
    ("not_contains", [1, "a"], "b"),
    ("not_contains", {"a": 1}, 1),
    ("not_contains", 5, 5),
    ("length", "abc", 3),
    ("length", [1, 2], 2),
    ("length", {"a": 1}, 1),
    ("in", 2, [1, 2]),
    ("not_in", 3, [1, 2]),
    ("regex", "order-17", r"^order-\d+$"),
    ("regex", 17, r"^\d+$"),
    ("less_than", 1, 2),
    ("less_or_equal", 2, 2),
    ("greater_than", 3.5, 2),
    ("greater_or_equal", "2026-02-01", "2026-01-31"),
    ("status_code", 200, [200, 201]),
    ("is_none", None, None),
    ("is_not_none", 0, None),
    ("exists", None, None),
]

FAILS = [
    ("equals", "200", 200, 'expected 200 (integer), got "200" (string)'),
    ("equals", 2, 1, "expected 1, got 2"),
    ("equals", True, 1, "expected 1 (integer), got true (boolean)"),
    ("not_equals", 1, 1, "expected anything but 1"),
    ("contains", "abc", "x", '"abc" does not contain "x"'),
    ("not_contains", "abc", "b", '"abc" contains "b"'),
    ("length", 5, 1, "expected something with a length, got integer"),
    ("length", "ab", 3, "expected length 3, got 2"),
    ("in", 3, [1, 2], "3 is not in [1, 2]"),
    ("not_in", 1, [1, 2], "1 is in [1, 2]"),
    ("regex", "abc", "^b", '"abc" does not match "^b"'),
    ("regex", ["abc"], "abc", "expected a text, got list"),
    ("regex", {"a": "abc"}, "abc", "expected a text, got object"),
    ("less_than", 2, 2, "expected < 2, got 2"),
    ("greater_than", "2", 1, '"2" (string) > 1 (integer) cannot be compared'),
    ("greater_than", True, 0, "true (boolean) > 0 (integer) cannot be compared"),
    ("status_code", 404, 200, "expected status 200, got 404"),
    ("is_none", 1, None, "expected null, got 1"),
    ("is_not_none", None, None, "expected a value, got null"),
    ("not_exists", 1, None, "it should not exist, but is 1"),
]


@pytest.mark.verifies("engine#2.2")
@pytest.mark.parametrize(("kind", "actual", "expected"), HOLDS)
def test_a_comparison_that_holds(kind: CheckKind, actual: Any, expected: Any) -> None:
    assert compare(kind, Selected(actual), expected) is None


@pytest.mark.verifies("engine#2.2")
@pytest.mark.parametrize(("kind", "actual", "expected", "text"), FAILS)
def test_a_comparison_that_does_not_hold_says_why(
    kind: CheckKind, actual: Any, expected: Any, text: str
) -> None:
    wrong = compare(kind, Selected(actual), expected)
    assert wrong is not None
    assert render(wrong) == text
    assert all(render(wrong, language) for language in LANGUAGES)


@pytest.mark.parametrize("kind", ["equals", "exists", "is_none", "is_not_none"])
def test_what_does_not_exist_fails_with_the_reason(kind: CheckKind) -> None:
    wrong = compare(kind, Selected(found=False, reason="no id"), 1)
    assert wrong is not None
    assert "no id" in render(wrong)


@pytest.mark.verifies("engine#2.17")
@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-03-29T02:30:00+01:00", "2026-03-29T01:31:00Z"),
        ("2026-03-29T01:31:00Z", "2026-03-28T20:31:00.1-05:00"),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z"),
        ("2026-01-01T10:00:00.1234567Z", "2026-01-01T10:00:00.1234568Z"),
        ("2026-01-01 10:00:00.05z", "2026-01-01T10:00:00.5+00:00"),
        ("2026-01-01", "2026-01-02"),
        ("2026-01-01T10:00:00", "2026-01-01T10:00:01"),
        ("2026-99-01T10:00:00Z", "2026-99-01T10:00:01Z"),
    ],
)
def test_points_in_time_are_compared_as_such(earlier: str, later: str) -> None:
    assert compare("less_than", Selected(earlier), later) is None
    assert compare("greater_or_equal", Selected(later), earlier) is None
    wrong = compare("less_or_equal", Selected(later), earlier)
    assert wrong is not None
    assert render(wrong) == f'expected <= "{earlier}", got "{later}"'


@pytest.mark.verifies("engine#2.17")
def test_one_point_in_time_may_be_written_in_two_ways() -> None:
    for kind in ("less_or_equal", "greater_or_equal"):
        assert (
            compare(kind, Selected("2026-01-01T10:00:00.500Z"), "2026-01-01T11:00:00.5+01:00")
            is None
        )


def test_what_does_not_exist_is_not_there() -> None:
    assert compare("not_exists", Selected(found=False), None) is None


@pytest.mark.parametrize(
    ("status", "expected", "matches"),
    [(200, "2xx", True), (404, "2XX", False), (201, "201", True), (200, ["4xx", 200], True)],
)
def test_a_status_may_be_a_class_or_a_list(status: int, expected: Any, matches: bool) -> None:
    assert status_matches(status, expected) is matches


def test_a_type_outside_json_has_its_own_name() -> None:
    assert type_name(b"x") == "bytes"


@pytest.mark.verifies("engine#2.7")
def test_a_pattern_that_explodes_fails_in_time() -> None:
    wrong = compare("regex", Selected("a" * 60 + "b"), r"^(a|a)*$|^(a+)+$")
    assert wrong is not None
    assert wrong.code in {"check.regex_too_slow", "check.no_match"}
    bad = compare("regex", Selected("a" * 5000 + "!"), r"(.*a){25}x")
    assert bad is not None
    assert bad.code == "check.regex_too_slow"


def test_what_is_no_pattern_says_why() -> None:
    wrong = compare("regex", Selected("a"), "(")
    assert wrong is not None
    assert wrong.code == "check.bad_pattern"
    assert "missing )" in str(wrong.params["reason"])


def test_a_pattern_that_only_one_library_knows_does_not_match() -> None:
    wrong = compare("regex", Selected("a"), "[[:unheard-of:]]")
    assert wrong is not None
    assert wrong.code == "check.no_match"


def step(kind: str, **check: Any) -> dict[str, Any]:
    return {"method": "GET", "path": f"/body/{kind}", "assert": [check]}


@pytest.mark.anyio
@pytest.mark.verifies("engine#2.3", "engine#2.4", "engine#2.6")
@pytest.mark.parametrize(
    ("kind", "check", "outcome"),
    [
        ("list", {"type": "equals", "field": "[1].id", "expected": 2}, "passed"),
        ("list", {"type": "equals", "field": "$[-1].id", "expected": 2}, "passed"),
        ("list", {"type": "equals", "field": "0.id", "expected": 1}, "passed"),
        ("list", {"type": "length", "expected": 2}, "passed"),
        ("list", {"type": "contains", "expected": {"id": 2}}, "passed"),
        ("list", {"type": "exists", "field": "[2]"}, "failed"),
        ("list", {"type": "contains", "field": "[0].id", "expected": 2}, "failed"),
        ("text", {"type": "equals", "expected": "plain words"}, "passed"),
        ("text", {"type": "exists", "field": "a"}, "failed"),
        ("text", {"type": "regex", "expected": "^plain"}, "passed"),
        ("latin", {"type": "equals", "expected": "Zürich"}, "passed"),
        ("empty", {"type": "status_code", "expected": 204}, "passed"),
        ("empty", {"type": "is_none"}, "passed"),
        ("empty", {"type": "exists", "field": "a"}, "failed"),
        ("broken", {"type": "contains", "expected": '{"a"'}, "passed"),
        ("broken", {"type": "equals", "field": "a", "expected": 1}, "failed"),
        ("null", {"type": "is_none"}, "passed"),
        ("deep", {"type": "status_code", "expected": 200}, "passed"),
        ("gzip", {"type": "equals", "field": "zipped", "expected": True}, "passed"),
        (
            "list",
            {"type": "equals", "header": "Content-Type", "expected": "application/json"},
            "passed",
        ),
        ("list", {"type": "exists", "header": "X-None"}, "failed"),
        ("list", {"type": "in", "expected": 1, "container": [1, 2]}, "passed"),
        ("list", {"type": "mysql_query", "query": "select 1", "expected": 1}, "error"),
    ],
)
async def test_bodies_of_every_kind_are_data(
    service: Any, run_one: RunOne, kind: str, check: dict[str, Any], outcome: str
) -> None:
    result = await run_one([step(kind, **check)], host=service.url)
    assert result.outcome.value == outcome, result


@pytest.mark.anyio
async def test_without_a_field_contains_searches_the_text_of_an_object(
    service: Any, run_one: RunOne
) -> None:
    step = {"method": "GET", "path": "/echo", "assert": [{"type": "contains", "expected": "GET"}]}
    assert (await run_one([step], host=service.url)).outcome is Outcome.PASSED


@pytest.mark.anyio
@pytest.mark.verifies("engine#2.5")
@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, Outcome.FAILED),
        ({"assert": [{"type": "exists", "field": "code"}]}, Outcome.FAILED),
        ({"allow_status": [404]}, Outcome.PASSED),
        ({"assert": [{"type": "status_code", "expected": 404}]}, Outcome.PASSED),
    ],
)
async def test_an_error_status_fails_unless_it_is_meant(
    service: Any, run_one: RunOne, fields: dict[str, Any], outcome: Outcome
) -> None:
    step = {"method": "GET", "path": "/status/404", **fields}
    assert (await run_one([step], host=service.url)).outcome is outcome


@pytest.mark.anyio
@pytest.mark.verifies("engine#2.1")
async def test_a_check_holds_field_expected_and_actual(service: Any, run_one: RunOne) -> None:
    checks = [
        {"type": "status_code", "expected": 200},
        {"type": "equals", "field": "data.id", "expected": 8},
        {"type": "equals", "field": "data.none", "expected": 1},
    ]
    step = {"method": "POST", "path": "/login", "json": {"user": "a"}, "assert": checks}
    result = await run_one([step], host=service.url)
    found = [(it.field, it.expected, it.actual, it.found) for it in result.steps[0].checks]
    assert found == [(None, 200, 200, True), ("data.id", 8, 7, True), ("data.none", 1, None, False)]
    assert result.checks_executed == 3


@pytest.mark.anyio
async def test_a_check_may_use_earlier_values_and_its_own_step(
    service: Any, run_one: RunOne
) -> None:
    steps = [
        {"method": "POST", "path": "/login", "json": {"user": "anna"}},
        {
            "method": "GET",
            "path": "/echo/{{ s0.data.id }}",
            "assert": [
                {"type": "equals", "field": "path", "expected": "/echo/{{ s0.data.id }}"},
                {"type": "equals", "field": "method", "expected": "{{ s1.method }}"},
            ],
        },
    ]
    assert (await run_one(steps, host=service.url)).outcome is Outcome.PASSED


@pytest.mark.verifies("engine#2.20")
@pytest.mark.parametrize("expected", ["active,inactive", {"active": 1}, None, 5])
@pytest.mark.parametrize("kind", ["in", "not_in"])
def test_in_and_not_in_hold_of_nothing_where_an_expression_yields_no_list(
    kind: CheckKind, expected: Any
) -> None:
    for negated in (False, True):
        judge = judge_of(Check(kind, "a", expected=expected, negated=negated))
        wrong = judge(Selected("active"), expected, Budget())
        assert wrong is not None
        assert wrong.code == "check.not_list"
