"""Streams of events: read while they arrive, ended in time, and checked like any body."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import Response

from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.engine.budgets import Budget
from shall.engine.stream import EventParser
from shall.errors import InvalidCase
from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.1")
async def test_events_are_the_value_of_a_stream(service: Any, run_one: RunOne) -> None:
    step = {
        "GET": "/events?n=3",
        "stream": True,
        "capture": {"last": "$.events[-1].data.n", "id": "events | last"},
        "expect": {
            "status": 200,
            "events": {"length": 3, "each": {"data": {"n": {"greater_than": 0}}}},
            "$.events[*].event": ["price", "price", "done"],
            "event price": {"length": 2},
            "event other": [],
            "$.events[0].id": "1",
            "$.events[-1]": {"event": "done", "data": {"n": 3}},
        },
    }
    after = {
        "POST": "/echo/{{ s0.events[1].data.n }}/{{ last }}",
        "expect": {"$.path": "/echo/2/3"},
    }

    result = await run_one([step, after], host=service.url)

    assert result.outcome is Outcome.PASSED, case_text(result)
    assert "tok-sse-canary" not in json.dumps(result_to_json(result))
    assert service.log.headers[0]["accept"] == "text/event-stream"


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.2")
@pytest.mark.parametrize(
    ("stream", "events"),
    [
        ({"until": {"$.data.n": 4}, "within": "1 min"}, 4),
        ({"until": {"$.data.n": {"greater_than": 1}, "$.event": "price"}}, 2),
        ({"count": 3}, 3),
    ],
)
async def test_reading_an_endless_stream_ends_and_closes_the_connection(
    service: Any, run_one: RunOne, stream: Any, events: int
) -> None:
    step = {"GET": "/events?ms=1", "stream": stream, "expect": {"events": {"length": events}}}
    result = await run_one([step, {"GET": "/echo"}], host=service.url)
    assert result.outcome is Outcome.PASSED, case_text(result)
    service.wait_for(service.log.closed, "/events")


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.2")
async def test_what_arrived_within_a_time_is_checked(service: Any, run_one: RunOne) -> None:
    expect = {"events": {"length": {"at_least": 2}}}
    step = {"GET": "/events?ms=1", "stream": {"within": "500 ms"}, "expect": expect}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.3")
@pytest.mark.parametrize(("events", "said"), [(2, "2 events"), (0, "0 events")])
async def test_a_condition_that_no_event_fulfils_fails_the_step(
    service: Any, run_one: RunOne, events: int, said: str
) -> None:
    stream = {"until": {"$.data.state": "done", "$.event": "done"}, "within": "1 min"}
    result = await run_one([{"GET": f"/events?n={events}", "stream": stream}], host=service.url)
    assert result.outcome is Outcome.FAILED
    check = result.steps[0].checks[0]
    assert check.path == 'steps[0].stream.until["$.data.state"]'
    assert check.message is not None
    assert render(check.message).startswith(f"no event of {events} fulfils it (60 s): ")
    assert said


def answer_streams(service: Any, *states: str) -> None:
    """Let ``/given/it`` answer streams of one event each, the last one for ever."""
    kind = {"Content-Type": "text/event-stream"}
    service.log.given["it"] = [
        Response(f'data: {{"state": "{state}", "next": {n}}}\n\n', headers=kind)
        for n, state in enumerate(states)
    ]


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.1", "engine#8.5")
async def test_a_stream_that_did_not_fulfil_its_condition_is_opened_again(
    service: Any, run_one: RunOne
) -> None:
    answer_streams(service, "open", "open", "done")
    step = {
        "GET": "/given/it",
        "stream": {"until": {"$.data.state": "done"}},
        "retry": {"times": 2, "every": "10 ms"},
        "capture": {"next": "$.events[-1].data.next"},
        "expect": {"events": {"length": 1}},
    }
    after = {"GET": "/echo/{{ next }}", "expect": {"$.path": "/echo/2"}}

    result = await run_one([step, after], host=service.url)

    assert result.outcome is Outcome.PASSED, case_text(result)
    assert result.retries == 2
    assert service.calls_to("/given/it") == 3


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.1", "engine#8.4")
async def test_streams_are_read_until_one_has_what_ends_the_loop(
    service: Any, run_one: RunOne
) -> None:
    answer_streams(service, "open", "open", "done")
    step = {
        "GET": "/given/it",
        "stream": {"count": 1},
        "repeat": {"until": {"$.events[0].data.state": "done"}, "at most": 5},
        "expect": {"event message": {"length": 1}},
    }
    each = {"GET": "/events?n={{ item }}", "stream": True, "for each": [1, 2]}
    each["expect"] = {"events": {"length": "{{ item }}"}}

    result = await run_one([step, each], host=service.url)

    assert result.outcome is Outcome.PASSED, case_text(result)
    assert service.calls_to("/given/it") == 3
    assert [it.outcome for it in result.steps[-2:]] == [Outcome.PASSED] * 2


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.4")
async def test_an_endless_stream_is_bounded_by_time_and_bytes(
    service: Any, run_one: RunOne
) -> None:
    step = {"GET": "/events?ms=1", "stream": True, "timeout_s": 0.1}
    result = await run_one([step], host=service.url)
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == "step.timed_out"

    step = {"GET": "/flood?mib=17", "stream": True}
    result = await run_one([step], host=service.url)
    assert result.steps[0].error is not None
    assert "sent more than 16 MiB" in render(result.steps[0].error)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.5")
async def test_a_response_that_is_no_stream(service: Any, run_one: RunOne) -> None:
    result = await run_one([{"GET": "/body/list", "stream": True}], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert "The response is application/json, not text/event-stream." in case_text(result)

    step = {"GET": "/status/404", "stream": True, "expect": {"status": 404, "$.code": 404}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.6")
@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ({"type": "sse_event_count", "min": 2, "max": 4}, Outcome.PASSED),
        ({"type": "sse_event_count", "expected": 3}, Outcome.PASSED),
        ({"type": "sse_event_count", "min": 4}, Outcome.FAILED),
        ({"type": "sse_event_count", "event_type": "price", "expected": 2}, Outcome.PASSED),
        ({"type": "sse_contains", "expected": '"n": 2'}, Outcome.PASSED),
        ({"type": "sse_contains", "expected": "absent"}, Outcome.FAILED),
        ({"type": "sse_event_exists", "event_type": "done"}, Outcome.PASSED),
        ({"type": "sse_event_exists", "event_type": "lost"}, Outcome.FAILED),
        ({"type": "sse_event_field", "index": 1, "field": "n", "expected": 2}, Outcome.PASSED),
        ({"type": "sse_event_field", "index": 1, "field": "n", "expected": 3}, Outcome.FAILED),
        ({"type": "sse_last_event", "event_type": "done"}, Outcome.PASSED),
        ({"type": "sse_last_event", "field": "n", "expected": 3}, Outcome.PASSED),
        ({"type": "sse_last_event", "event_type": "price"}, Outcome.FAILED),
    ],
)
async def test_the_older_checks_of_events(
    service: Any, run_one: RunOne, check: dict[str, Any], outcome: Outcome
) -> None:
    result = await run_one([{"GET": "/events?n=3", "assert": [check]}], host=service.url)
    assert result.outcome is outcome, case_text(result)


@pytest.mark.verifies("protocols#3.9")
@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("{type: sse_last_event}", "`event_type` is missing"),
        ("{type: sse_last_event, field: n}", "`expected` is missing"),
        ("{type: sse_event_field, field: n}", "`expected` is missing"),
        ("{type: sse_contains}", "`expected` is missing"),
        ("{type: sse_event_cont, expected: 5}", "Did you mean 'sse_event_count'?"),
    ],
)
def test_an_older_check_of_events_that_looks_at_nothing_is_refused(check: str, said: str) -> None:
    text = f"testcase:\n  name: a\n  steps:\n  - {{GET: /e, assert: [{check}]}}\n"
    with pytest.raises(InvalidCase, match=f"a.yaml:4:.*{re.escape(said)}"):
        read_case(text, "a.yaml")


@pytest.mark.verifies("protocols#3.1")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_means_the_same_in_whatever_parts_it_arrives(end: str, size: int) -> None:
    text = (
        "\ufeff: comment\nid: 1\ndata: first\ndata:  line\n\n"
        'event: x\n\ndata\n\ndata: {"a": "中"}\nid\nevent: named\nnoise: 1\n\ndata: unfinished'
    )
    data = text.replace("\n", end).encode()
    parser = EventParser(Budget())
    found = [it for at in range(0, len(data), size) for it in parser.feed(data[at : at + size])]
    found += parser.feed(b"")
    assert found == [
        {"event": "message", "data": "first\n line", "id": "1"},
        {"event": "message", "data": "", "id": "1"},
        {"event": "named", "data": {"a": "中"}, "id": ""},
    ]


@pytest.mark.verifies("protocols#3.7")
@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ("stream: 3", "3", "true or a mapping"),
        ("stream: {cuont: 3}", "cuont", "Did you mean `count`?"),
        ("stream: {count: 0}", "0", "must be from 1"),
        ("stream: {within: 5}", "5", "a time with its unit"),
        ("stream: {until: {status: 200}}", "{status", "about its `event`, `data` and `id`"),
        ("stream: {until: {$.a: {is_strng: true}}}", "is_strng", "Did you mean `is_string`?"),
    ],
)
def test_what_is_wrong_with_a_stream_is_reported_at_its_place(
    written: str, at: str, said: str
) -> None:
    line = f"      {written}"
    with pytest.raises(InvalidCase) as raised:
        read_case(f"testcase:\n  name: a\n  steps:\n    - GET: /a\n{line}\n", "a.yaml")
    [problem] = [str(it) for it in raised.value.diagnostics]
    assert said in problem
    assert problem.startswith(f"a.yaml:5:{line.index(at) + 1}:"), problem


@pytest.mark.verifies("cases#3.1")
def test_a_stream_is_written_and_read_again() -> None:
    stream = {"until": {"$.event": "done"}, "count": 3, "within": "1 min"}
    steps: list[Any] = [{"GET": "/a", "stream": stream}, {"GET": "/b", "stream": True}]
    case = read_data({"name": "a", "steps": steps})
    assert read_data(to_data(case)) == case
