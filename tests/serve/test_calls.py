"""Calls in flight over Streamable HTTP: progress, cancelling, and a signal in the middle."""

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client

from shall.actions.results import past_runs
from shall.bootstrap import open_workspace
from shall.results.records import RunStatus
from shall.settings import Settings

pytestmark = [pytest.mark.anyio, pytest.mark.process]

Serve = Callable[..., Any]
ERAS = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])


def write_cases(project: Path, count: int, host: str, path: str) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    for number in range(count):
        step = f"{{id: get, method: GET, path: {path}}}"
        text = f"testcase:\n  name: case {number}\n  host: {host}\n  steps: [{step}]\n"
        (folder / f"case_{number:02}.yaml").write_text(text)


@ERAS
@pytest.mark.verifies("mcp#1.9")
async def test_progress_comes_over_http(
    serve: Serve, mode: str, service: Any, project: Path
) -> None:
    write_cases(project, 20, service.url, "/echo")
    shown: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        del total, message
        shown.append(progress)

    async with Client(serve().url, mode=mode) as client:
        run = await client.call_tool("run_tests", {}, progress_callback=note)
    assert run.structured_content is not None
    assert run.structured_content["passed"] == 20
    assert shown == list(range(1, 21))


@ERAS
@pytest.mark.verifies("mcp#1.10")
async def test_a_cancelled_call_closes_the_connection_to_the_service(
    serve: Serve, mode: str, service: Any, project: Path
) -> None:
    write_cases(project, 1, service.url, "/slow")
    async with Client(serve().url, mode=mode) as client:
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
@pytest.mark.verifies("serve#1.5", "serve#4.4")
async def test_a_signal_in_a_run_stops_it_and_keeps_its_state(
    serve: Serve, mode: str, service: Any, project: Path
) -> None:
    write_cases(project, 1, service.url, "/slow")
    served = serve("--drain", "1")
    async with Client(served.url, mode=mode) as client:
        await client.list_tools()  # else it asks for them when the answer is there
        calling = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        served.process.send_signal(signal.SIGTERM)
        answer = (await calling).structured_content
        assert answer is not None
        assert (answer["error_code"], answer["retryable"]) == ("MCP_DRAINING", True)
        assert await asyncio.to_thread(served.process.wait, 30) == 0
    service.wait_for(service.log.closed, "/slow")
    shown = served.process.stderr.read()
    assert "Traceback" not in shown, shown
    workspace = open_workspace(project, Settings())
    assert [run.status for run in past_runs(workspace)] == [RunStatus.INTERRUPTED]


@pytest.mark.verifies("rest#3.6")
async def test_the_request_id_of_a_rest_call_is_in_its_answer_and_in_the_call_log(
    serve: Serve, project: Path
) -> None:
    base = serve().base
    async with httpx2.AsyncClient(headers={"X-Request-ID": "script-42"}) as http:
        for path in ("/api/cases", "/api/runs/none"):
            answer = (await http.get(f"{base}{path}")).json()
            assert answer["request_id"] == "script-42"
    log = project / ".shall/local/logs/mcp_calls.jsonl"
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    assert [(line["tool"], line["status"], line["request_id"]) for line in lines] == [
        ("list_testcases", "ok", "script-42"),
        ("get_test_results", "error", "script-42"),
    ]
