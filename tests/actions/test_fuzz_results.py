"""The events of Schemathesis as results."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shall.actions.fuzz_results import read_results
from shall.engine.redact import Redactor
from shall.results.records import CaseResult, Outcome

PLACES = ("GET /ok", "POST /login", "GET /never")
AT = datetime(2026, 11, 29, tzinfo=UTC)


def encoded(text: str) -> dict[str, str]:
    return {"$base64": base64.b64encode(text.encode()).decode()}


def scenario(label: str, *checks: tuple[str, str], body: str = "{}") -> str:
    """A scenario as Schemathesis 4.32 writes it, shortened to what is read."""
    recorder = {
        "label": label,
        "cases": {"c1": {}},
        "checks": {
            "c1": [
                {"name": name, "status": "success"}
                if not title
                else {
                    "name": name,
                    "status": "failure",
                    "failure_info": {
                        "failure": {"operation": label, "title": title, "message": "Received: 503"}
                    },
                }
                for name, title in checks
            ]
        },
        "interactions": {
            "c1": {
                "request": {
                    "method": "POST",
                    "uri": "http://h/login?token=tok-1-canary",
                    "headers": {"Authorization": ["Bearer tok-2-canary"]},
                    "body": encoded(body),
                },
                "response": {
                    "status_code": 503,
                    "headers": {"content-type": ["application/json"]},
                    "content": encoded('{"access_token": "tok-3-canary"}'),
                    "elapsed": 0.5,
                },
            }
        },
    }
    return json.dumps({"ScenarioFinished": {"status": "failure", "recorder": recorder}})


def read(*lines: str) -> dict[str, CaseResult]:
    return {it.name: it for it in read_results(lines, PLACES, "r", AT, Redactor())}


@pytest.mark.verifies("contract#4.1", "contract#4.3")
def test_each_operation_is_a_case_and_one_without_a_check_is_skipped() -> None:
    found = read(
        scenario("GET /ok", ("status_code_conformance", "")),
        scenario("POST /login", ("not_a_server_error", "Server error")),
        json.dumps({"ScenarioFinished": {"recorder": {"label": "GET /never", "checks": {}}}}),
        '{"ScenarioFinished": {"recorder": {"label": "GET /never", "chec',
    )
    assert {name: it.outcome for name, it in found.items()} == {
        "GET /ok": Outcome.PASSED,
        "POST /login": Outcome.FAILED,
        "GET /never": Outcome.SKIPPED,
    }
    assert [it.checks_executed for it in found.values()] == [1, 1, 0]


@pytest.mark.verifies("contract#4.2")
def test_a_failure_is_there_once_with_its_exchange_and_without_secrets() -> None:
    failing = scenario(
        "POST /login",
        ("not_a_server_error", "Server error"),
        ("status_code_conformance", "Undocumented status code"),
        body='{"password": "tok-4-canary", "user": "ann"}',
    )
    case = read(failing, failing)["POST /login"]
    assert [it.checks[0].kind for it in case.steps] == [
        "not_a_server_error",
        "status_code_conformance",
    ]
    exchange = case.steps[0].exchange
    assert exchange is not None
    assert (exchange.method, exchange.status, exchange.url) == (
        "POST",
        503,
        "http://h/login?token=***",
    )
    assert json.loads(exchange.request_body) == {"password": "***", "user": "ann"}
    assert "canary" not in str(case)


@pytest.mark.verifies("contract#4.3")
@pytest.mark.parametrize("kind", ["NonFatalError", "FatalError"])
def test_an_error_of_an_operation_is_no_pass(kind: str) -> None:
    said: dict[str, Any] = {"label": "GET /ok", "value": {"type": "X", "message": "no strategy"}}
    case = read(scenario("GET /ok", ("a", "")), json.dumps({kind: said}))["GET /ok"]
    assert case.outcome is Outcome.ERROR
    assert case.error is not None
    assert case.error.params["reason"] == "no strategy"
    lines = {"exception": {"message": "It is broken\n\nWanted:\n    200,  201\nPlace: body:"}}
    alone = read(json.dumps({kind: lines}))["Schemathesis"]
    assert alone.outcome is Outcome.ERROR
    assert alone.error is not None
    assert alone.error.params["reason"] == "It is broken; Wanted: 200, 201; Place: body"
