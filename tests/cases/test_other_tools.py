"""Suggestions for words of other tools, and that none has the opposite meaning."""

from typing import Any

import pytest

from shall.cases.aliases import check_kind
from shall.cases.model import CHECK_KINDS, CheckKind
from shall.cases.reader import read_data
from shall.errors import InvalidCase

STEP = {"id": "a", "path": "/a"}


def problem_of(case: dict[str, Any]) -> str:
    with pytest.raises(InvalidCase) as refused:
        read_data(case)
    return str(refused.value)


def problem_of_step(**fields: Any) -> str:
    return problem_of({"name": "n", "steps": [{**STEP, **fields}]})


def problem_of_check(**fields: Any) -> str:
    return problem_of_step(**{"assert": [fields]})


@pytest.mark.verifies("cases#1.11")
@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("max_retries", "Write `retry: {times: 3, every: 1 s}` in a step."),
        ("foreach", "Write `for each:"),
        ("eventually", "Write `until: {$.state: done, every: 1 s, within: 30 s}`."),
        ("sleep", "Write `delay: 500 ms`."),
        ("skip", "Write `skip: REASON` in the case."),
        ("extract", "Write `capture: {name: $.id}`"),
        ("basic_auth", "`auth: {bearer:"),
        ("payload", "Write `json`, `form`, `text` or `xml`, or `body: {file: PATH}`."),
        ("validate", "Write `expect`"),
        ("request", "in the step itself"),
        ("name", "Write `id`."),
        ("query-string", "Write `params`."),
        ("statusCode", "Write `expect: 200`."),
        ("skip_if", "Write `if:"),
        ("verify", "Write it below `connection`"),
        ("POST /todos", "Write `POST: /todos`."),
    ],
)
def test_a_step_s_word_of_another_tool_names_ours_or_the_release(word: str, hint: str) -> None:
    problem = problem_of_step(**{word: 1})
    assert f"Unknown field `{word}`" in problem
    assert hint in problem
    assert "Did you mean" not in problem


@pytest.mark.verifies("cases#1.11")
@pytest.mark.parametrize(
    ("word", "hint"),
    [("stages", "Write `steps`."), ("base_url", "Write `host`."), ("env", "Write `variables`.")],
)
def test_a_case_s_word_of_another_tool_names_ours(word: str, hint: str) -> None:
    assert hint in problem_of({"name": "n", "steps": [STEP], word: 1})


@pytest.mark.verifies("cases#1.11", "cases#1.12")
@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("not_empty", "Write {type: is_empty} with `expected: false`."),
        ("notEmpty", "Write {type: is_empty} with `expected: false`."),
        ("isNotNull", "Did you mean 'is_not_none'?"),
        ("isempty", "Write 'is_empty'."),
        ("absent", "Write 'not_exists'."),
        ("start_with", "Write 'starts_with'."),
        ("json_schema", "Write 'schema'."),
        ("typeof", "Write `is_string`"),
        ("response_time", "Write `expect: {duration: {less_than: 300 ms}}`."),
    ],
)
def test_a_check_of_another_tool_names_ours_or_the_release(kind: str, hint: str) -> None:
    assert hint in problem_of_check(type=kind, field="a")


@pytest.mark.verifies("cases#1.11")
def test_a_check_s_field_of_another_tool_names_ours() -> None:
    assert "Write `field`" in problem_of_check(type="exists", jsonpath="$.a")
    assert "what it looks at in `field`" in problem_of_check(eq=["a", 1])


@pytest.mark.verifies("cases#1.12")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("not_exsts", "not_exists"),
        ("notexists", "not_exists"),
        ("exsts", "exists"),
        ("does not exist", "not_exists"),
        ("not-equalz", "not_equals"),
        ("eqals", "equals"),
        ("no_contains", "not_contains"),
    ],
)
def test_a_suggested_check_keeps_the_negation(typed: str, meant: str) -> None:
    assert f"Did you mean '{meant}'?" in problem_of_check(type=typed, field="a", expected=1)


@pytest.mark.verifies("cases#1.12")
@pytest.mark.parametrize("kind", CHECK_KINDS)
def test_no_typing_mistake_of_a_check_suggests_its_opposite(kind: CheckKind) -> None:
    for position in range(len(kind)):
        typed = kind[:position] + kind[position + 1 :]
        if check_kind(typed) is not None or not typed.strip("_"):
            continue
        said = problem_of_check(type=typed, field="a", expected=1)
        suggested = said.partition("Did you mean '")[2].partition("'")[0]
        if suggested:
            assert ("not" in suggested.split("_")) == ("not" in kind.split("_")), typed


@pytest.mark.parametrize("name", ["zzz", "xyz", "qux"])
def test_a_word_that_is_like_no_other_has_no_suggestion(name: str) -> None:
    assert "Did you mean" not in problem_of_step(**{name: 1})


@pytest.mark.verifies("cases#1.3")
@pytest.mark.parametrize(
    ("typed", "meant"), [("methd", "method"), ("hedaers", "headers"), ("josn", "json")]
)
def test_a_typing_mistake_of_a_field_names_the_field(typed: str, meant: str) -> None:
    assert f"Did you mean `{meant}`?" in problem_of_step(**{typed: "GET"})
