"""SIGTERM: what runs may finish, streams end, nothing new begins."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from tests.serve.logged import INITIALIZE, POST, headers_of, request
from tests.serve.test_calls import write_cases

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured"),
]

Serve = Callable[..., Any]
ERAS = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])


@ERAS
@pytest.mark.verifies("serve#4.1", "serve#4.2")
async def test_a_call_in_flight_is_answered_and_no_other_begins(
    serve: Serve, mode: str, service: Any, project: Path
) -> None:
    write_cases(project, 1, service.url, "/held")
    served = serve("--drain", "60")
    async with Client(served.url, mode=mode) as client:
        await client.list_tools()  # else it asks for them when the answer is there
        calling = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/held began")
        served.process.send_signal(signal.SIGTERM)
        await said(served, "draining: 1 requests in flight")
        with pytest.raises(MCPError):
            await client.call_tool("health_check", {})
        async with httpx2.AsyncClient() as http:
            refused = await http.post(served.url, json=INITIALIZE, headers=POST)
            assert (refused.status_code, refused.json()["code"]) == (503, "MCP_DRAINING")
            assert int(refused.headers["retry-after"]) >= 1
            assert (await http.get(f"{served.base}/health")).status_code == 200
        service.release("/held")
        assert (await calling).structured_content["passed"] == 1
    assert await asyncio.to_thread(served.process.wait, 20) == 0
    shown = served.process.stderr.read()
    assert "Traceback" not in shown, shown


@pytest.mark.verifies("serve#4.1")
async def test_a_rest_run_in_flight_is_answered_too(
    serve: Serve, service: Any, project: Path
) -> None:
    write_cases(project, 1, service.url, "/held")
    served = serve("--drain", "60")
    async with httpx2.AsyncClient(timeout=60) as http:
        calling = asyncio.create_task(http.post(f"{served.base}/api/runs", json={}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/held began")
        served.process.send_signal(signal.SIGTERM)
        await said(served, "draining: 1 requests in flight")
        service.release("/held")
        assert (await calling).json()["passed"] == 1
    assert await asyncio.to_thread(served.process.wait, 20) == 0


@pytest.mark.verifies("serve#4.3")
async def test_streams_of_every_kind_get_their_last_chunk(serve: Serve) -> None:
    served = serve()
    async with httpx2.AsyncClient(timeout=20) as http:
        opened = await http.post(served.url, json=INITIALIZE, headers=POST)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        streams = [
            http.stream("GET", served.url, headers={"Accept": "text/event-stream"}),
            http.stream("GET", served.url, headers={"Accept": "text/event-stream", **session}),
            http.stream("POST", served.url, json=LISTEN, headers=headers_of(LISTEN)),
        ]
        readers = [read_to_the_end(stream) for stream in streams]
        for reader in readers:
            assert await anext(reader) == "open"
        served.process.send_signal(signal.SIGTERM)
        # A stream without its last chunk raises RemoteProtocolError here.
        assert [await anext(reader) for reader in readers] == ["ended"] * 3
    assert await asyncio.to_thread(served.process.wait, 20) == 0
    assert "without completing" not in served.process.stderr.read()


async def test_a_second_signal_does_not_wait(serve: Serve, service: Any, project: Path) -> None:
    write_cases(project, 1, service.url, "/slow")
    served = serve("--drain", "600")
    async with Client(served.url, mode="2026-07-28") as client:
        calling = asyncio.create_task(client.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
        served.process.send_signal(signal.SIGTERM)
        await said(served, "draining")
        calling.cancel()
        served.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(served.process.wait, 20) == 0


async def read_to_the_end(stream: Any) -> AsyncIterator[str]:
    async with stream as got:
        assert got.status_code == 200
        yield "open"
        async for _ in got.aiter_raw():
            pass
        yield "ended"


async def said(served: Any, words: str) -> None:
    def wait() -> None:
        for line in served.process.stderr:
            if words in line:
                return
        raise AssertionError(f"the log never said {words}")

    await asyncio.to_thread(wait)


LISTEN = request("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
