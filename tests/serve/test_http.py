import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.serve.logged import INITIALIZE, POST, headers_of, logged, request

from shall.serve.http import bound

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured", "forks"),
]

Serve = Callable[..., Any]
TOKEN = "the-right-token"


@pytest.mark.verifies("serve#1.1", "serve#1.5")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_clients_of_both_eras_are_served(serve: Serve, mode: str) -> None:
    served = serve()
    async with Client(served.url, mode=mode) as client:
        assert len((await client.list_tools()).tools) == 14
        result = await client.call_tool("health_check", {})
        assert not result.is_error
        served.process.send_signal(signal.SIGTERM)  # with the client's streams open
        assert await asyncio.to_thread(served.process.wait, 20) == 0


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25"])
async def test_every_dated_revision_can_be_agreed_on(shared_serve: Serve, version: str) -> None:
    served = shared_serve()
    body = {**INITIALIZE, "params": {**INITIALIZE["params"], "protocolVersion": version}}
    async with httpx2.AsyncClient() as http:
        answer = await http.post(served.url, json=body, headers=POST)
        slash = await http.post(f"{served.url}/", json=body, headers=POST)
    assert answer.status_code == slash.status_code == 200
    assert f'"protocolVersion":"{version}"' in answer.text


@pytest.mark.verifies("serve#1.2")
async def test_a_token_guards_every_route_but_health(shared_serve: Serve) -> None:
    served = shared_serve(MCP_AUTH_TOKEN=TOKEN)
    async with httpx2.AsyncClient() as http:
        assert (await http.get(f"{served.base}/health")).json()["status"] == "healthy"
        for path in ("/mcp", "/mcp/", "/none", "/health/x"):
            for header in (
                {},
                {"Authorization": "Bearer wrong"},
                {"Authorization": f"Basic {TOKEN}"},
            ):
                answer = await http.post(
                    served.base + path, json=INITIALIZE, headers={**POST, **header}
                )
                assert answer.status_code == 401, (path, header)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                assert answer.json()["code"] == "MCP_UNAUTHORIZED"
        right = {**POST, "Authorization": f"Bearer {TOKEN}", "Host": "mcp.example.com"}
        assert (await http.post(served.url, json=INITIALIZE, headers=right)).status_code == 200


@pytest.mark.verifies("serve#1.2")
async def test_the_official_client_comes_in_with_the_token(serve: Serve, tmp_path: Any) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    served = serve("--token-file", str(tmp_path / "token"))
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
        Client(streamable_http_client(served.url, http_client=http)) as client,
    ):
        assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.verifies("serve#1.3")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "[::bad"}, 400),
        ({"Origin": "http://[::bad"}, 403),
        ([("Origin", "http://localhost"), ("Origin", "http://evil.example")], 403),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Host": "localhost"}, 200),
        ({}, 200),
    ],
)
async def test_a_foreign_origin_or_host_is_refused_on_every_route(
    shared_serve: Serve, headers: Any, status: int
) -> None:
    served = shared_serve()
    async with httpx2.AsyncClient() as http:
        health = await http.get(f"{served.base}/health", headers=headers)
        both = [*POST.items(), *(headers.items() if isinstance(headers, dict) else headers)]
        mcp = await http.post(served.url, json=INITIALIZE, headers=both)
    assert (health.status_code, mcp.status_code) == (status, status)


@pytest.mark.verifies("defences#11.4", "defences#11.5")
def test_a_request_names_one_valid_host(serve: Serve) -> None:
    served, guarded = serve(), serve(MCP_AUTH_TOKEN="t" * 32)
    answers = {
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\nHost: a b\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\nHost: user@localhost\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\nHost: localhost:x\r\n": (400, 400),
        b"GET /health HTTP/1.1\r\nHost:\r\n": (421, 200),
        b"GET /health HTTP/1.0\r\n": (421, 200),  # only where the Host is looked at
        b"GET /health HTTP/1.0\r\nHost: localhost\r\n": (200, 200),
        b"GET /health HTTP/1.1\r\nHost: [::1]:80\r\n": (200, 200),
    }
    for head, statuses in answers.items():
        found = [asked(it, head + b"Connection: close\r\n\r\n") for it in (served, guarded)]
        assert tuple(int(it.split()[1]) for it in found) == statuses, head


def asked(served: Any, request: bytes) -> bytes:
    port = int(served.base.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return connection.recv(4096)


@pytest.mark.verifies("defences#11.3")
def test_the_first_421_says_in_the_log_what_to_set(project: Path) -> None:
    with logged(project, "--host", "localhost") as served:
        for host in ("mcp_servers", "your-domain.com"):
            assert httpx2.get(served.url, headers={"Host": host}).status_code == 421
        log = served.stop()
    [line] = [it for it in log.splitlines() if "WARNING" in it]
    assert "421 for the Host mcp_servers" in line
    assert "set MCP_AUTH_TOKEN" in line
    assert "--allowed-host mcp_servers" in line


async def test_with_a_token_an_origin_must_still_be_ours(shared_serve: Serve) -> None:
    served = shared_serve(MCP_AUTH_TOKEN=TOKEN)
    sent = {"Authorization": f"Bearer {TOKEN}", "Host": "mcp.example.com"}
    async with httpx2.AsyncClient() as http:
        evil = await http.get(
            f"{served.base}/health", headers={**sent, "Origin": "https://evil.example"}
        )
        own = await http.get(
            f"{served.base}/health", headers={**sent, "Origin": "https://mcp.example.com"}
        )
    assert (evil.status_code, own.status_code) == (403, 200)


def run_serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shall", "serve", "--transport", "http", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_listener_is_named_as_tcp_so_that_small_answers_are_sent_at_once(host: str) -> None:
    with bound(host, 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.verifies("serve#1.4")
def test_a_port_in_use_is_reported_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_serve("--port", port)
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert f"127.0.0.1:{port} cannot be bound" in line
    assert "--port" in line


@pytest.mark.verifies("serve#1.6")
def test_an_address_others_can_reach_needs_a_token() -> None:
    ended = run_serve("--host", "0.0.0.0", "--port", "0")
    assert ended.returncode == 2
    assert "MCP_AUTH_TOKEN" in ended.stderr


async def test_insecure_means_it(serve: Serve) -> None:
    served = serve("--host", "0.0.0.0", "--insecure")
    async with httpx2.AsyncClient() as http:
        port = served.base.rpartition(":")[2]
        assert (await http.get(f"http://127.0.0.1:{port}/health")).status_code == 200


@pytest.mark.verifies("serve#1.2")
@pytest.mark.parametrize("path", ["/health", "/health/", "/metrics", "/prompts", "/tools/x"])
def test_mcp_is_not_served_where_no_token_is_asked_for(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_AUTH_TOKEN", TOKEN)
    ended = run_serve("--port", "0", "--path", path)
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "--path" in line


def test_a_name_that_cannot_be_one_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_AUTH_TOKEN", TOKEN)
    ended = run_serve("--host", "a..b", "--port", "0")
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "a..b:0 cannot be bound" in line


def test_a_token_file_that_is_not_there_or_empty_is_reported(tmp_path: Any) -> None:
    (tmp_path / "empty").write_text("\n")
    assert (
        "cannot be read" in run_serve("--port", "0", "--token-file", str(tmp_path / "none")).stderr
    )
    assert "is empty" in run_serve("--port", "0", "--token-file", str(tmp_path / "empty")).stderr


def test_a_log_file_that_cannot_be_written_is_reported(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MCP_LOG_FILE", str(tmp_path / "file" / "log"))
    ended = run_serve("--port", "0")
    assert ended.returncode == 2
    assert "log file" in ended.stderr


async def test_a_call_over_http_is_logged_without_forged_lines(serve: Serve, tmp_path: Any) -> None:
    served = serve("--log-level", "DEBUG", MCP_LOG_FILE=str(tmp_path / "logs/server.log"))
    async with Client(served.url) as client:
        await client.call_tool("none\n2026-01-01T00:00:00Z ERROR forged: \x1b[31m", {})
    text = (tmp_path / "logs/server.log").read_text()
    assert "\\n2026-01-01T00:00:00Z ERROR forged" in text
    assert "\x1b" not in text
    assert not any(line.startswith("2026-01-01") for line in text.splitlines())


def test_the_application_can_be_started_by_its_import_path(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("SHALL_WORKSPACES", str(project))
    command = [sys.executable, "-m", "uvicorn", "mcp_server_spec.main:app", "--port", "0"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "running on" in line)
        base = line.partition("running on ")[2].split()[0]
        assert httpx2.get(f"{base}/health").json()["server"]["name"] == "spec-driven-development"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.verifies("serve#6.1")
async def test_blanks_around_a_header_are_none_of_its_value(shared_serve: Serve) -> None:
    """RFC 9110, 5.5: a field value has no blanks around it."""
    body = request("tools/call", {"name": "health_check", "arguments": {}})
    sent = {**headers_of(body), "Authorization": f"Bearer {TOKEN}"}
    served = urlsplit(shared_serve(MCP_AUTH_TOKEN=TOKEN).url)
    connection = http.client.HTTPConnection(served.hostname or "", served.port, timeout=30)
    blank = {name: f" \t{value} \t" for name, value in sent.items()}
    connection.request("POST", served.path, json.dumps(body), blank)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.verifies("limits#3.3")
async def test_wrong_tokens_are_counted_by_address(serve: Serve) -> None:
    served = serve(MCP_AUTH_TOKEN=TOKEN, SHALL_RATE="0.01", SHALL_RATE_BURST="2")
    async with httpx2.AsyncClient(base_url=served.base) as client:
        wrong = {"Authorization": "Bearer guessed"}
        answers = [(await client.get("/tools", headers=wrong)).status_code for _ in range(5)]
        right = await client.get("/tools", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answers == [401, 401, 401, 429, 429]
    assert right.status_code == 200  # a caller of its own


@pytest.mark.verifies("observability#2.2")
def test_every_line_of_a_json_log_is_json(project: Path) -> None:
    with logged(project, MCP_LOG_FORMAT="json", MCP_LOG_LEVEL="DEBUG") as served:
        assert httpx2.get(served.url.replace("/mcp", "/tools")).status_code == 200
        log = served.stop()
    lines = [json.loads(line) for line in log.splitlines()]
    assert len(lines) > 1


PRINT_KEEP_ALIVE = """
import uvicorn
from shall.__main__ import main
uvicorn.Server.run = lambda self, sockets: print(self.config.timeout_keep_alive)
main()
"""


@pytest.mark.verifies("serve#1.10")
def test_an_idle_connection_is_closed_later_than_a_proxy_closes_it(project: Path) -> None:
    serve = ["serve", "--transport", "http", "--port", "0", "--workspace", str(project)]
    done = subprocess.run(
        [sys.executable, "-c", PRINT_KEEP_ALIVE, *serve], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 60
