"""Checks that must not pass where nothing was seen: of no markup, of null, within other checks."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from shall.messages import render
from shall.report.failures import case_text
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

ABSENT = {"exists": False}


async def outcome(run_one: RunOne, host: str, expect: Any, name: str) -> CaseResult:
    return await run_one([{"GET": f"/given/{name}", "expect": expect}], host=host)


NO_MARKUP = {
    "text": Response(b"gone", media_type="text/plain"),
    "json": JSONResponse({"a": "<p>"}),
    "as_html": Response(b'{"a": 1}', media_type="text/html"),
}


@pytest.mark.verifies("engine#2.13")
@pytest.mark.parametrize("name", NO_MARKUP)
@pytest.mark.parametrize("selector", ["xpath //p", "css p"])
async def test_nothing_is_absent_from_what_is_no_markup(
    run_one: RunOne, service: Any, name: str, selector: str
) -> None:
    service.log.given |= NO_MARKUP

    result = await outcome(run_one, service.url, {selector: ABSENT}, name)

    message = result.steps[0].checks[-1].message
    assert message is not None
    assert (result.outcome, "not HTML or XML" in render(message)) == (Outcome.ERROR, True)
    none = {"xpath count(//p)": 0, "css p": {"length": 0}}
    assert (await outcome(run_one, service.url, none, name)).outcome is Outcome.FAILED


@pytest.mark.verifies("engine#2.13")
@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (b"gone", "text/html"),
        (b"\xef\xbb\xbf\n <p>one</p>", "text/plain"),
        (b"<html><p>one</p></html>", None),
    ],
)
async def test_html_is_known_by_its_type_or_its_first_character(
    run_one: RunOne, service: Any, text: bytes, media_type: str | None
) -> None:
    service.log.given["page"] = Response(text, media_type=media_type)

    result = await outcome(run_one, service.url, {"css table": ABSENT}, "page")

    assert result.outcome is Outcome.PASSED


PAGE = Response(b"<html><p>password: x1</p></html>", media_type="text/html")


@pytest.mark.verifies("engine#2.19")
@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        ({"$..password": ABSENT}, Outcome.ERROR),
        ({"has": {"password": ABSENT}}, Outcome.ERROR),
        ({"all_of": [{"password": ABSENT}]}, Outcome.ERROR),
        ({"not": {"has": {"password": "x1"}}}, Outcome.FAILED),
        ({"not": {"all_of": [{"password": "x1"}]}}, Outcome.FAILED),
        ({"not_contains": {"password": "x1"}}, Outcome.FAILED),
        ({"not": {"contains": {"password": "x1"}}}, Outcome.FAILED),
    ],
)
async def test_no_field_is_absent_within_a_body_that_is_not_json(
    run_one: RunOne, service: Any, expect: dict[str, Any], expected: Outcome
) -> None:
    service.log.given |= {"page": PAGE, "user": JSONResponse({"name": "ann"})}

    result = await outcome(run_one, service.url, {"body": expect}, "page")

    assert result.outcome is expected
    assert "the body is HTML, not JSON" in case_text(result)
    assert (await outcome(run_one, service.url, {"body": expect}, "user")).outcome is Outcome.PASSED


@pytest.mark.verifies("engine#2.19")
@pytest.mark.parametrize("expect", [{"contains": "password"}, {"has": {"contains": "password"}}])
async def test_the_text_of_a_body_that_is_not_json_is_searched(
    run_one: RunOne, service: Any, expect: dict[str, Any]
) -> None:
    service.log.given["page"] = PAGE

    result = await outcome(run_one, service.url, {"body": expect}, "page")

    assert result.outcome is Outcome.PASSED


@pytest.mark.verifies("engine#2.14")
@pytest.mark.parametrize(
    "expect",
    [
        {"all_of": [{"not_contains": "shipped"}]},
        {"all_of": [{"id": 7}, {"not": {"matches": "ship+ed"}}]},
        {"has": {"not_contains": "shipped"}},
        {"not": {"all_of": [{"contains": "shipped"}]}},
    ],
)
async def test_a_search_within_others_looks_through_the_text_of_the_body(
    run_one: RunOne, service: Any, expect: dict[str, Any]
) -> None:
    service.log.given["order"] = JSONResponse({"id": 7, "state": "shipped"})

    result = await outcome(run_one, service.url, {"body": expect}, "order")

    assert result.outcome is Outcome.FAILED


@pytest.mark.verifies("engine#2.16")
@pytest.mark.parametrize("value", [["admin"], {"name": "admin"}, []])
@pytest.mark.parametrize("name", ["matches", "not_matches"])
async def test_no_pattern_and_no_negation_of_one_holds_of_a_list_or_an_object(
    run_one: RunOne, service: Any, value: Any, name: str
) -> None:
    service.log.given["user"] = JSONResponse({"role": value})

    result = await outcome(run_one, service.url, {"$.role": {name: "admin"}}, "user")

    message = result.steps[0].checks[-1].message
    assert message is not None
    assert render(message).startswith("expected a text, got ")


@pytest.mark.verifies("engine#2.15")
@pytest.mark.parametrize("pattern", ["", "null", "x"])
@pytest.mark.parametrize("name", ["matches", "not_matches"])
async def test_no_pattern_and_no_negation_of_one_holds_of_null(
    run_one: RunOne, service: Any, pattern: str, name: str
) -> None:
    service.log.given["user"] = JSONResponse({"mail": None})

    result = await outcome(run_one, service.url, {"$.mail": {name: pattern}}, "user")

    message = result.steps[0].checks[-1].message
    assert message is not None
    assert render(message) == "expected a text, got null"
