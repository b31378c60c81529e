"""What a result says of a failure."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shall.messages import render
from shall.results.records import CaseResult, CheckResult, Outcome
from shall.transport.exchange import Redirect

RunOne = Callable[..., Awaitable[CaseResult]]

pytestmark = pytest.mark.anyio

TOKEN = "tok-4f8a1c77"
PAGE = "<!DOCTYPE html>\n<html><body>Sign in</body></html>"


async def checked(
    run_one: RunOne, service: Any, body: str, *checks: dict[str, Any], **case: Any
) -> tuple[CheckResult, ...]:
    service.answer("it", body, "application/json")
    step = {"method": "GET", "path": "/given/it", "assert": list(checks)}
    result = await run_one([step], case, host=service.url)
    return tuple(check for check in result.steps[0].checks if not check.implicit)


@pytest.mark.verifies("defences#9.15")
async def test_what_a_check_expects_of_a_token_is_shown_as_typed(
    service: Any, run_one: RunOne
) -> None:
    body = f'{{"token": "{TOKEN}"}}'
    check = {"type": "equals", "field": "token", "expected": "tok-typed"}

    [failed] = await checked(run_one, service, body, check)

    assert (failed.expected, failed.actual) == ("tok-typed", "***")
    assert failed.message is not None
    assert render(failed.message) == 'expected "tok-typed", got ***'


@pytest.mark.verifies("defences#9.15")
@pytest.mark.parametrize(
    ("field", "expected", "case"),
    [
        ("password", "typed-by-me", {}),
        ("user_pwd", "typed-by-me", {}),
        ("密码", "typed-by-me", {}),
        ("api_token", "typed-by-me", {"secrets": ["api_token"]}),
        ("token", "{{ mine }}", {"variables": {"mine": "typed-by-me"}}),
        ("token", "typed-by-me", {"variables": {"a_secret": "typed-by-me"}}),
    ],
)
async def test_passwords_declared_secrets_and_values_of_expressions_stay_masked(
    service: Any, run_one: RunOne, field: str, expected: str, case: dict[str, Any]
) -> None:
    body = f'{{"{field}": "{TOKEN}"}}'
    check = {"type": "equals", "field": field, "expected": expected}

    [failed] = await checked(run_one, service, body, check, **case)

    assert (failed.expected, failed.actual) == ("***", "***")
    assert "typed-by-me" not in str(failed.message)


@pytest.mark.verifies("defences#9.15")
@pytest.mark.parametrize("value", [TOKEN, "abc"])
async def test_an_expected_value_that_is_the_token_stays_masked(
    service: Any, run_one: RunOne, value: str
) -> None:
    check = {"type": "not_equals", "field": "token", "expected": value}

    [failed] = await checked(run_one, service, f'{{"token": "{value}"}}', check)

    assert failed.outcome is Outcome.FAILED
    assert (failed.expected, failed.actual) == ("***", "***")


@pytest.mark.verifies("defences#9.15")
async def test_an_expected_value_of_a_sensitive_header_stays_masked(
    service: Any, run_one: RunOne
) -> None:
    service.answer("it", "{}", "application/json", headers={"X-Api-Key": TOKEN})
    check = {"type": "equals", "header": "X-Api-Key", "expected": "typed-by-me"}
    step = {"method": "GET", "path": "/given/it", "assert": [check]}

    result = await run_one([step], host=service.url)

    assert result.steps[0].checks[-1].expected == "***"


@pytest.mark.verifies("reports#1.11")
async def test_a_length_that_differs_is_said_of_a_token_too(service: Any, run_one: RunOne) -> None:
    check = {"type": "length", "field": "token", "expected": 40}

    [failed] = await checked(run_one, service, f'{{"token": "{TOKEN}"}}', check)

    assert failed.message is not None
    assert render(failed.message) == f"expected length 40, got {len(TOKEN)}"
    assert failed.actual == "***"


@pytest.mark.verifies("reports#1.10")
@pytest.mark.parametrize(
    ("body", "said"),
    [(PAGE, "is HTML, not JSON"), ("  <html>", "is HTML, not JSON"), ("hello", "is not JSON")],
)
async def test_a_body_that_is_no_json_is_named(
    service: Any, run_one: RunOne, body: str, said: str
) -> None:
    check = {"type": "equals", "field": "status", "expected": "ok"}

    [failed] = await checked(run_one, service, body, check)

    assert failed.message is not None
    assert render(failed.message) == f'expected "ok", but the body {said}'


async def test_a_step_that_needs_the_json_of_an_earlier_page_says_what_it_was(
    service: Any, run_one: RunOne
) -> None:
    service.answer("it", PAGE, "text/html")
    steps = [
        {"method": "GET", "path": "/given/it"},
        {"method": "GET", "path": "/echo", "params": {"id": "{{ s0.id }}"}},
    ]

    result = await run_one(steps, host=service.url)

    assert result.steps[1].error is not None
    assert "its response is HTML, not JSON" in render(result.steps[1].error)


@pytest.mark.verifies("reports#1.9")
async def test_redirects_that_were_followed_are_part_of_the_result(
    service: Any, run_one: RunOne
) -> None:
    service.answer("a", "", "text/plain", status_code=302, headers={"Location": "/given/b"})
    service.answer("b", "", "text/plain", status_code=301, headers={"Location": "/status/404"})

    result = await run_one([{"method": "GET", "path": "/given/a"}], host=service.url)

    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.redirects == (
        Redirect(302, f"{service.url}/given/b"),
        Redirect(301, f"{service.url}/status/404"),
    )


@pytest.mark.verifies("reports#1.8")
@pytest.mark.parametrize(
    ("host", "why", "said"),
    [
        ("http://127.0.0.1:9", "refused", "127.0.0.1:9 refuses the connection."),
        ("http://no.invalid", "unresolved", "the name no.invalid cannot be resolved."),
    ],
)
async def test_why_a_service_cannot_be_reached_is_part_of_the_result(
    run_one: RunOne, host: str, why: str, said: str
) -> None:
    result = await run_one([{"method": "GET", "path": "/"}], host=host)

    error = result.steps[0].error
    assert error is not None
    assert (error.params["why"], render(error)) == (why, said)
