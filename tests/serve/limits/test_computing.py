"""One caller's work leaves the others served: /health and SIGTERM while it goes on."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.logged import cpu_seconds

pytestmark = [pytest.mark.anyio, pytest.mark.process]

Serve = Callable[..., Any]
UNKNOWN = (
    "testcase:\n  name: a\n"
    + "".join(f"  k{number}: 1\n" for number in range(40_000))
    + "  steps: [{id: s, path: /}]\n"
)
SLOW = ", ".join(['{type: regex, field: text, expected: "(a|a|aa)+$"}'] * 40)
ROW = '{"id":12345,"name":"user 1","email":"u1@example.com","active":true}'

AT_ONCE = 0.3
"""Seconds of CPU time; each call computes at least twice as long."""
GIB = 1 << 30
SPEC = "".join(f"{n}. THE foo bar WHEN quick {n}.\n" for n in range(1, 26_000))


def sending(url: str, name: str, checks: str = "") -> str:
    step = f"{{id: s, path: /given/{name}, assert: [{checks}]}}"
    return f"testcase:\n  name: a\n  host: {url}\n  steps: [{step}]\n"


def write(project: Path, text: str, count: int = 1) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"a{number}.yaml").write_text(text)


async def computed_to_its_end(served: Any) -> float:
    """Wait until a server ends with 0; return the CPU time that it took until then.

    How long it lives depends on what else the machine does.
    """
    pid = served.process.pid
    before = cpu_seconds(pid)
    await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    computed = cpu_seconds(pid) - before
    assert served.process.wait() == 0
    return computed


async def computing(pid: int) -> None:
    """Wait until a process has computed for half a second more."""
    before = cpu_seconds(pid)
    async with asyncio.timeout(60):
        while cpu_seconds(pid) < before + 0.5:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(served: Any) -> AsyncIterator[list[float]]:
    """Ask for /health all the time; note what the server computes from one answer to the next.

    In CPU time: how long an answer takes depends on what else the machine does.
    """
    computed: list[float] = []

    async def watch() -> None:
        async with httpx2.AsyncClient(timeout=60) as http:
            before = cpu_seconds(served.process.pid)
            while True:
                assert (await http.get(f"{served.base}/health")).status_code == 200
                now = cpu_seconds(served.process.pid)
                computed.append(now - before)
                before = now
                await asyncio.sleep(0.01)  # else the watcher itself is the load

    watching = asyncio.create_task(watch())
    try:
        yield computed
    finally:
        watching.cancel()


async def called(base: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{base}/tools/{tool}", json={"arguments": arguments})
    assert "result" in answer.json(), answer.text
    data: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return data


@pytest.mark.verifies("defences#4.1")
async def test_health_is_answered_within_a_second_whatever_runs(
    serve: Serve, project: Path, service: Any
) -> None:
    service.answer("slow", '{"text": "' + "a" * 60 + 'b"}', "application/json")
    service.answer("rows", "[" + ",".join([ROW] * 60_000) + "]", "application/json")
    served = serve(PYTEST_TIMEOUT="20", memory=GIB)
    one = {"yaml_path": "tests/cases/a0.yaml"}
    async with watched(served) as computed:
        write(project, UNKNOWN)
        found = await called(served.base, "get_testcase", one)
        assert found["errors"][-1].endswith("And 39,900 more problems.")
        refused = await called(
            served.base, "write_testcase", {**one, "testcase": UNKNOWN, "dry_run": True}
        )
        assert refused["error_code"] == "MCP_TESTCASE_INVALID"
        write(project, sending(service.url, "slow", SLOW))
        assert (await called(served.base, "run_tests", {}))["failed"] == 1
        write(project, sending(service.url, "rows"), 2)
        assert (await called(served.base, "run_tests", {}))["passed"] == 2
    assert len(computed) > 20
    assert max(computed) < AT_ONCE


@pytest.mark.verifies("defences#4.2")
async def test_sigterm_ends_the_server_while_patterns_search(
    serve: Serve, project: Path, service: Any
) -> None:
    service.answer("slow", '{"text": "' + "a" * 60 + 'b"}', "application/json")
    write(project, sending(service.url, "slow", SLOW), 60)
    served = serve("--drain", "2")
    calling = asyncio.create_task(called(served.base, "run_tests", {}))
    await asyncio.to_thread(service.wait_for, service.log.calls, "GET /given/slow")
    served.process.send_signal(signal.SIGTERM)
    assert await computed_to_its_end(served) < 5  # it takes 13 s where it waits for the run
    await asyncio.gather(calling, return_exceptions=True)


@pytest.mark.verifies("defences#5.1")
async def test_an_expansion_is_reported_with_its_place(
    serve: Serve, project: Path, service: Any
) -> None:
    levels = "".join(f"    a{n}: '{f'{{{{ a{n - 1} }}}}' * 10}'\n" for n in range(1, 10))
    head = f"testcase:\n  name: a\n  host: {service.url}\n"
    case = f"{head}  variables:\n    a0: 0123456789 x\n{levels}"
    write(project, case + "  steps: [{id: s, path: '/{{ a9 }}'}]\n")
    answer = await called(serve(memory=GIB).base, "run_tests", {})
    shown = answer["results"][0]["error_message"]
    assert shown.startswith("tests/cases/a0.yaml:11:9: The expressions of this case would make")


@pytest.mark.verifies("defences#4.5", "defences#4.6")
async def test_a_run_of_large_answers_ends_in_its_time_and_memory(
    serve: Serve, project: Path, service: Any
) -> None:
    service.answer("rows", "[" + ",".join([ROW] * 220_000) + "]", "application/json")
    write(project, sending(service.url, "rows"), 16)
    served = serve(PYTEST_TIMEOUT="2", memory=GIB)
    async with watched(served) as computed:
        run = await called(served.base, "run_tests", {})
    assert run["total"] == 16
    assert run["passed"] < 8  # each takes a second; nothing is decoded after the 2 s
    last = run["results"][-1]["error_message"]
    assert last == "stopped: the run took longer than its 2 s"
    assert max(computed) < AT_ONCE


@pytest.mark.verifies("defences#9.13")
async def test_a_large_secret_of_an_answer_takes_no_memory(
    serve: Serve, project: Path, service: Any
) -> None:
    service.answer("token", '{"token": "' + "t0ken" * 2_500_000 + '"}', "application/json")
    write(project, sending(service.url, "token"), 8)
    served = serve(memory=GIB)
    async with watched(served) as computed:
        run = await called(served.base, "run_tests", {})
    assert run["total"] == 8
    assert served.process.poll() is None
    assert max(computed) < AT_ONCE


@pytest.mark.verifies("defences#4.2", "defences#4.10")
async def test_what_computes_at_sigterm_is_answered_and_not_waited_for(
    serve: Serve, project: Path
) -> None:
    (project / "specs").mkdir()
    head = "# A\n\n### Requirement 1: a\n\n#### Acceptance Criteria\n\n"
    for name in "abc":
        (project / "specs" / name).mkdir()
        (project / f"specs/{name}/requirements.md").write_text(head + SPEC)
    served = serve("--drain", "2", memory=GIB)
    url = f"{served.base}/tools/trace_requirements"
    async with httpx2.AsyncClient(timeout=60) as http:
        calls = [asyncio.create_task(http.post(url, json={"arguments": {}})) for _ in range(6)]
        await computing(served.process.pid)  # which takes them some 10 s
        assert not any(call.done() for call in calls)
        served.process.send_signal(signal.SIGTERM)
        answers = [answer.text for answer in await asyncio.gather(*calls)]
    # On a busy machine some come after the signal.
    assert ["MCP_DRAINING" in answer for answer in answers] == [True] * 6
    assert any("did not finish this call" in answer for answer in answers)
    assert await computed_to_its_end(served) < 3
