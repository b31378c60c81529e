"""Streams of both kinds, through nginx and over three instances."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]
TOKEN = "your-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/event-stream"}
CORRECTED = "deploy/nginx/api-auto-test.conf"
VERBATIM = "deploy/nginx/api-auto-test-verbatim.conf"
O_UPSTREAM = "127.0.0.1:8000"


async def endpoint(http: httpx2.AsyncClient, url: str) -> str:
    """Open a legacy stream and give the endpoint that it names."""
    async with http.stream("GET", url, headers=HEADERS) as stream:
        assert stream.status_code == 200
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.headers["X-Accel-Buffering"] == "no"
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                return str(line[5:].strip())
    raise AssertionError("the stream ended without an endpoint")


async def test_o4_a_get_opens_an_event_stream_at_the_path(shared_api: Start) -> None:
    async with httpx2.AsyncClient() as http:
        named = await endpoint(http, f"{shared_api().url}/mcp")
        assert named.startswith("/mcp/messages/")
        other = await endpoint(http, f"{shared_api(MCP_SSE_PATH='/own').url}/own")
        assert other.startswith("/own/messages/")


async def test_o13_o14_d57_the_sse_client_connects_with_the_token(
    shared_api: Start, connect: Any
) -> None:
    async with connect(f"{shared_api().url}/mcp", sse=True) as client:
        assert not (await client.call_tool("health_check", {})).is_error


async def test_d57_document_d_s_server_serves_sse_as_well(
    start: Start, connect: Any, free_port: Any
) -> None:
    port = free_port()
    command = ["python", "-m", "mcp_server_spec.main", "--transport", "sse", "--port", str(port)]
    server = start(command, port, {"MCP_AUTH_TOKEN": TOKEN})
    async with connect(f"{server.url}/mcp", sse=True) as client:
        assert (await client.list_prompts()).prompts


@pytest.mark.verifies("deploy#1.1")
@pytest.mark.parametrize("name", [CORRECTED, VERBATIM])
async def test_o17_o21_a_legacy_stream_goes_through_nginx_and_stays_under_its_path(
    shared_api: Start, nginx: Any, connect: Any, certificate: Any, name: str
) -> None:
    proxy = nginx(name, {O_UPSTREAM: shared_api().port})
    async with connect(
        f"{proxy.url}/mcp", certificate=certificate, host="mcp.example.com", sse=True
    ) as client:
        assert not (await client.call_tool("health_check", {})).is_error
    posts = [line for line in proxy.access_log().splitlines() if '"POST ' in line]
    assert posts
    assert all('"POST /mcp/' in line for line in posts)


@pytest.mark.parametrize(("name", "refusal"), [(CORRECTED, 429), (VERBATIM, 503)])
async def test_o18_the_21st_stream_of_an_address_is_refused(
    shared_api: Start, nginx: Any, certificate: Any, name: str, refusal: int
) -> None:
    # The rate is raised: here it is the streams that are counted.
    proxy = nginx(name, {O_UPSTREAM: shared_api().port}, ("rate=10r/s", "rate=1000r/s"))
    async with AsyncExitStack() as streams:
        http = await streams.enter_async_context(
            httpx2.AsyncClient(verify=certificate.context(), limits=httpx2.Limits())
        )
        statuses = []
        for _ in range(21):
            opened = http.stream("GET", f"{proxy.url}/mcp", headers=HEADERS)
            statuses.append((await streams.enter_async_context(opened)).status_code)
    assert statuses == [200] * 20 + [refusal]


@pytest.mark.parametrize(("token", "status"), [("wrong", 401), (TOKEN, 200)])
async def test_o19_o22_nginx_asks_the_server_before_it_passes_on(
    shared_api: Start, nginx: Any, certificate: Any, token: str, status: int
) -> None:
    change = ("# auth_request /auth;", "auth_request /auth;")
    proxy = nginx(CORRECTED, {O_UPSTREAM: shared_api().port}, change)
    headers = {**HEADERS, "Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(verify=certificate.context()) as http,
        http.stream("GET", f"{proxy.url}/mcp", headers=headers) as answer,
    ):
        assert answer.status_code == status
        # nginx itself refuses: the request was not passed on.
        assert ("x-request-id" in answer.headers) is (status == 200)


@pytest.mark.verifies("deploy#1.1")
@pytest.mark.parametrize(
    "how", [{"mode": "legacy"}, {"mode": "2026-07-28"}, {"sse": True}], ids=str
)
async def test_d49_sessions_survive_three_instances_in_turn(
    shared_three: Any, connect: Any, certificate: Any, how: dict[str, Any]
) -> None:
    proxy, _ = shared_three
    async with AsyncExitStack() as clients:
        opened = [
            await clients.enter_async_context(
                connect(f"{proxy.url}/mcp", certificate=certificate, **how)
            )
            for _ in range(3)
        ]
        for _ in range(3):
            for client in opened:
                assert not (await client.call_tool("health_check", {})).is_error


def test_d49_a_connection_is_known_to_all_three(
    shared_three: Any, curl: Any, certificate: Any, project: Path
) -> None:
    proxy, _ = shared_three
    common = ("--cacert", certificate.crt, "--header", f"Authorization: Bearer {TOKEN}")
    body = ("--header", "Content-Type: application/json", "--data", '{"client_info": {}}')
    made = curl(*common, *body, f"{proxy.url}/connect").split('"connection_id":"')[1].split('"')[0]
    shown = ("--output", "/dev/null", "--write-out", "%{http_code}")
    for _ in range(9):
        beat = ("--request", "POST", f"{proxy.url}/heartbeat/{made}")
        assert curl(*common, *shown, *beat) == "200"
    assert project.exists()
