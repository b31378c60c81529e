"""What is offered: to nobody more than the operator allows, to each caller what its scopes say."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.serve.logged import INITIALIZE, POST, headers_of, request

from shall.mcp.prompts import PROMPT_NAMES

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured", "forks"),
]

Serve = Callable[..., Any]
READING = {
    "get_mcp_metrics",
    "get_test_results",
    "get_testcase",
    "health_check",
    "list_testcases",
    "read_file",
    "trace_requirements",
}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A token file, and the token of each scope."""
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    made = {}
    for scope in ("read", "run", "write"):
        command = [sys.executable, "-m", "shall", "token", "new", "--name", scope]
        done = subprocess.run(
            [*command, "--scope", scope, "--file", str(file)],
            capture_output=True,
            text=True,
            check=True,
        )
        made[scope] = done.stdout.split()[-1]
    return file, made


@contextlib.asynccontextmanager
async def connected(url: str, token: str, transport: str = "http") -> AsyncIterator[ClientSession]:
    headers = {"Authorization": f"Bearer {token}"}
    async with contextlib.AsyncExitStack() as stack:
        if transport == "sse":
            streams = await stack.enter_async_context(sse_client(url, headers=headers))
        else:
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers))
            streams = await stack.enter_async_context(streamable_http_client(url, http_client=http))
        client = await stack.enter_async_context(ClientSession(*streams[:2]))
        await client.initialize()
        yield client


def entries(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def names(client: ClientSession) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


@pytest.mark.verifies("serve#7.1")
@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_a_caller_sees_and_calls_what_its_scopes_allow(
    shared_serve: Serve, tokens: tuple[Path, dict[str, str]], transport: str
) -> None:
    file, made = tokens
    url = shared_serve("--token-file", str(file)).url
    async with connected(url, made["read"], transport) as reader:
        assert await names(reader) == READING
        refused = await reader.call_tool("run_tests", {})
        assert refused.structured_content is not None
        assert refused.structured_content["error_code"] == "MCP_FORBIDDEN"
    mine = {"Authorization": f"Bearer {made['read']}"}
    rest = httpx2.post(url.replace("/mcp", "/tools/run_tests"), json={}, headers=mine)
    assert rest.status_code == 403
    assert 'error="insufficient_scope", scope="run"' in rest.headers["WWW-Authenticate"]
    async with connected(url, made["run"], transport) as runner:
        assert await names(runner) == {"run_tests", "send_request"}
        with pytest.raises(MCPError, match="needs the scope read"):
            await runner.list_prompts()
    async with connected(url, made["write"], transport) as writer:
        wanted = {"create_file", "delete_testcase", "import_testcases", "write_testcase"}
        assert await names(writer) == wanted | {"write_unittest"}


@pytest.mark.verifies("auth#5.5")
@pytest.mark.parametrize("scope", ["run", "write"])
@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("prompts/list", {}),
        ("resources/list", {}),
        ("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["spec://matrix"]}}),
    ],
)
async def test_who_may_not_read_is_refused_what_is_read(
    shared_serve: Serve,
    tokens: tuple[Path, dict[str, str]],
    scope: str,
    method: str,
    params: dict[str, Any],
) -> None:
    file, made = tokens
    url = shared_serve("--token-file", str(file)).url
    message = request(method, params)
    sent = {**headers_of(message), "Authorization": f"Bearer {made[scope]}"}
    async with (
        httpx2.AsyncClient(timeout=30) as http,
        http.stream("POST", url, json=message, headers=sent) as answer,
    ):
        # The first event, or the only line: a stream of changes has no end.
        lines = (it.removeprefix("data: ") async for it in answer.aiter_lines())
        refused = await anext(json.loads(it) async for it in lines if it[:1] == "{")
    assert refused["error"]["data"] == {"code": "MCP_FORBIDDEN"}


@pytest.mark.verifies("serve#7.1")
async def test_a_session_answers_only_to_who_opened_it(
    shared_serve: Serve, tokens: tuple[Path, dict[str, str]]
) -> None:
    file, made = tokens
    url = shared_serve("--token-file", str(file)).url
    async with httpx2.AsyncClient(headers=POST) as http:
        mine = {"Authorization": f"Bearer {made['write']}"}
        opened = await http.post(url, json=INITIALIZE, headers=mine)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        other = {"Authorization": f"Bearer {made['read']}"}
        assert (await http.post(url, json=ping, headers={**session, **mine})).status_code == 200
        assert (await http.post(url, json=ping, headers={**session, **other})).status_code == 404


@pytest.mark.verifies("serve#7.2")
@pytest.mark.parametrize(
    ("flags", "offered"),
    [
        (["--read-only"], READING),
        (["--tools", "read_file,run_tests"], {"read_file", "run_tests"}),
        (["--tools", "read_file", "--tools", "run_tests", "--read-only"], {"read_file"}),
    ],
)
async def test_the_operator_bounds_what_is_offered(
    serve: Serve, flags: list[str], offered: set[str]
) -> None:
    served = serve(*flags)
    async with (
        streamable_http_client(served.url) as (reading, writing),
        ClientSession(reading, writing) as client,
    ):
        await client.initialize()
        assert await names(client) == offered
        refused = await client.call_tool("write_testcase", {"yaml_path": "tests/cases/a.yaml"})
        assert refused.structured_content is not None
        assert refused.structured_content["error_code"] == "MCP_FORBIDDEN"
    answer = httpx2.post(f"{served.base}/tools/write_testcase", json={"arguments": {}})
    assert answer.status_code == 403
    assert "WWW-Authenticate" not in answer.headers  # no token would help


def test_a_tool_that_there_is_not_is_reported(project: Path) -> None:
    command = [sys.executable, "-m", "shall", "serve", "--tools", "run_test"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=project)
    assert done.returncode == 2
    assert "Did you mean run_tests?" in done.stderr


@pytest.mark.verifies("serve#7.3", "serve#7.4")
async def test_a_server_that_anybody_can_reach_offers_prompts_and_files_only(
    project: Path,
) -> None:
    command = [sys.executable, "-m", "mcp_server_spec.main", "--transport", "http-stream"]
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
        [*command, "--host", "0.0.0.0", "--port", "0"],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        warning, started = process.stderr.readline(), process.stderr.readline()
        assert "MCP_AUTH_TOKEN" in warning
        found = re.search(r":(\d+)/mcp", started)
        assert found
        base = f"http://127.0.0.1:{found[1]}"
        async with (
            streamable_http_client(f"{base}/mcp") as (reading, writing),
            ClientSession(reading, writing) as client,
        ):
            await client.initialize()
            assert await names(client) == {"create_file", "read_file"}
            assert len((await client.list_prompts()).prompts) == len(PROMPT_NAMES)
        async with httpx2.AsyncClient() as http:
            for path in ("/tools/run_tests", "/api/runs"):
                assert (await http.post(f"{base}{path}", json={})).status_code == 403
            foreign = {"Origin": "https://evil.example"}
            assert (await http.get(f"{base}/tools", headers=foreign)).status_code == 403
            rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
            written = await http.post(f"{base}/tools/create_file", json={}, headers=rebound)
            assert written.status_code == 403
            for own in (base, f"http://localhost:{found[1]}"):
                sent = {"Host": own.removeprefix("http://"), "Origin": own}
                assert (await http.get(f"{base}/tools", headers=sent)).status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.verifies("defences#7.4")
async def test_a_caller_who_may_only_read_creates_nothing(
    serve: Serve, project: Path, tokens: tuple[Path, dict[str, str]]
) -> None:
    file, made = tokens
    for folder in (project, project / "backend"):
        (folder / "tests/cases").mkdir(parents=True)
        (folder / "shall.yaml").touch()
    served = serve("--token-file", str(file), "--read-only")
    before = entries(project)
    reading = READING - {"get_testcase", "read_file"}
    mine = {"Authorization": f"Bearer {made['read']}"}
    async with httpx2.AsyncClient(base_url=served.base, headers=mine) as http:
        for tool in reading:
            takes_workspace = tool not in {"health_check", "get_mcp_metrics"}
            for arguments in ({}, {"workspace": "backend"} if takes_workspace else {}):
                answer = await http.post(f"/tools/{tool}", json={"arguments": arguments})
                assert answer.status_code == 200, answer.text
        for route in ("/health", "/ready", "/info", "/prompts", "/tools"):
            assert (await http.get(route)).status_code in {200, 503}
        refused = await http.post("/connect", json={"client_info": {}})
        assert refused.status_code == 503
        assert "MCP_STORE_UNAVAILABLE" in refused.text
    assert entries(project) == before


@pytest.mark.verifies("defences#7.4", "defences#7.5")
async def test_a_reader_makes_no_state_in_another_project(
    serve: Serve, project: Path, tokens: tuple[Path, dict[str, str]]
) -> None:
    file, made = tokens
    (project / "backend/tests/cases").mkdir(parents=True)
    (project / "backend/shall.yaml").touch()
    served = serve("--token-file", str(file))
    before = entries(project / "backend")
    mine = {"Authorization": f"Bearer {made['read']}"}
    async with httpx2.AsyncClient(base_url=served.base, headers=mine) as http:
        for tool in ("list_testcases", "get_test_results", "trace_requirements"):
            arguments = {"workspace": "backend"}
            answer = await http.post(f"/tools/{tool}", json={"arguments": arguments})
            assert answer.status_code == 200, answer.text
        assert (await http.post("/connect", json={"client_info": {}})).status_code == 200
    assert entries(project / "backend") == before
