"""What the limits cost: the application alone, and behind every gate, in one process.

No sockets: the gates are called as uvicorn calls them, with a small call of a tool. Seconds are
those of the processor, so that other programs count less. The same request is also fed to
uvicorn's protocol class and to ours.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from rounds import interleave, show
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from shall.serve.limits.addresses import behind_proxies
from shall.serve.limits.depth import is_deeper
from shall.serve.limits.protocol import protocol_class
from shall.serve.limits.rates import limit_rates
from shall.serve.limits.sizes import SizeGate
from shall.settings import Settings

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "ping",
        "arguments": {},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    },
}
BODY = json.dumps(CALL).encode()
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"accept", b"application/json, text/event-stream"),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"mcp-protocol-version", b"2026-07-28"),
    (b"mcp-method", b"tools/call"),
    (b"mcp-name", b"ping"),
    (b"x-forwarded-for", b"203.0.113.7"),
]
ON = Settings(rate_per_s=1e9, rate_burst=1 << 30, max_concurrent=20, trusted_proxies=("127.0.0.1",))


async def post(app: ASGIApp) -> int:
    """Call an application; give the status."""
    sent: list[Any] = []
    unread = [{"type": "http.request", "body": BODY, "more_body": False}]
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/mcp",
        "raw_path": b"/mcp",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "headers": list(HEADERS),
    }

    async def receive() -> Any:
        return unread.pop() if unread else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


def seconds(runner: asyncio.Runner, app: ASGIApp, calls: int) -> float:
    """Return the seconds of some calls in a row."""

    async def run() -> float:
        start = time.process_time()
        for _ in range(calls):
            if (status := await post(app)) != 200:
                raise SystemExit(f"answered {status}")
        return time.process_time() - start

    return runner.run(run())


class Transport(asyncio.Transport):
    """Takes what is written."""

    def write(self, data: Any) -> None:
        """Forget it."""

    def close(self) -> None:
        """Stay."""

    def is_closing(self) -> bool:
        """Report that it is open."""
        return False


def feed(runner: asyncio.Runner, made: type[HttpToolsProtocol], calls: int) -> float:
    """Return the seconds that a protocol takes for some requests of one connection."""
    lines = b"".join(b"%s: %s\r\n" % header for header in HEADERS)
    request = b"POST /mcp HTTP/1.1\r\n" + lines + b"\r\n" + BODY

    async def run() -> float:
        answered = asyncio.Event()

        async def answer(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            answered.set()

        config = uvicorn.Config(answer, log_config=None, access_log=False, ws="none")
        connection = made(config, ServerState(), {})
        connection.connection_made(Transport())
        start = time.process_time()
        for _ in range(calls):
            connection.data_received(request)
            await answered.wait()
            answered.clear()
        took = time.process_time() - start
        connection.connection_lost(None)
        return took

    return runner.run(run())


async def start_sessions(server: MCPServer[Any]) -> asyncio.Task[None]:
    """Start the sessions of a server; the task is cancelled when the runner ends."""
    ready = asyncio.Event()

    async def run() -> None:
        async with server.session_manager.run():
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await ready.wait()
    return task


def scan(body: bytes, work: Callable[[bytes], Any]) -> float:
    """Return the seconds that a body takes."""
    start = time.process_time()
    work(body)
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()

    server = MCPServer("bare", log_level="ERROR")
    server.add_tool(lambda: "pong", name="ping")
    bare = server.streamable_http_app(stateless_http=True, json_response=True)
    gates = {
        "bare SDK": bare,
        "sizes": SizeGate(bare, ON),
        "sizes and rates": SizeGate(limit_rates(bare, ON), ON),
        "all, proxy trusted": behind_proxies(SizeGate(limit_rates(bare, ON), ON), ON),
    }
    with asyncio.Runner() as runner:
        sessions = runner.run(start_sessions(server))
        print(f"{options.calls} calls of a tool, {options.rounds} rounds")
        contenders = {
            name: partial(seconds, runner, app, options.calls) for name, app in gates.items()
        }
        show(interleave(contenders, options.rounds), "bare SDK")

        print(f"\n{options.calls} requests through the protocol, {options.rounds} rounds")
        protocols = {"uvicorn": HttpToolsProtocol, "shall": protocol_class(Settings())}
        fed = {name: partial(feed, runner, made, options.calls) for name, made in protocols.items()}
        show(interleave(fed, options.rounds), "uvicorn")
        sessions.cancel()

    print("\n4 MB of JSON, its depth and its parsing")
    wide = b"[" + b'{"a":[1,{}]},' * 300_000 + b"0]"
    deep = partial(is_deeper, limit=64)
    show(
        interleave(
            {"parsed": partial(scan, wide, json.loads), "depth": partial(scan, wide, deep)}, 5
        ),
        "parsed",
    )


if __name__ == "__main__":
    main()
