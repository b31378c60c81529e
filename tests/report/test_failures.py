"""What the reports show of a failure, so that its cause can be seen without another request."""

from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from tests.made_results import html_page

from shall.mcp.results import case_details, run_reply
from shall.messages import Message
from shall.report.failures import NAMED_CASES, case_text
from shall.report.junit import junit_xml
from shall.report.text import summary
from shall.results.records import (
    CaseResult,
    FlakyCase,
    Outcome,
    Redirect,
    RunResult,
    StepResult,
    Timings,
)
from shall.results.summary import summary_of

Make = Callable[..., CaseResult]
MakeRun = Callable[..., RunResult]
MakeStep = Callable[..., StepResult]
MakeAny = Callable[..., Any]

SHOP = "127.0.0.1:8000"
FLASK_PAGE = """<!doctype html>
<html lang=en>
<title>500 Internal Server Error</title>
<h1>Internal Server Error</h1>
<p>The server encountered an internal error.</p>
"""


@pytest.fixture
def make_down(make_case: Make, make_step: MakeStep, make_exchange: MakeAny) -> Make:
    """Makes a case whose service refuses connections, to its step and to its teardown."""

    def make(name: str, address: str = SHOP, teardown_address: str = "") -> CaseResult:
        def bad_step(at: str, path: str) -> StepResult:
            reason = f"{at} refuses the connection."
            error = Message("step.unreachable", {"reason": reason, "address": at, "why": "refused"})
            return make_step(
                path=path,
                outcome=Outcome.ERROR,
                error=error,
                exchange=make_exchange(status=None, timings=Timings()),
            )

        return make_case(
            name=name,
            case_key=f"tests/cases/{name}.yaml",
            outcome=Outcome.ERROR,
            steps=(bad_step(address, "steps[0]"),),
            teardowns=(bad_step(teardown_address or address, "teardowns[0]"),),
            teardown_outcome=Outcome.ERROR,
        )

    return make


@pytest.mark.verifies("reports#1.8")
def test_a_service_that_is_down_is_reported_once(make_run: MakeRun, make_down: Make) -> None:
    run = make_run(*[make_down(f"case{number}") for number in range(12)])

    for text in (summary(run), summary(summary_of(run))):
        assert text.count("could not reach") == 1
        assert "ERROR  12 cases could not reach 127.0.0.1:8000: connection refused.\n" in text
        assert text.count("tests/cases/case") == NAMED_CASES
        assert f"... and {12 - NAMED_CASES} more\n" in text
        assert "teardown" not in text
        assert text.endswith("0 passed, 0 failed, 12 errors, 0 skipped in 0.42 s\n")


@pytest.mark.verifies("reports#1.8")
def test_the_page_says_once_that_a_service_is_down_and_folds_its_cases(
    make_run: MakeRun, make_down: Make
) -> None:
    page = html_page(make_run(*map(make_down, "abc")))

    assert page.count("3 cases could not reach 127.0.0.1:8000: connection refused.") == 1
    assert '<details class="case error" open' not in page
    assert "teardown" not in page


@pytest.mark.verifies("reports#1.8")
def test_a_model_reads_once_that_a_service_is_down(make_run: MakeRun, make_down: Make) -> None:
    run = make_run(*map(make_down, "abc"), make_down("d", "127.0.0.1:9"))

    reply = run_reply(summary_of(run), None, "en")

    assert [it["error_message"] for it in reply["results"]] == [
        "3 cases could not reach 127.0.0.1:8000: connection refused.",
        "step login: 127.0.0.1:9 refuses the connection.",
    ]
    assert reply["errors"] == 4
    assert "more_results" not in reply


@pytest.mark.verifies("mcp#1.26")
def test_a_model_reads_which_cases_passed_only_sometimes(make_run: MakeRun) -> None:
    flaky = FlakyCase("tests/cases/a.yaml", "an order", None, 3, 5)
    reply = run_reply(replace(summary_of(make_run()), flaky=(flaky,)), None, "en")
    assert reply["flaky"] == ["an order (tests/cases/a.yaml): passed in 3 of 5 repetitions"]


@pytest.mark.verifies("reports#1.13")
def test_a_case_that_alone_cannot_reach_its_service_shows_what_to_do(
    make_run: MakeRun, make_down: Make
) -> None:
    run = make_run(make_down("a"))
    next_step = "Start it, or correct its address in shall.yaml or in the cases."

    assert f"127.0.0.1:8000 refuses the connection.\n  {next_step}\n" in summary(run)
    assert html_page(run).count(next_step) == 1


@pytest.mark.verifies("reports#1.8")
def test_other_failures_are_shown_beside_a_service_that_is_down(
    make_run: MakeRun, make_down: Make, make_failing: Make, make_check: MakeAny
) -> None:
    run = make_run(make_down("a"), make_failing(make_check(1, 2)), make_down("b"))

    text = summary(run)

    assert text.index("FAILED  a user signs in") < text.index("ERROR  2 cases could not reach")
    assert "more" not in text


def test_a_teardown_that_meets_another_outage_than_its_case_is_shown(
    make_run: MakeRun, make_down: Make
) -> None:
    text = summary(make_run(make_down("a", SHOP, "127.0.0.1:9")))

    assert "teardown login" in text
    assert "1 failed in teardown" in text


@pytest.mark.verifies("reports#1.8")
def test_a_ci_system_reads_one_reason_for_each_case_and_no_teardown(
    make_run: MakeRun, make_down: Make
) -> None:
    root = ET.fromstring(junit_xml(make_run(*map(make_down, "ab"))))

    for error in root.iter("error"):
        assert error.get("message") == "step login: 127.0.0.1:8000 refuses the connection."
        assert "teardown" not in (error.text or "")


@pytest.fixture
def make_status(make_failing: Make, make_check: MakeAny, make_step: MakeStep) -> Make:
    """Makes a case whose check of the status failed; its exchange is given."""

    def make(exchange: Any) -> CaseResult:
        message = Message("check.status", {"expected": "200", "actual": exchange.status})
        check = make_check(200, exchange.status, kind="status_code", field=None, message=message)
        return make_failing(steps=(make_step(check, outcome=Outcome.FAILED, exchange=exchange),))

    return make


@pytest.mark.verifies("reports#1.9")
def test_redirects_are_shown_wherever_a_status_failed_behind_them(
    make_run: MakeRun, make_status: Make, make_exchange: MakeAny
) -> None:
    redirects = (Redirect(302, "http://shop.test/older"), Redirect(301, "http://shop.test/gone"))
    exchange = make_exchange(status=404, response_body="", redirects=redirects)
    run = make_run(make_status(exchange))
    chain = "302 -> http://shop.test/older, 301 -> http://shop.test/gone"

    assert "    302 -> http://shop.test/older\n    301 -> http://shop.test/gone\n" in summary(run)
    assert "302 -&gt; http://shop.test/older" in html_page(run)
    assert f"expected status 200, got 404 after {chain}" in unescape(junit_xml(run))
    [failed] = run_reply(summary_of(run), None, "en")["results"]
    assert "got 404 after 302 -> http://shop.test/older" in failed["error_message"]
    [step] = case_details(run.cases[0], "en", whole=True)["steps"]
    assert step["exchange"]["redirects"] == [
        "302 http://shop.test/older",
        "301 http://shop.test/gone",
    ]


@pytest.mark.verifies("reports#1.10")
def test_an_unwanted_status_shows_the_first_lines_of_its_body(
    make_run: MakeRun, make_status: Make, make_exchange: MakeAny
) -> None:
    body = FLASK_PAGE + "more\n" * 20
    case = make_status(make_exchange(status=500, response_body=body))

    lines = case_text(case).splitlines()

    begin = lines.index("    Response")
    assert lines[begin + 1 : begin + 3] == [
        "      <title>500 Internal Server Error</title>",
        "      <h1>Internal Server Error</h1>",
    ]
    assert len(lines) == begin + 7
    [failed] = run_reply(summary_of(make_run(case)), None, "en")["results"]
    assert "response: 500 Internal Server Error" in failed["error_message"]


def test_a_status_below_400_shows_no_body(make_status: Make, make_exchange: MakeAny) -> None:
    assert "Response" not in case_text(make_status(make_exchange(status=204)))


def test_a_hostile_body_cannot_paint_the_terminal(
    make_status: Make, make_exchange: MakeAny
) -> None:
    text = case_text(make_status(make_exchange(status=500, response_body="\x1b[2J\x07\u202eevil")))

    assert not [it for it in text if it < " " and it != "\n"]
    assert "\u202e" not in text


@pytest.mark.verifies("reports#1.11")
def test_a_length_that_differs_is_shown_with_its_value(
    make_failing: Make, make_check: MakeAny
) -> None:
    message = Message("check.length", {"expected": "3", "actual": 1000})
    cut = "[0, 1, 2, 3…"  # as a long value is stored
    text = case_text(make_failing(make_check(3, cut, kind="length", message=message)))

    assert "expected  3\n" in text
    assert "actual    1000: [0, 1, 2, 3…" in text


@pytest.mark.verifies("reports#1.12")
@pytest.mark.parametrize(("waited_s", "shown"), [(1.02, "1.02 s"), (0.004, "4 ms")])
def test_a_step_without_a_response_shows_how_long_it_waited(
    make_case: Make, make_step: MakeStep, make_exchange: MakeAny, waited_s: float, shown: str
) -> None:
    error = Message("step.timed_out", {"reason": f"{SHOP} did not answer within 1 s."})
    exchange = make_exchange(status=None, timings=Timings())
    step = make_step(outcome=Outcome.ERROR, error=error, exchange=exchange, duration_s=waited_s)
    text = case_text(make_case(outcome=Outcome.ERROR, steps=(step,)))

    assert f"-> no response in {shown}\n" in text
