"""Steps with conditions, loops and retries, against a real service."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import UNSET
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shall.messages import render
from shall.results.encoding import decode_case, encode_case
from shall.results.records import CaseResult, Outcome
from shall.transport.waits import Pause

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]
QUICK = {"every": "1 ms"}


def outcomes(result: CaseResult) -> list[str]:
    return [f"{step.id} {step.outcome.value}" for step in result.steps]


def reason(result: CaseResult, step: int = -1) -> str:
    error = result.steps[step].error
    return "" if error is None else render(error)


def pages(*following: Any) -> list[Response]:
    return [JSONResponse({"n": at, "next": it}) for at, it in enumerate(following)]


@pytest.mark.verifies("engine#8.1")
@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("{{ yes }}", True),
        ("{{ no }}", False),
        ("{{ text }}", False),
        ({"status": 200}, True),
        ({"status": {"in": [404, 500]}}, False),
        ({"$.method": "GET", "{{ role }}": "admin"}, True),
        ({"{{ role }}": {"not": "admin"}}, False),
        ({"{{ roles }}": {"contains": "b"}}, True),
        ({"{{ user }}": {"age": {"at_least": 18}}}, True),
    ],
)
async def test_a_step_runs_only_if_its_condition_holds(
    service: Any, run_one: RunOne, condition: Any, runs: bool
) -> None:
    variables = {
        **{"yes": True, "no": False, "text": "false", "role": "admin"},
        **{"roles": ["a", "b"], "user": {"age": 18}},
    }
    steps = [{"GET": "/echo/a"}, {"GET": "/echo/b", "if": condition}, {"GET": "/echo/c"}]
    result = await run_one(steps, {"variables": variables}, host=service.url)
    assert result.outcome is Outcome.PASSED
    assert service.calls_to("/echo/b") == int(runs)
    assert service.calls_to("/echo/c") == 1
    assert result.steps[1].outcome is (Outcome.PASSED if runs else Outcome.SKIPPED)
    assert reason(result, 1) == ("" if runs else "its condition does not hold")


@pytest.mark.verifies("engine#8.2")
async def test_a_case_of_which_every_step_was_skipped_is_skipped_and_checks_nothing(
    service: Any, run_one: RunOne
) -> None:
    skipped = {"GET": "/echo", "if": "{{ no }}", "expect": {"status": 200}}
    case = {"variables": {"no": False}, "teardowns": [{"DELETE": "/echo/undone"}]}
    result = await run_one([skipped, skipped], case, host=service.url)
    assert (result.outcome, result.checks_executed) == (Outcome.SKIPPED, 0)
    assert result.error is not None
    assert service.log.calls == ["DELETE /echo/undone"]

    result = await run_one([{"GET": "/echo"}, skipped], case, host=service.url)
    assert (result.outcome, result.checks_executed) == (Outcome.PASSED, 0)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{{ unknown }}", "`unknown` is not defined."),
        ("{{ role }}", "`if` must be true or false, not a text."),
        ({"{{ unknown }}": 1}, "`unknown` is not defined."),
        ({"$.a": 1}, "A condition cannot be judged"),
    ],
)
async def test_a_condition_that_cannot_be_judged_is_an_error(
    service: Any, run_one: RunOne, condition: Any, said: str
) -> None:
    service.answer("text", "no JSON", "text/plain")
    steps = [{"GET": "/given/text"}, {"GET": "/echo/b", "if": condition}]
    result = await run_one(steps, {"variables": {"role": "admin"}}, host=service.url)
    assert result.outcome is Outcome.ERROR
    assert said in reason(result)
    assert service.calls_to("/echo/b") == 0


@pytest.mark.verifies("engine#8.3")
async def test_a_step_runs_for_each_item(service: Any, run_one: RunOne) -> None:
    steps = [
        {"id": "get", "GET": "/echo/{{ order.id }}", "for each": "{{ orders }}", "as": "order"},
        {"GET": "/echo/{{ order }}/{{ get.path }}", "expect": {"status": 200}},
    ]
    variables = {"orders": [{"id": 1}, {"id": 2}, {"id": 3}], "order": "x"}
    result = await run_one(steps, {"variables": variables}, host=service.url)
    assert result.outcome is Outcome.PASSED
    assert outcomes(result) == ["get [1] passed", "get [2] passed", "get [3] passed", "s1 passed"]
    assert {step.path for step in result.steps[:3]} == {"steps[0]"}
    calls = [f"GET /echo/{it}" for it in (1, 2, 3, "x//echo/3")]
    assert service.log.calls == calls
    assert decode_case(encode_case(result)) == result


@pytest.mark.verifies("engine#8.3")
async def test_a_loop_ends_with_the_first_item_that_fails(service: Any, run_one: RunOne) -> None:
    steps = [{"GET": "/status/{{ item }}", "for each": [200, 500, 201]}, {"GET": "/echo/after"}]
    result = await run_one(steps, host=service.url)
    assert outcomes(result) == ["s0 [1] passed", "s0 [2] failed", "s1 skipped"]
    assert service.log.calls == ["GET /status/200", "GET /status/500"]


@pytest.mark.verifies("engine#8.3")
async def test_conditions_are_of_each_item_and_no_item_is_a_skipped_step(
    service: Any, run_one: RunOne
) -> None:
    some = {"GET": "/echo/{{ item.id }}", "if": {"{{ item.is_open }}": True}}
    items = [{"id": 1, "is_open": False}, {"id": 2, "is_open": True}]
    steps = [{**some, "for each": items}, {"GET": "/echo/none", "for each": []}]
    result = await run_one(steps, host=service.url)
    assert outcomes(result) == ["s0 [1] skipped", "s0 [2] passed", "s1 skipped"]
    assert reason(result) == "there is no item"
    assert service.log.calls == ["GET /echo/2"]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("{{ text }}", "`for each` needs a list, not a text."),
        (list(range(1001)), "`for each` has 1001 items, more than 1,000."),
    ],
)
async def test_a_loop_over_no_list_or_over_too_many_items_is_an_error(
    service: Any, run_one: RunOne, items: Any, said: str
) -> None:
    steps = [{"GET": "/echo", "for each": items}]
    result = await run_one(steps, {"variables": {"text": "abc"}}, host=service.url)
    assert result.outcome is Outcome.ERROR
    assert reason(result) == said
    assert service.log.calls == []


@pytest.mark.verifies("engine#8.4")
async def test_pages_are_read_while_there_is_a_next_one(service: Any, run_one: RunOne) -> None:
    last = JSONResponse({"n": 3})
    service.log.given["items"] = [*pages("b", "c", "d"), last, *pages("never")]
    step = {
        "GET": "/given/items?page={{ page }}",
        "capture": {"page": "$.next", "n": "$.n"},
        "repeat": {"while": {"$.next": {"exists": True}}, "at most": 10},
        "expect": {"status": 200},
    }
    steps = [step, {"GET": "/echo/{{ page }}/{{ n }}"}]
    result = await run_one(steps, {"variables": {"page": "a"}}, host=service.url)
    assert result.outcome is Outcome.PASSED
    assert outcomes(result) == [*(f"s0 [{it}] passed" for it in (1, 2, 3, 4)), "s1 passed"]
    assert service.log.calls[-1] == "GET /echo/d/3"
    assert [it.exchange.url.rpartition("=")[2] for it in result.steps[:4] if it.exchange] == [
        *("a", "b", "c", "d")
    ]
    assert result.checks_executed == 4


@pytest.mark.verifies("engine#8.4")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("while", "what it is repeated for still holds after 3 requests"),
        ("until", "what it is repeated for does not hold after 3 requests"),
    ],
)
async def test_a_loop_that_does_not_end_fails_at_its_limit(
    service: Any, run_one: RunOne, kind: str, said: str
) -> None:
    value = "/echo" if kind == "while" else "done"
    repeat = {kind: {"$.path": value}, "at most": 3}
    result = await run_one([{"GET": "/echo", "repeat": repeat}], host=service.url)
    assert result.outcome is Outcome.FAILED
    assert outcomes(result) == ["s0 [1] passed", "s0 [2] passed", "s0 [3] failed"]
    assert reason(result) == said
    assert service.calls_to("/echo") == 3


async def test_a_page_that_cannot_be_judged_ends_a_loop_as_an_error(
    service: Any, run_one: RunOne
) -> None:
    service.log.given["items"] = [*pages("b"), PlainTextResponse("gone")]
    step = {"GET": "/given/items", "repeat": {"while": {"$.next": {"exists": True}}}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert "cannot be judged" in reason(result)
    error = result.steps[-1].error
    assert error is not None
    assert error.params["path"] == 'steps[0].repeat.while["$.next"].exists'


@pytest.mark.verifies("cases#5.14")
async def test_a_condition_that_cannot_be_judged_is_an_error_at_its_place(
    service: Any, run_one: RunOne
) -> None:
    service.answer("page", "<p>gone</p>", "text/html")
    steps = [{"GET": "/given/page"}, {"GET": "/echo", "if": {"$.a": {"less_than": 1}}}]
    result = await run_one(steps, host=service.url)
    error = result.steps[-1].error
    assert error is not None
    assert error.params["path"] == 'steps[1].if["$.a"].less_than'


@pytest.mark.verifies("engine#8.5")
async def test_a_step_is_tried_again_and_its_attempts_are_counted(
    service: Any, run_one: RunOne
) -> None:
    service.log.given["busy"] = [
        PlainTextResponse("busy", 503),
        JSONResponse({"state": "new"}),
        JSONResponse({"state": "done"}),
    ]
    step = {"GET": "/given/busy", "expect": {"$.state": "done"}, "retry": {"times": 3, **QUICK}}
    result = await run_one([step], host=service.url)
    assert (result.outcome, result.retries) == (Outcome.PASSED, 2)
    assert result.steps[0].exchange is not None
    assert result.steps[0].exchange.attempts == 3
    assert result.checks_executed == 1
    assert decode_case(encode_case(result)) == result

    result = await run_one([{"GET": "/echo", "retry": 1}], host=service.url)
    assert result.retries is UNSET


@pytest.mark.verifies("engine#8.5")
@pytest.mark.parametrize(
    ("after", "path", "calls"),
    [
        (["checks"], "/status/500", 3),
        ([500, 503], "/status/500", 3),
        ([503], "/status/500", 1),
        (["connection"], "/status/500", 1),
        (["connection", "checks"], "/status/200", 1),
    ],
)
async def test_only_the_failures_that_are_named_are_tried_again(
    service: Any, run_one: RunOne, after: list[Any], path: str, calls: int
) -> None:
    step = {"GET": path, "retry": {"times": 2, "after": after, **QUICK}}
    result = await run_one([step], host=service.url)
    assert service.calls_to(path) == calls
    assert (result.outcome is Outcome.PASSED) is path.endswith("200")


@pytest.mark.verifies("engine#8.5")
async def test_a_service_that_does_not_answer_is_tried_again_with_growing_pauses(
    run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def pause(seconds: float) -> Any:
        waited.append(seconds)
        return Pause(0.0)

    monkeypatch.setattr("shall.engine.flow.Pause", pause)
    step = {"GET": "http://127.0.0.1:9/", "retry": {"times": 3, "every": "10 ms", "backoff": 3}}
    result = await run_one([step])
    assert (result.outcome, result.retries) == (Outcome.ERROR, 3)
    assert waited == pytest.approx([0.01, 0.03, 0.09])

    waited.clear()
    result = await run_one([{**step, "retry": {"times": 3, "after": "checks"}}])
    assert (result.outcome, waited) == (Outcome.ERROR, [])


async def test_a_secret_of_an_attempt_that_is_dropped_is_masked_in_the_last(
    service: Any, run_one: RunOne
) -> None:
    secret = "Hidden-5512-Hidden"
    service.log.given["busy"] = [
        JSONResponse({"access_token": secret}, 503),
        PlainTextResponse(f"again {secret}", 500),
    ]
    step = {"GET": "/given/busy", "retry": {"times": 1, **QUICK}}
    result = await run_one([step], host=service.url)
    assert result.steps[0].exchange is not None
    assert "again" in result.steps[0].exchange.response_body
    assert secret not in encode_case(result).decode()


@pytest.mark.verifies("engine#3.6")
@pytest.mark.parametrize(
    "flow",
    [
        {"for each": [1, 2, 3], "retry": 3},
        {"repeat": {"until": {"status": 201}}},
        {"retry": {"times": 3, "after": ["connection", "checks"]}},
    ],
)
async def test_cancelling_a_loop_closes_its_connection_and_begins_no_request(
    service: Any, run: Any, flow: dict[str, Any]
) -> None:
    steps = [{"GET": "/slow", **flow}]
    running = asyncio.create_task(run([{"steps": steps}], host=service.url))
    await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
    assert service.log.calls.count("/slow began") == 1


@pytest.mark.verifies("tracing#4.32")
@pytest.mark.parametrize(
    ("first", "flow", "checks"),
    [
        ({"status": {"matches": ".*"}}, {"if": "{{ no }}"}, 0),
        ({"bytes": {"at_least": 0}}, {"for each": []}, 0),
        ({"bytes": {"at_least": 0}}, {"for each": [1, 2]}, 3),
        ({"status": 200}, {"if": "{{ no }}"}, 1),
    ],
)
async def test_checks_count_only_where_a_step_ran_that_could_fail(
    service: Any, run_one: RunOne, first: Any, flow: dict[str, Any], checks: int
) -> None:
    steps = [
        {"GET": "/echo/a", "expect": first},
        {"GET": "/echo/b", **flow, "expect": {"status": 200}},
    ]
    result = await run_one(steps, {"variables": {"no": False}}, host=service.url)
    assert result.outcome is Outcome.PASSED
    assert result.checks_executed == checks
