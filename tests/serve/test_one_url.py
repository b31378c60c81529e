"""Every MCP transport over HTTP at one URL."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from mcp import Client, ClientSession
from mcp.client.sse import sse_client
from tests.serve.logged import INITIALIZE, POST

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured"),
]

Serve = Callable[..., Any]
STREAM = {"Accept": "text/event-stream"}


@pytest.mark.verifies("serve#2.1")
@pytest.mark.parametrize("instance", ["", "a"])
async def test_clients_of_2024_and_2026_share_one_url(shared_serve: Serve, instance: str) -> None:
    served = shared_serve(SHALL_INSTANCE=instance)
    async with sse_client(served.url) as (reading, writing), ClientSession(reading, writing) as old:
        await old.initialize()
        async with Client(served.url, mode="2026-07-28") as new:
            for client in (old, new):
                answer = await client.call_tool("health_check", {})
                assert not answer.is_error


@pytest.mark.verifies("serve#2.2")
async def test_the_message_endpoint_stays_under_the_path(shared_serve: Serve) -> None:
    for arguments, path in (((), "/mcp"), (("--path", "/deep/er"), "/deep/er")):
        served = shared_serve(*arguments)
        address = served.url.removesuffix(path) + path
        async with httpx2.AsyncClient() as http, http.stream("GET", address, headers=STREAM) as got:
            assert got.headers["content-type"].startswith("text/event-stream")
            assert got.headers["x-accel-buffering"] == "no"
            lines = got.aiter_lines()
            assert await anext(lines) == "event: endpoint"
            assert (await anext(lines)).startswith(f"data: {path}/messages/?session_id=")


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
        {"Accept": "text/event-stream", "MCP-Protocol-Version": "2025-11-25"},
        {"Accept": "text/event-stream", "Last-Event-ID": "1"},
    ],
)
async def test_other_gets_open_no_stream(shared_serve: Serve, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.get(shared_serve().url, headers=headers)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST, DELETE"
    assert answer.json()["code"] == "MCP_METHOD_NOT_ALLOWED"


@pytest.mark.verifies("serve#2.3")
async def test_session_ids_name_their_instance(serve: Serve) -> None:
    served = serve("--instance", "b7")
    async with httpx2.AsyncClient() as http:
        answer = await http.post(served.url, json=INITIALIZE, headers=POST)
        session = answer.headers["mcp-session-id"]
        assert session.startswith("b7.")
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        for sent, status in ((session, 200), (session.removeprefix("b7."), 200), ("c.x", 404)):
            headers = {**POST, "Mcp-Session-Id": sent}
            assert (await http.post(served.url, json=ping, headers=headers)).status_code == status
        async with http.stream("GET", served.url, headers=STREAM) as got:
            lines = got.aiter_lines()
            await anext(lines)
            assert "/mcp/messages/b7/?session_id=" in await anext(lines)


@pytest.mark.verifies("serve#2.4")
async def test_a_stream_that_broke_off_continues_and_only_for_its_session(
    shared_serve: Serve,
) -> None:
    served = shared_serve()
    async with httpx2.AsyncClient(timeout=60) as http:
        sessions, seen = [], []
        for _ in range(2):
            answer = await http.post(served.url, json=INITIALIZE, headers=POST)
            sessions.append(answer.headers["mcp-session-id"])
            seen.append(answer.text.split("id: ")[1].split()[0])
        headers = {**STREAM, "MCP-Protocol-Version": "2025-11-25", "Last-Event-ID": seen[0]}
        mine = {**headers, "Mcp-Session-Id": sessions[0]}
        async with http.stream("GET", served.url, headers=mine) as got:
            async for line in got.aiter_lines():
                if line.startswith("data: {"):
                    assert json.loads(line.removeprefix("data: "))["id"] == 1
                    break
        other = {**headers, "Mcp-Session-Id": sessions[1]}
        async with http.stream("GET", served.url, headers=other) as got:
            assert not [line async for line in opening(got) if line.startswith("data: {")]


@pytest.mark.verifies("serve#2.6")
@pytest.mark.parametrize("last", ["999999", "none"])
async def test_a_client_whose_last_event_is_gone_gets_a_stream_that_begins_anew(
    shared_serve: Serve, last: str
) -> None:
    served = shared_serve()
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(served.url, json=INITIALIZE, headers=POST)
        mine = {"Mcp-Session-Id": answer.headers["mcp-session-id"]}
        known = {**mine, "MCP-Protocol-Version": "2025-11-25"}
        resumed = {**STREAM, **known, "Last-Event-ID": last}
        async with http.stream("GET", served.url, headers=resumed) as got:
            shown = [line async for line in opening(got)]
        assert [line for line in shown if line.startswith("id: ")]  # to come back with, next time
        assert shown[-1].startswith("retry: ")


@pytest.mark.verifies("serve#2.5")
async def test_requests_of_older_clients_that_the_sdk_leaves_out(shared_serve: Serve) -> None:
    served = shared_serve()
    requests: list[tuple[str, dict[str, Any], int | None]] = [
        ("logging/setLevel", {"level": "info"}, None),
        ("logging/setLevel", {"level": "loud"}, -32602),
        ("resources/subscribe", {"uri": "case://format"}, None),
        ("resources/unsubscribe", {"uri": "case://format"}, None),
        ("resources/subscribe", {"uri": "case://none"}, -32602),
        ("prompts/get", {"name": "none"}, -32602),
        ("prompts/get", {"name": "generate-requirements"}, -32602),
    ]
    async with httpx2.AsyncClient() as http:
        opened = await http.post(served.url, json=INITIALIZE, headers=POST)
        capabilities = message(opened.text)["result"]["capabilities"]
        assert capabilities["resources"]["subscribe"] is True
        assert "logging" in capabilities
        headers = {**POST, "Mcp-Session-Id": opened.headers["mcp-session-id"]}
        for method, params, code in requests:
            body = {"jsonrpc": "2.0", "id": 2, "method": method, "params": params}
            answer = message((await http.post(served.url, json=body, headers=headers)).text)
            assert answer.get("error", {}).get("code") == code, (method, params, answer)


def message(stream: str) -> dict[str, Any]:
    """Return the last message of an event stream."""
    lines = [line for line in stream.splitlines() if line.startswith("data: {")]
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))
    return found


async def test_without_sessions_older_streams_are_refused(serve: Serve) -> None:
    served = serve("--sessions", "no")
    async with httpx2.AsyncClient() as http:
        answer = await http.get(served.url, headers=STREAM)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert (await http.post(f"{served.url}/messages/", json={})).status_code == 404
    async with Client(served.url, mode="legacy") as client:
        assert not (await client.call_tool("health_check", {})).is_error


async def test_pages_of_named_origins_may_read_answers(serve: Serve) -> None:
    page = "https://page.example"
    served = serve(SHALL_CORS_ORIGINS=page)
    ask = {"Origin": page, "Access-Control-Request-Method": "POST"}
    async with httpx2.AsyncClient() as http:
        asked_first = await http.options(served.url, headers=ask)
        answer = await http.post(served.url, json=INITIALIZE, headers={**POST, "Origin": page})
        other = await http.post(
            served.url, json=INITIALIZE, headers={**POST, "Origin": "https://x"}
        )
        plain = await http.get(f"{served.base}/health")
    assert asked_first.headers["access-control-allow-origin"] == page
    assert answer.headers["access-control-allow-origin"] == page
    assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]
    assert other.status_code == 403
    assert "access-control-allow-origin" not in plain.headers


async def opening(got: httpx2.Response) -> AsyncIterator[str]:
    """Yield the lines up to the event that begins a stream, once all missed ones were sent."""
    async for line in got.aiter_lines():
        yield line
        if line.startswith("retry: "):
            return
