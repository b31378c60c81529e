"""The HAProxy configuration, with a real HAProxy, TLS and three real instances behind it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
import pytest
from tests.acceptance.conftest import INITIALIZE
from tests.acceptance.servers import TOKEN, Running, Start
from tests.acceptance.transcript import Transcript, repeat

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy/haproxy/haproxy.cfg"
TRANSPORTS: dict[str, dict[str, Any]] = {
    "sse": {"sse": True},
    "streamable": {"mode": "legacy"},
    "stateless": {"mode": "2026-07-28"},
}
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}


@dataclass
class Haproxy:
    """A running HAProxy."""

    http: int
    https: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https}"


@pytest.fixture
def haproxy(
    instances: dict[str, Running],
    start: Start,
    free_port: Any,
    certificate: Any,
    tmp_path: Path,
) -> Haproxy:
    """The shipped configuration with TLS in front of three instances."""
    return _haproxy(instances, start, free_port, certificate, tmp_path / "haproxy")


@pytest.fixture
def unchecking_haproxy(
    instances: dict[str, Running],
    start: Start,
    free_port: Any,
    certificate: Any,
    tmp_path: Path,
) -> Haproxy:
    """The same, but no check reports an instance that leaves while the test runs."""
    slow = {"check inter 1s ": "check inter 1h "}
    return _haproxy(instances, start, free_port, certificate, tmp_path / "haproxy", slow)


@pytest.fixture
def shared_haproxy(
    shared_three: tuple[Any, dict[str, Running]],
    start: Start,
    free_port: Any,
    certificate: Any,
    tmp_path: Path,
) -> Haproxy:
    """The same in front of instances that other tests use, too: leave them running."""
    return _haproxy(shared_three[1], start, free_port, certificate, tmp_path / "haproxy")


def _haproxy(
    instances: dict[str, Running],
    start: Start,
    free_port: Any,
    certificate: Any,
    folder: Path,
    other: Mapping[str, str] = MappingProxyType({}),
) -> Haproxy:
    folder.mkdir()
    pem = folder / "mcp.example.com.pem"
    pem.write_text(certificate.crt.read_text() + certificate.key.read_text())
    http, https = free_port(), free_port()
    text = SHIPPED.read_text("utf-8")
    changes = {
        "bind :80\n": f"bind 127.0.0.1:{http}\n",
        "# bind :443 ssl crt /etc/haproxy/mcp.example.com.pem": (
            f"bind 127.0.0.1:{https} ssl crt {pem}"
        ),
        "    user haproxy\n    group haproxy\n": "",  # only root may become another user
        **{
            f"127.0.0.1:{3001 + at}\n": f"127.0.0.1:{it.port}\n"
            for at, it in enumerate(instances.values())
        },
        **other,
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    config = folder / "haproxy.cfg"
    config.write_text(text, "utf-8")
    start(["haproxy", "-W", "-f", str(config)], https, {})
    return Haproxy(http, https)


@pytest.mark.verifies("deploy#1.11")
@pytest.mark.parametrize("is_tls", [False, True])
def test_d61_haproxy_accepts_the_file_without_a_warning(
    run: Any, tmp_path: Path, certificate: Any, is_tls: bool
) -> None:
    text = SHIPPED.read_text("utf-8")
    if is_tls:
        pem = tmp_path / "mcp.example.com.pem"
        pem.write_text(certificate.crt.read_text() + certificate.key.read_text())
        text = text.replace("# bind :443", "bind :443").replace(
            "/etc/haproxy/mcp", f"{tmp_path}/mcp"
        )
        text = text.replace("# http-request redirect", "http-request redirect")
    config = tmp_path / "haproxy.cfg"
    config.write_text(text, "utf-8")
    checked = run("haproxy", "-c", "-V", "-dW", "-f", config)
    assert (checked.returncode, checked.stdout) == (0, "Configuration file is valid\n")


@pytest.mark.verifies("deploy#1.11")
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_d61_a_whole_session_of_every_transport_goes_through_haproxy(
    shared_haproxy: Haproxy, connect: Any, certificate: Any, transport: str
) -> None:
    how = TRANSPORTS[transport]
    async with connect(f"{shared_haproxy.url}/mcp", certificate=certificate, **how) as client:
        for _ in range(9):  # three times as many as there are instances
            assert not (await client.call_tool("health_check", {})).is_error
    async with connect(f"http://localhost:{shared_haproxy.http}/mcp", **how) as client:
        assert (await client.list_prompts()).prompts


@pytest.mark.verifies("deploy#1.11")
async def test_d61_the_address_of_the_caller_is_passed_on_and_cannot_be_invented(
    haproxy: Haproxy, instances: dict[str, Running], run: Any
) -> None:
    url = f"http://127.0.0.1:{haproxy.http}"
    for _ in instances:
        run("curl", "-s", f"{url}/info", "-H", "X-Forwarded-For: 203.0.113.9")
    for it in instances.values():
        it.stop()  # the line of a request may be written after its answer was sent
    shown = "".join(it.written() for it in instances.values())
    assert shown.count("GET /info 401") == 3
    assert "203.0.113.9" not in shown


@pytest.mark.verifies("deploy#1.11")
async def test_d61_a_session_stays_with_its_instance(
    haproxy: Haproxy, certificate: Any, instances: dict[str, Running]
) -> None:
    async with httpx2.AsyncClient(verify=certificate.context(), headers=HEADERS) as http:
        opened = [
            (await http.post(f"{haproxy.url}/mcp", content=INITIALIZE)).headers["Mcp-Session-Id"]
            for _ in instances
        ]
        assert {it[:2] for it in opened} == {"a.", "b.", "c."}
        body = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        for session in opened * 3:
            named = {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-06-18"}
            answer = await http.post(f"{haproxy.url}/mcp", json=body, headers=named)
            assert answer.status_code == 200
        await asyncio.to_thread(instances["b"].stop)
        [lost] = [it for it in opened if it.startswith("b.")]
        named = {"Mcp-Session-Id": lost, "MCP-Protocol-Version": "2025-06-18"}
        answer = await http.post(f"{haproxy.url}/mcp", json=body, headers=named)
        assert answer.status_code == 404  # upon which a client starts another one


@pytest.mark.verifies("deploy#1.11")
async def test_d61_clients_of_every_transport_work_on_while_an_instance_is_restarted(
    haproxy: Haproxy,
    instances: dict[str, Running],
    connect: Any,
    certificate: Any,
    start: Start,
) -> None:
    transcript, end = Transcript(), asyncio.Event()

    async def once(how: dict[str, Any]) -> str:
        async with connect(f"{haproxy.url}/mcp", certificate=certificate, **how) as client:
            answers = [await client.call_tool("health_check", {}) for _ in range(5)]
        assert not any(answer.is_error for answer in answers)
        return "5 calls of health_check: ok"

    who = tuple(TRANSPORTS)
    async with asyncio.TaskGroup() as group:
        for name, how in TRANSPORTS.items():
            group.create_task(repeat(transcript, name, partial(once, how), end))
        await transcript.each_did(who, 1)
        port = instances["b"].port
        status = await asyncio.to_thread(instances["b"].stop)
        await transcript.note("operator", f"SIGTERM to b: exit status {status}")
        await transcript.each_did(who, 1)
        command = ["python", "-m", "mcp_server_spec.main", "--transport", "http-stream"]
        env = {"MCP_AUTH_TOKEN": TOKEN, "SHALL_INSTANCE": "b", "SHALL_SESSIONS": "yes"}
        back = await asyncio.to_thread(start, [*command, "--port", str(port)], port, env)
        await transcript.note("operator", "b serves again")
        await transcript.each_did(who, 2)
        # HAProxy has seen that it is ready, and sends it work again.
        async with asyncio.timeout(60):
            while "POST /mcp 200" not in back.written():
                await transcript.each_did(who, 1)
        end.set()
    assert status == 0


def wait_until_it_leaves(server: Running) -> None:
    until = time.monotonic() + 30
    while "draining: " not in server.written():
        assert time.monotonic() < until, server.written()
        time.sleep(0.01)  # another process: there is nothing to wait on


@pytest.mark.verifies("deploy#1.11")
async def test_d61_what_an_instance_that_leaves_refuses_another_one_answers(
    unchecking_haproxy: Haproxy,
    instances: dict[str, Running],
    connect: Any,
    certificate: Any,
    project: Path,
    service: Any,
) -> None:
    case = project / "tests/cases/held.yaml"
    case.parent.mkdir(parents=True)
    step = "{id: get, method: GET, path: /held}"
    case.write_text(f"testcase:\n  name: held\n  host: {service.url}\n  steps: [{step}]\n")
    leaving = instances["b"]
    modern = {"mode": "2026-07-28"}
    async with (
        connect(f"{leaving.url}/mcp", **modern) as runner,
        connect(f"{unchecking_haproxy.url}/mcp", certificate=certificate, **modern) as client,
        asyncio.TaskGroup() as tasks,
    ):
        await runner.list_tools()  # the SDK would ask for them after its first call
        # What runs keeps the instance from ending, and so from closing its port.
        run = tasks.create_task(runner.call_tool("run_tests", {}))
        await asyncio.to_thread(service.wait_for, service.log.calls, "/held began")
        leaving.process.terminate()
        await asyncio.to_thread(wait_until_it_leaves, leaving)
        # HAProxy has not seen it: of every three requests it sends one there.
        for _ in range(9):
            assert not (await client.call_tool("health_check", {})).is_error
        service.release("/held")
        assert not (await run).is_error
    leaving.process.wait(30)
    assert "POST /mcp 503" in leaving.written()
