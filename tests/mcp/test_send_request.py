"""One request, sent to explore an API: what comes back, and the case that is offered."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from msgspec.structs import replace
from websockets.sync.server import serve

from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import read_settings

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]
CANARY = "planted-4c9d21f8"


@pytest.mark.verifies("mcp#1.23")
async def test_a_response_comes_with_a_case_that_passes_as_it_is(
    client: Client, answer: Answer, service: Any
) -> None:
    step = {"POST": "/echo", "json": {"qty": 2}, "params": {"page": 1}}
    sent = answer(await client.call_tool("send_request", {"step": step, "host": service.url}))
    exchange = sent["exchange"]
    assert (exchange["request"], exchange["status"]) == (f"POST {service.url}/echo?page=1", 200)
    assert json.loads(exchange["response_body"])["body"] == '{"qty": 2}'
    assert "assertions" not in sent

    path = "tests/cases/echo.yaml"
    given = {"yaml_path": path, "testcase": sent["testcase"]}
    assert answer(await client.call_tool("write_testcase", given))["written_files"] == [path]
    assert "status: 200" in sent["testcase"]
    assert "$.method: {exists: true}" in sent["testcase"]
    run = answer(await client.call_tool("run_tests", {"yaml_path": path}))
    assert run["passed"] == 1
    assert len(answer(await client.call_tool("get_test_results", {}))["results"]) == 1


@pytest.mark.verifies("mcp#1.24")
async def test_no_secret_is_in_the_case_that_is_offered(
    client: Client, answer: Answer, service: Any
) -> None:
    base = service.url.replace("://", f"://ann:{CANARY}a@")
    texts = []
    for step in (
        {"GET": f"{base}/echo?api_key={CANARY}&page=2", "headers": {"X-Api-Key": f"{CANARY}b"}},
        {"POST": f"{service.url}/echo", "json": {"a": {"password": CANARY}, "b": CANARY}},
        {"POST": f"{service.url}/echo", "form": {"client_secret": CANARY}},
        {"GET": f"{service.url}/echo", "auth": {"bearer": CANARY}},
        {"GET": f"{service.url}/echo", "auth": {"basic": {"user": "ann", "password": CANARY}}},
        {"GET": f"{service.url}/echo", "auth": {"api_key": {"value": CANARY, "query": "k"}}},
    ):
        sent = answer(await client.call_tool("send_request", {"step": step}))
        assert sent["exchange"]["status"] == 200
        assert sent["secrets"], step
        texts.append(json.dumps(sent))
        given = {"yaml_path": "tests/cases/a.yaml", "testcase": sent["testcase"]}
        assert answer(await client.call_tool("write_testcase", given))["written_files"], sent
    assert CANARY not in "".join(texts)


@pytest.mark.verifies("mcp#1.24")
async def test_a_variable_that_is_given_stays_one(
    client: Client, answer: Answer, service: Any
) -> None:
    step = {"GET": "/echo", "auth": {"bearer": "{{ token }}"}}
    given = {"step": step, "host": service.url, "variables": {"token": CANARY}}
    sent = answer(await client.call_tool("send_request", given))
    assert service.log.headers[-1]["authorization"] == f"Bearer {CANARY}"
    assert 'bearer: "{{ token }}"' in sent["testcase"].replace("'", '"')
    assert sent["secrets"] == ["token"]
    assert CANARY not in json.dumps(sent)


@pytest.mark.verifies("mcp#1.23")
async def test_a_websocket_is_answered_with_a_case(client: Client, answer: Answer) -> None:
    with serve(lambda connection: connection.send("hello"), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        host = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        step = {"WS": "/live", "messages": [{"expect": {"message": "hello"}}]}
        sent = answer(await client.call_tool("send_request", {"step": step, "host": host}))
        server.shutdown()
    assert sent["exchange"]["status"] == 101
    assert "WS: /live" in sent["testcase"]


async def test_checks_of_the_step_are_answered_and_stay_in_the_case(
    client: Client, answer: Answer, service: Any
) -> None:
    step = f"{{GET: {service.url}/status/404, expect: {{status: 200}}}}"
    sent = answer(await client.call_tool("send_request", {"step": step}))
    assert sent["exchange"]["status"] == 404
    assert [it["passed"] for it in sent["assertions"]] == [False]
    assert "expect: 200" in sent["testcase"]


@pytest.mark.verifies("mcp#1.23")
async def test_a_long_body_is_cut(client: Client, answer: Answer, service: Any) -> None:
    service.answer("long", "x" * 100_000, "text/plain")
    step = {"GET": f"{service.url}/given/long"}
    sent = answer(await client.call_tool("send_request", {"step": step}))
    assert 3_900 < len(sent["exchange"]["response_body"]) <= 4_001


@pytest.mark.verifies("mcp#1.25")
@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"GET": "http://127.0.0.1:9/a"}, "MCP_TARGET_UNREACHABLE"),
        ({"GET": "http://169.254.169.254/latest"}, "MCP_TARGET_DENIED"),
        ({"GET": "/a"}, "MCP_VALUE_ERROR"),
        ({"GET": "http://h/{{ nothing }}"}, "MCP_EXPRESSION_INVALID"),
        ({"GET": "http://h/a", "jsn": {}}, "MCP_TESTCASE_INVALID"),
        ({"steps": []}, "MCP_VALUE_ERROR"),
        ("- a", "MCP_VALUE_ERROR"),
    ],
)
async def test_a_request_without_a_response_is_an_error(
    client: Client, answer: Answer, step: Any, code: str
) -> None:
    result = await client.call_tool("send_request", {"step": step})
    assert result.is_error
    assert answer(result)["error_code"] == code


@pytest.mark.verifies("mcp#1.23")
async def test_an_environment_names_the_service_within_the_target_policy(
    answer: Answer, service: Any, project: Path
) -> None:
    (project / "shall.yaml").write_text(
        f"environments: {{staging: {{host: '{service.url}'}}}}\ntargets: {{deny: [10.0.0.0/8]}}\n"
    )
    spaces = open_workspaces(replace(read_settings({}, {}, project)[0], workspaces=(project,)))
    async with Client(build_server(spaces), mode="legacy") as connected:

        async def send(**arguments: Any) -> dict[str, Any]:
            return answer(await connected.call_tool("send_request", arguments))

        sent = await send(step={"GET": "/echo"}, environment="staging")
        assert sent["exchange"]["status"] == 200
        assert "host" not in sent["testcase"]
        denied = await send(step={"GET": "http://10.0.0.1/a"})
        assert denied["error_code"] == "MCP_TARGET_DENIED"
        unknown = await send(step={"GET": "/echo"}, environment="stagin")
        assert "Did you mean staging?" in unknown["error_message"]
    spaces.close()
