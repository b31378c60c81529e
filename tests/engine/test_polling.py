"""Steps that wait, and repeat their request, against a real service."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import UNSET
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shall.engine import polling
from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json, run_from_json
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]
FAST = {"every": "10 ms", "within": "1 min"}


def states(*values: str) -> list[Response]:
    return [JSONResponse({"state": it, "n": at}) for at, it in enumerate(values)]


@pytest.mark.verifies("engine#3.10")
async def test_a_request_is_repeated_until_its_conditions_hold(
    service: Any, run_one: RunOne
) -> None:
    broken: list[Response] = [PlainTextResponse("starting", 503), Response(status_code=404)]
    service.log.given["order"] = [*broken, *states("new", "paid", "shipped", "lost")]
    step = {
        "GET": "/given/order",
        "until": {"$.state": "shipped", "fails_if": {"$.state": "lost"}, **FAST},
        "capture": {"n": "$.n"},
        "expect": {"$.n": 2},
    }

    result = await run_one([step, {"GET": "/echo/{{ n }}"}], host=service.url)

    assert result.outcome is Outcome.PASSED
    assert service.log.calls == ["GET /given/order"] * 5 + ["GET /echo/2"]
    polled, after = result.steps
    assert polled.exchange is not None
    assert after.exchange is not None
    assert (polled.exchange.attempts, after.exchange.attempts) == (5, UNSET)
    assert [check.path for check in polled.checks if not check.implicit] == [
        'steps[0].until["$.state"]',
        'steps[0].expect["$.n"]',
    ]
    assert result.checks_executed == 2


@pytest.mark.verifies("engine#3.10")
async def test_expect_is_about_the_last_response_and_may_fail(
    service: Any, run_one: RunOne
) -> None:
    service.log.given["order"] = states("new", "shipped")
    until = {"$.state": "shipped", **FAST}
    step = {"GET": "/given/order", "until": until, "expect": {"$.n": 0}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.FAILED
    [failed] = [it for it in result.steps[0].checks if it.outcome is Outcome.FAILED]
    assert (failed.path, failed.actual) == ('steps[0].expect["$.n"]', 1)


@pytest.mark.verifies("engine#3.10")
async def test_a_status_that_is_waited_for_is_no_failure(service: Any, run_one: RunOne) -> None:
    gone: list[Response] = [JSONResponse({}), JSONResponse({}, 404)]
    service.log.given["order"] = gone
    result = await run_one(
        [{"GET": "/given/order", "until": {"status": 404, **FAST}}], host=service.url
    )
    assert result.outcome is Outcome.PASSED


@pytest.mark.verifies("engine#3.11")
async def test_conditions_that_do_not_hold_in_time_fail_with_the_last_value(
    service: Any, run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock takes 30 s: before and after two attempts, whatever the machine does.
    monkeypatch.setattr(polling, "_now", itertools.count(0, 30).__next__)
    service.log.given["order"] = states("new", "paid")
    until = {"$.state": "shipped", "every": "50 ms", "within": "2 min"}
    step = {"GET": "/given/order", "until": until, "expect": {"$.n": 0}}

    result = await run_one([step, {"GET": "/echo"}], host=service.url)

    assert [it.outcome.value for it in result.steps] == ["failed", "skipped"]
    [check] = result.steps[0].checks
    assert check.actual == "paid"
    assert check.message is not None
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.attempts == len(service.log.calls) == 2
    said = render(check.message)
    assert said.startswith("not within 120 s, in 2 attempts: ")
    assert '"shipped"' in said
    assert "paid" in said
    assert "attempt 2" in case_text(result)


@pytest.mark.verifies("engine#3.11")
async def test_an_attempt_that_outlasts_the_time_ends_with_it(
    service: Any, run_one: RunOne
) -> None:
    until = {"status": 201, "every": "10 ms", "within": "200 ms"}
    result = await run_one([{"GET": "/slow", "until": until}], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == "step.timed_out"


@pytest.mark.verifies("engine#3.12")
async def test_a_condition_of_failure_ends_the_step_at_once(service: Any, run_one: RunOne) -> None:
    service.log.given["order"] = states("new", "cancelled", "shipped")
    until = {"$.state": {"not_equals": "new"}, "fails_if": {"$.state": "cancelled"}, **FAST}
    result = await run_one([{"GET": "/given/order", "until": until}], host=service.url)
    assert result.outcome is Outcome.FAILED
    assert len(service.log.calls) == 2
    failed = result.steps[0].checks[-1]
    assert failed.path == 'steps[0].until.fails_if["$.state"]'
    assert failed.message is not None
    assert render(failed.message) == "`fails_if` holds in attempt 2"


async def test_an_earlier_answer_of_the_step_is_not_read_as_the_last(
    service: Any, run_one: RunOne
) -> None:
    service.log.given["order"] = [JSONResponse({"n": 1}), PlainTextResponse("done")]
    until = {"body": {"contains": "done"}, **FAST}
    steps = [
        {"id": "order", "GET": "/given/order", "until": until},
        {"GET": "/echo/{{ order.n }}"},
    ]
    result = await run_one(steps, host=service.url)
    assert [it.outcome.value for it in result.steps] == ["passed", "error"]


@pytest.mark.verifies("engine#4.5")
async def test_a_secret_of_an_earlier_attempt_is_masked(service: Any, run_one: RunOne) -> None:
    service.log.given["order"] = [
        JSONResponse({"token": "tok-secret-4711", "state": "new"}),
        JSONResponse({"note": "tok-secret-4711", "state": "paid"}),
    ]
    until = {"$.state": "paid", **FAST}
    step = {"GET": "/given/order", "until": until, "expect": {"$.note": "x"}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.FAILED
    assert "tok-secret-4711" not in repr(result)


@pytest.mark.verifies("engine#3.9")
async def test_a_delay_is_waited_before_the_request(service: Any, run_one: RunOne) -> None:
    result = await run_one([{"GET": "/echo", "delay": "50 ms"}], host=service.url)
    assert result.outcome is Outcome.PASSED
    assert result.steps[0].duration_s >= 0.05


@pytest.mark.verifies("engine#3.9", "engine#3.13")
@pytest.mark.parametrize(
    "wait", [{"delay": "1 h"}, {"until": {"status": 201, "every": "30 min", "within": "1 h"}}]
)
async def test_a_wait_ends_with_the_run_and_teardowns_follow(
    service: Any, run_one: RunOne, wait: dict[str, Any]
) -> None:
    case = {"teardowns": [{"id": "undo", "DELETE": "/echo"}]}
    step = {"GET": "/echo", **wait}
    result = await run_one([step], case, host=service.url, run_timeout_s=0.3)
    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    assert result.error.code == "run.timed_out"
    assert service.log.calls[-1] == "DELETE /echo"


@pytest.mark.verifies("engine#3.13")
async def test_a_cancelled_run_ends_a_wait(service: Any, run: Any) -> None:
    finished: list[Any] = []
    until = {"status": 201, "every": "10 ms", "within": "1 h"}
    case = {
        "steps": [{"GET": "/echo/poll", "until": until}],
        "teardowns": [{"id": "undo", "DELETE": "/echo/undo"}],
    }
    running = asyncio.create_task(run([case], finished.append, host=service.url))
    while service.calls_to("/echo/poll") < 3:  # noqa: ASYNC110 - noted by another thread
        await asyncio.sleep(0.01)
    assert len(service.log.connections) == 1  # a request that the end interrupts loses it
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert service.log.calls[-1] == "DELETE /echo/undo"


async def test_the_number_of_attempts_is_read_back(service: Any, run: Any) -> None:
    service.log.given["order"] = states("new", "paid")
    step = {"GET": "/given/order", "until": {"$.state": "paid", **FAST}}
    result = await run([{"steps": [step]}], host=service.url)
    assert run_from_json(result_to_json(result)) == result
