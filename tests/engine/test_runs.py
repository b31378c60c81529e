import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

import pytest

from shall.cases.reader import read_data
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.errors import BadValue
from shall.messages import Message, render
from shall.results.encoding import case_from_json, result_to_json, run_from_json
from shall.results.events import (
    CaseFinished,
    CaseStarted,
    Event,
    RunFinished,
    RunStarted,
    event_to_json,
)
from shall.results.records import CaseResult, CriterionRef, Outcome, RunStatus, ShardRecord

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

GET = {"id": "get", "method": "GET", "path": "/echo"}
SLOW = {"id": "slow", "method": "GET", "path": "/slow"}


@pytest.mark.verifies("engine#3.1")
async def test_cases_run_at_the_same_time_with_scopes_of_their_own(service: Any, run: Any) -> None:
    def case(user: str) -> dict[str, Any]:
        check = {"type": "equals", "field": "body", "expected": f"{user}-7"}
        return {
            "variables": {"user": user},
            "steps": [
                {"id": "login", "method": "POST", "path": "/login", "json": {"user": "{{ user }}"}},
                {
                    "id": "echo",
                    "method": "POST",
                    "path": "/echo",
                    "text": "{{ user }}-{{ login.data.id }}",
                    "assert": [check],
                },
            ],
        }

    order: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, CaseStarted | CaseFinished):
            order.append(type(event).__name__)

    result = await run([case(f"user{n}") for n in range(8)], note, host=service.url)
    assert result.counts()[Outcome.PASSED] == 8
    assert order[:8] == ["CaseStarted"] * 8


@pytest.mark.verifies("engine#3.8")
async def test_a_case_with_a_reason_to_skip_sends_nothing_and_hides_its_secrets(
    service: Any, run_one: RunOne
) -> None:
    case = {
        "skip": "waits for hunter-two",
        "variables": {"password": "hunter-two"},
        "teardowns": [{"id": "undo", "DELETE": "/echo"}],
    }
    result = await run_one([{"GET": "/echo"}], case, host=service.url)
    assert service.log.calls == []
    assert (result.outcome, result.checks_executed) == (Outcome.SKIPPED, 0)
    assert result.error is not None
    assert render(result.error) == "waits for ***"


@pytest.mark.verifies("engine#3.2", "engine#3.3")
async def test_teardowns_run_last_first_whatever_the_steps_did(
    service: Any, run_one: RunOne
) -> None:
    case = {
        "teardowns": [
            {"id": "one", "operation_type": "api", "method": "DELETE", "path": "/echo/one"},
            {"id": "two", "operation_type": "api", "method": "DELETE", "path": "/status/500"},
            {"id": "three", "operation_type": "db", "query": "delete from x"},
        ]
    }
    steps = [{"method": "GET", "path": "/status/404"}, {"method": "GET", "path": "/echo"}]
    result = await run_one(steps, case, host=service.url)
    assert service.log.calls == ["GET /status/404", "DELETE /status/500", "DELETE /echo/one"]
    assert [step.outcome.value for step in result.steps] == ["failed", "skipped"]
    assert result.outcome is Outcome.FAILED
    assert [it.outcome.value for it in result.teardowns] == ["error", "failed", "passed"]
    assert result.teardown_outcome is Outcome.ERROR


async def test_a_failing_teardown_does_not_hide_a_pass(service: Any, run: Any) -> None:
    teardown = {"id": "t", "operation_type": "api", "method": "DELETE", "path": "/status/500"}
    result = await run([{"steps": [GET], "teardowns": [teardown]}], host=service.url)
    assert result.cases[0].outcome is Outcome.PASSED
    assert result.cases[0].teardown_outcome is Outcome.FAILED
    assert not result.all_hold


@pytest.mark.verifies("engine#3.4")
async def test_a_request_that_takes_too_long_is_an_error_with_host_and_seconds(
    service: Any, run_one: RunOne
) -> None:
    result = await run_one([{**SLOW, "timeout_s": 0.2}], host=service.url)
    error = result.steps[0].error
    assert result.outcome is Outcome.ERROR
    assert error is not None
    assert error.code == "step.timed_out"
    address = service.url.removeprefix("http://")
    assert render(error) == f"{address} did not answer within 0.2 s."
    assert result.steps[0].retryable


@pytest.mark.verifies("engine#1.5")
@pytest.mark.parametrize("keep", ["all", "failed"])
async def test_a_request_without_a_response_has_the_time_that_it_waited(
    service: Any, run_one: RunOne, keep: str
) -> None:
    slow = {**SLOW, "timeout_s": 0.2}
    result = await run_one([slow], host=service.url, keep=keep)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.timings.total_s >= 0.2


@pytest.mark.verifies("engine#3.5")
async def test_a_run_that_takes_too_long_stops_its_requests_and_tears_down(
    service: Any, run: Any
) -> None:
    teardown = {"id": "t", "operation_type": "api", "method": "DELETE", "path": "/echo/undone"}
    slow = {"steps": [SLOW], "teardowns": [teardown]}
    result = await run([slow, {"steps": [GET]}], host=service.url, run_timeout_s=0.3, concurrency=1)
    assert result.status is RunStatus.TIMED_OUT
    first, second = result.cases
    assert first.error == Message("run.timed_out", {"timeout_s": "0.3"})
    assert first.outcome is Outcome.ERROR
    assert first.teardowns[0].outcome is Outcome.PASSED
    assert second.outcome is Outcome.SKIPPED
    assert second.error == Message("run.not_started")
    assert service.calls_to("/echo/undone") == 1
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")


@pytest.mark.verifies("engine#3.6")
async def test_cancelling_closes_the_connection_and_shows_what_ran(service: Any, run: Any) -> None:
    events: list[Event] = []
    running = asyncio.create_task(run([{"steps": [GET, SLOW]}], events.append, host=service.url))
    await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert finished.summary.status is RunStatus.INTERRUPTED
    assert finished.summary.bad[0].error == Message("run.interrupted")
    assert finished.summary.bad[0].steps[0].outcome is Outcome.PASSED


@pytest.mark.verifies("engine#3.21")
async def test_the_checks_of_a_teardown_in_flight_are_carried_out_when_the_time_is_over(
    service: Any, run: Any
) -> None:
    check = {"type": "schema", "field": "$", "expected": {"type": "object"}}
    call = {"operation_type": "api", "method": "GET", "path": "/held"}
    held = {"id": "held", **call, "assert": [check]}
    cases = [{"steps": [GET], "teardowns": [held]}, {"steps": [SLOW]}]
    running = asyncio.create_task(run(cases, host=service.url, run_timeout_s=0.5))
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
    service.release("/held")
    result = await running
    assert result.status is RunStatus.TIMED_OUT
    teardown = result.cases[0].teardowns[0]
    assert (teardown.outcome, teardown.error) == (Outcome.PASSED, None)


@pytest.mark.verifies("engine#3.21")
async def test_a_teardown_that_hangs_is_given_up_when_the_run_is_stopped(
    service: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shall.engine.case.TEARDOWN_GRACE_S", 0.2)
    hang = {"id": "hang", "operation_type": "api", "method": "GET", "path": "/slow"}
    undo = {"id": "undo", "operation_type": "api", "method": "DELETE", "path": "/echo/undone"}
    case = {"steps": [GET], "teardowns": [undo, hang]}
    result = await run([case], host=service.url, run_timeout_s=0.3)
    assert result.status is RunStatus.TIMED_OUT
    assert [it.outcome.value for it in result.cases[0].teardowns] == ["error", "passed"]
    assert result.cases[0].outcome is Outcome.PASSED


@pytest.mark.verifies("engine#3.7")
async def test_a_service_that_is_not_there_is_a_retryable_error_and_others_run(
    service: Any, run: Any
) -> None:
    gone = {"host": "http://127.0.0.1:9", "steps": [GET]}
    nameless = {"host": "http://no-such-host.invalid", "steps": [GET]}
    fine = {"host": service.url, "steps": [GET]}
    result = await run([gone, nameless, fine])
    assert [case.outcome.value for case in result.cases] == ["error", "error", "passed"]
    step = result.cases[0].steps[0]
    assert step.retryable
    assert step.error is not None
    assert render(step.error) == "127.0.0.1:9 refuses the connection."
    assert "no-such-host.invalid" in render(result.cases[1].steps[0].error)


async def test_a_listener_that_raises_ends_the_run_and_leaves_nothing_running(
    service: Any, run: Any
) -> None:
    def broken(event: Event) -> None:
        if isinstance(event, CaseFinished):
            raise BrokenPipeError

    undo = {"id": "t", "operation_type": "api", "method": "DELETE", "path": "/echo/undone"}
    with pytest.raises(BrokenPipeError):
        await run(
            [{"steps": [SLOW], "teardowns": [undo]}, {"steps": [GET]}], broken, host=service.url
        )
    assert service.calls_to("/echo/undone") == 1
    if "/slow began" in service.log.calls:
        await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")


async def test_a_case_that_could_not_be_read_is_an_error_and_sends_nothing(
    service: Any, run_all: Any
) -> None:
    job = Job("tests/cases/a.yaml", None, error=Message("case.invalid", {"problems": "line 3"}))
    run = await run_all([job], RunOptions(run_id="r"))
    result = run.cases[0]
    assert (result.outcome, result.name) == (Outcome.ERROR, "tests/cases/a.yaml")
    assert result.teardown_outcome is None
    assert render(result.error or Message("")) == "line 3"
    assert not run.all_hold
    assert service.log.calls == []


async def test_a_run_of_nothing_ends(run: Any) -> None:
    events: list[Event] = []
    result = await run([], events.append)
    assert [type(event) for event in events] == [RunStarted, RunFinished]
    assert (result.status, result.cases) == (RunStatus.COMPLETE, ())


async def test_no_more_cases_run_at_once_than_allowed(service: Any, run: Any) -> None:
    running, most = set(), 0

    def note(event: Event) -> None:
        nonlocal most
        if isinstance(event, CaseStarted):
            running.add(event.case_key)
            most = max(most, len(running))
        elif isinstance(event, CaseFinished):
            running.remove(event.result.case_key)

    result = await run([{"steps": [GET]}] * 9, note, host=service.url, concurrency=3)
    assert most == 3
    assert [case.case_key for case in result.cases] == [f"tests/cases/{n}.yaml" for n in range(9)]


async def test_a_fault_of_ours_costs_one_case(
    service: Any, run_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("shall.engine.step.read_content", broken)
    case = read_data({"name": "a", "host": service.url, "steps": [GET]})
    result = await run_all([Job("a", case)], RunOptions(run_id="r"))
    assert result.cases[0].error == Message("case.internal")


async def test_a_bad_variable_is_an_error_of_the_case(service: Any, run_one: RunOne) -> None:
    case = {"variables": {"a": "{{ missing_thing }}"}}
    result = await run_one([GET], case, host=service.url, variables={"missing_thang": 1})
    assert result.error is not None
    assert "Did you mean `missing_thang`?" in render(result.error)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ s0.a }}", "its response is not JSON"),
        ("{{ s1.a }}", "its response has no body"),
        ("{{ s2[5] }}", "it is a list of 2"),
        ("{{ s2[0].idd }}", "it has id"),
        ("{{ s2[0].id.x }}", "it is neither an object nor a list"),
        ("{{ Global.x }}", "it is an object without that key"),
        ("{{ random_int(9, 1) }}", "`random_int` cannot be called like this"),
    ],
)
async def test_a_value_that_is_not_there_is_explained(
    service: Any, run_one: RunOne, text: str, reason: str
) -> None:
    steps = [{"method": "GET", "path": f"/body/{kind}"} for kind in ("text", "empty", "list")]
    last = {"method": "POST", "path": "/echo", "text": text}
    result = await run_one([*steps, last], host=service.url)
    error = result.steps[-1].error
    assert error is not None
    assert reason in render(error)


@pytest.mark.verifies("cases#2.1")
async def test_a_lone_expression_keeps_its_type(service: Any, run_one: RunOne) -> None:
    case = {"variables": {"n": 7, "all": [1, {"a": None}], "copy": "{{ all }}", "t": True}}
    body = {"n": "{{ n }}", "copy": "{{ copy }}", "text": "n={{ n }} {{ all }} {{ t }}"}
    check = {"type": "equals", "field": "body", "expected": None}
    steps = [{"method": "POST", "path": "/echo", "json": body, "assert": [check]}]
    result = await run_one(steps, case, host=service.url)
    sent = json.loads(result.steps[0].checks[1].actual)
    assert sent == {"n": 7, "copy": [1, {"a": None}], "text": 'n=7 [1, {"a": null}] true'}


@pytest.mark.verifies("engine#4.1", "engine#4.2")
async def test_a_result_names_everything_later_work_needs(service: Any, run_all: Any) -> None:
    case = read_data({"name": "a", "host": service.url, "tags": ["x"], "steps": [GET]})
    criteria = (CriterionRef("auth#1.1", "f" * 64),)
    job = Job("tests/cases/a.yaml", case, "c" * 64, criteria, data_row="row 2", attempt=3)
    options = RunOptions(run_id="run-9", environment="staging", shard=ShardRecord(4, 5, 9, ""))
    run = await run_all([job], options)
    result = run.cases[0]
    named = (result.run_id, result.case_key, result.data_row, result.attempt, result.shard)
    assert named == ("run-9", "tests/cases/a.yaml", "row 2", 3, 4)
    assert (result.environment, result.criteria) == ("staging", criteria)
    assert result.started_at.tzinfo is UTC
    assert result.duration_s > 0
    assert result.case_fingerprint == "c" * 64
    assert {it.value for it in Outcome} == {"passed", "failed", "error", "skipped"}


@pytest.mark.verifies("engine#4.3", "engine#4.4")
async def test_results_and_events_survive_json(service: Any, run: Any) -> None:
    events: list[Event] = []
    check = {"type": "equals", "field": "method", "expected": "PUT"}
    bad = {"steps": [{**GET, "assert": [check]}], "teardowns": []}
    result = await run([{"steps": [GET]}, bad], events.append, host=service.url)
    text = json.dumps(result_to_json(result))
    assert run_from_json(json.loads(text)) == result
    assert case_from_json(result_to_json(result.cases[1])) == result.cases[1]
    kinds = [event_to_json(event)["event"] for event in events]
    assert kinds[0] == "RunStarted"
    assert kinds[-1] == "RunFinished"
    assert sorted(set(kinds[1:-1])) == ["CaseFinished", "CaseStarted"]
    assert all(json.dumps(event_to_json(event)) for event in events)
    assert isinstance(events[0], RunStarted)
    assert events[0].total == 2


@pytest.mark.verifies("engine#4.3")
def test_a_newer_format_and_a_wrong_shape_are_refused() -> None:
    with pytest.raises(BadValue, match="newer release"):
        run_from_json({"format": 99})
    for data in ({"run_id": "x"}, {"cases": ["x"]}, {"cases": 5}, {"status": "odd"}):
        with pytest.raises(BadValue, match="shape"):
            run_from_json(data)
    with pytest.raises(BadValue, match="'9'"):
        run_from_json({"format": "9"})
