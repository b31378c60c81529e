"""Three different clients work through nginx with TLS while one of three instances is restarted.

``pytest -s`` shows the transcript.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.acceptance.conftest import TOKEN, Nginx, Running, Start

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / ".services"
RETRY_AFTER_S = 1
"""What a server that leaves says in ``Retry-After``."""

NODE = SERVICES / "bin/node"
INSPECTOR = SERVICES / "inspector/node_modules/.bin/mcp-inspector"


class Transcript:
    """Notes who did what, and lets others wait for it."""

    def __init__(self) -> None:
        self.done: dict[str, int] = {}
        self._changed = asyncio.Condition()
        self._started = time.monotonic()

    async def note(self, who: str, what: str) -> None:
        print(f"{time.monotonic() - self._started:6.2f} s  {who:10}  {what}")  # noqa: T201
        async with self._changed:
            self.done[who] = self.done.get(who, 0) + 1
            self._changed.notify_all()

    async def each_did(self, who: tuple[str, ...], more: int) -> None:
        """Wait until each has done so much more."""
        before = dict(self.done)
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(
                lambda: all(self.done.get(it, 0) >= before.get(it, 0) + more for it in who)
            )


async def repeat(
    transcript: Transcript, who: str, once: Callable[[], Awaitable[str]], end: asyncio.Event
) -> None:
    """Work again and again; what is refused is tried again when the server said: in a second."""
    while not end.is_set():
        for left in (2, 1, 0):
            try:
                told = await once()
                break
            except Exception as error:
                if not left:
                    raise
                await transcript.note(who, f"tries again: {innermost(error)!r:.80}")
                await asyncio.sleep(RETRY_AFTER_S)
        await transcript.note(who, told)


def innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


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
        told = await program(NODE, script, folder, "sse", self._url, **self._trusted)
        assert told["called"]["status"] == "ok"
        return f"over SSE: {told['tools']} tools, health_check ok"

    async def inspector(self) -> str:
        header = ("--header", f"Authorization: Bearer {TOKEN}")
        asked = ("--transport", "http", "--method", "tools/list", *header)
        told = await program(INSPECTOR, "--cli", self._url, *asked, **self._trusted)
        return f"{len(told['tools'])} tools"


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
