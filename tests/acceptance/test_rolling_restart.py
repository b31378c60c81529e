"""Three different clients work through nginx with TLS while one of three instances is restarted.

``pytest -s`` shows the transcript.
"""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.acceptance.conftest import Nginx
from tests.acceptance.servers import TOKEN, Running, Start
from tests.acceptance.transcript import Transcript, repeat

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / ".services"
NODE = SERVICES / "bin/node"
INSPECTOR = SERVICES / "inspector/node_modules/.bin/mcp-inspector"


async def program(*command: str | Path, **environment: str) -> Any:
    done = await asyncio.to_thread(
        subprocess.run,
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": f"{SERVICES / 'bin'}:{os.environ['PATH']}", **environment},
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-300:])
    return json.loads(done.stdout)


class Clients:
    """The three, each as a function that works once and tells what it did."""

    def __init__(self, url: str, certificate: Any) -> None:
        self._url = url
        self._certificate = certificate
        self._trusted = {"NODE_EXTRA_CA_CERTS": str(certificate.crt), "TOKEN": TOKEN}

    async def python(self) -> str:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(verify=self._certificate.context(), headers=headers) as http,
            Client(
                streamable_http_client(self._url, http_client=http), mode="2026-07-28"
            ) as client,
        ):
            answers = [await client.call_tool("health_check", {}) for _ in range(5)]
        assert not any(answer.is_error for answer in answers)
        return "5 calls of health_check: ok"

    async def typescript(self) -> str:
        script = ROOT / "tests/serve/typescript.cjs"
        folder = SERVICES / "typescript"
        shown = await program(NODE, script, folder, "sse", self._url, **self._trusted)
        assert shown["called"]["status"] == "ok"
        return f"over SSE: {shown['tools']} tools, health_check ok"

    async def inspector(self) -> str:
        header = ("--header", f"Authorization: Bearer {TOKEN}")
        asked = ("--transport", "http", "--method", "tools/list", *header)
        shown = await program(INSPECTOR, "--cli", self._url, *asked, **self._trusted)
        return f"{len(shown['tools'])} tools"


@pytest.mark.verifies("deploy#1.1")
async def test_d49_d50_clients_work_on_while_an_instance_is_restarted(
    three: tuple[Nginx, dict[str, Running]], certificate: Any, start: Start
) -> None:
    proxy, instances = three
    clients = Clients(f"{proxy.url}/mcp", certificate)
    once = {
        "python": clients.python,
        "typescript": clients.typescript,
        "inspector": clients.inspector,
    }
    transcript, end = Transcript(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for who, work in once.items():
            group.create_task(repeat(transcript, who, work, end))
        await transcript.each_did(tuple(once), 1)
        port = instances["b"].port
        status = await asyncio.to_thread(instances["b"].stop)
        await transcript.note("operator", f"SIGTERM to b: exit status {status}")
        await transcript.each_did(tuple(once), 1)
        command = ["python", "-m", "mcp_server_spec.main", "--transport", "http-stream"]
        env = {"MCP_AUTH_TOKEN": TOKEN, "SHALL_INSTANCE": "b", "SHALL_SESSIONS": "yes"}
        await asyncio.to_thread(start, [*command, "--port", str(port)], port, env)
        await transcript.note("operator", "b serves again")
        await transcript.each_did(tuple(once), 2)
        end.set()
    assert status == 0
