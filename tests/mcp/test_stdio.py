"""A real server process over stdio: cancelling, progress, and what outlives the process."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.serve.logged import INITIALIZE, request

from shall.actions.results import past_runs
from shall.bootstrap import open_workspace
from shall.results.records import RunStatus
from shall.settings import Settings

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured", "forks"),
]

ERAS = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])


@ERAS
@pytest.mark.verifies("mcp#1.10")
async def test_a_cancelled_call_closes_the_connection_to_the_service(
    over_stdio: Any, mode: str, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    async with over_stdio(mode=mode) as client:
        calling = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
        status = "running"
        while status == "running":  # its state is kept a moment after its connection is closed
            history = await client.call_tool("get_test_results", {})
            status = history.structured_content["results"][0]["status"]
    assert status == "interrupted"


@ERAS
@pytest.mark.verifies("mcp#1.9")
async def test_progress_comes_over_the_pipe(
    over_stdio: Any, mode: str, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(5, service.url)
    shown: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        del total, message
        shown.append(progress)

    async with over_stdio(mode=mode) as client:
        await client.call_tool("run_tests", {}, progress_callback=note)
    assert shown == [1, 2, 3, 4, 5]


async def test_two_runs_are_in_flight_at_once(
    over_stdio: Any, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    async with over_stdio() as client:
        first = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        service.log.calls.clear()
        second = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        assert not first.done()
        for call in (first, second):
            call.cancel()
        await asyncio.wait([first, second])


async def test_the_history_outlives_the_server(
    over_stdio: Any, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url)
    async with over_stdio() as client:
        run = await client.call_tool("run_tests", {})
    async with over_stdio() as client:
        history = await client.call_tool("get_test_results", {})
    [kept] = history.structured_content["results"]
    assert kept["run_id"] == run.structured_content["run_id"]


async def test_a_client_that_leaves_in_a_run_stops_it(
    over_stdio: Any, service: Any, project: Path, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    async with over_stdio() as client:
        calling = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
    await asyncio.wait([calling])
    assert calling.cancelled() or calling.exception() is not None
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
    workspace = open_workspace(project, Settings())
    assert [run.status for run in past_runs(workspace)] == [RunStatus.INTERRUPTED]


@ERAS
@pytest.mark.verifies("defences#11.6")
async def test_what_was_asked_before_the_input_ended_is_answered(
    mode: str, service: Any, project: Path, write_cases: Callable[..., None]
) -> None:
    write_cases(5, service.url)
    calls = {"name": "run_tests", "arguments": {}}
    if mode == "legacy":
        started = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": calls}
        sent = [INITIALIZE, started, call]
    else:
        sent = [request("tools/call", calls, id=2)]
    text = "".join(f"{json.dumps(it)}\n" for it in sent).encode()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shall", "serve", "--workspace", str(project)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    shown, _ = await asyncio.wait_for(process.communicate(text), 60)
    assert process.returncode == 0
    answers = {it.get("id"): it for it in map(json.loads, shown.splitlines())}
    assert not answers[2]["result"].get("isError")


@pytest.mark.verifies("defences#11.6")
async def test_a_run_that_outlasts_the_drain_is_stopped_and_answered(
    service: Any, project: Path, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shall", "serve", "--workspace", str(project), "--drain", "0.5"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    call = request("tools/call", {"name": "run_tests", "arguments": {}}, id=2)
    _, log = await asyncio.wait_for(process.communicate(json.dumps(call).encode() + b"\n"), 60)
    assert process.returncode == 0
    assert b"stopping 1 runs" in log
    assert b"Traceback" not in log
    workspace = open_workspace(project, Settings())
    assert [run.status for run in past_runs(workspace)] == [RunStatus.INTERRUPTED]
