"""What observing costs: one tools/call of a 2026-07-28 client, in process, bare and observed.

``sdk`` is the server as the MCP SDK makes it, its tracing included; ``bare`` has no tracing;
``observed`` has ids, metrics and the access log (to a file); ``shared`` has the metrics of several
processes.
"""

import argparse
import asyncio
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from rounds import interleave, show
from starlette.types import ASGIApp, Message

from shall.serve.observe.access_log import ExchangeGate, log_access
from shall.serve.observe.logs import set_up_logging
from shall.serve.observe.metrics import Metrics
from shall.serve.observe.operations import observe_server
from shall.serve.observe.tracing import drop_tracing
from shall.settings import Settings

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
PARAMS = {"name": "add", "arguments": {"a": 1, "b": 2}, "_meta": META}
BODY = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": PARAMS}).encode()
HEADERS = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
    "content-length": str(len(BODY)),
    "host": "localhost:8000",
    "mcp-method": "tools/call",
    "mcp-name": "add",
    "mcp-protocol-version": "2026-07-28",
}
CALLS = 1000


def made() -> tuple[MCPServer[Any], Any]:
    """Make a server with one small tool, and its application."""
    server: MCPServer[Any] = MCPServer("bench")

    @server.tool()
    async def add(a: int, b: int) -> int:
        return a + b

    return server, server.streamable_http_app(json_response=True)


def observed(metrics: Metrics | None, *, tracing: bool, log: bool) -> tuple[ASGIApp, Any]:
    """Make a server with what is asked for around it; give it and its inner application."""
    server, app = made()
    if not tracing:
        drop_tracing(server)
    if metrics is None:
        return app, app
    observe_server(server, metrics)
    observers = [metrics.take_exchange, *([log_access] if log else ())]
    return ExchangeGate(ExchangeGate(app, observers)), app


async def calls(app: ASGIApp, inner: Any) -> float:
    """Return the seconds of the processor that one call takes, as the mean of many."""

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Message) -> None:
        if message.get("status", 200) != 200:
            raise SystemExit(f"a call failed: {message}")

    async def call() -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in HEADERS.items()],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        await app(scope, receive, send)

    async with inner.router.lifespan_context(inner):
        for _ in range(100):
            await call()
        began = time.process_time()  # other programs on this machine do not count
        for _ in range(CALLS):
            await call()
        return (time.process_time() - began) / CALLS


def main() -> None:
    """Measure and print microseconds a call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name, Path(os.devnull).open("w") as nowhere:
        set_up_logging(Settings(log_file=Path(name) / "server.log"))
        logging.getLogger().handlers[0].setStream(nowhere)  # type: ignore[attr-defined]
        logging.getLogger("mcp").setLevel(logging.WARNING)
        alone = Metrics()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = name
        shared = Metrics(Path(name))

        def contender(metrics: Metrics | None, *, tracing: bool, log: bool) -> Callable[[], float]:
            def measure() -> float:
                app, inner = observed(metrics, tracing=tracing, log=log)
                return 1e6 * asyncio.run(calls(app, inner))

            return measure

        print(f"processor time of a call in us (shown as s), {options.rounds} x {CALLS} calls")
        quiet = partial(contender, tracing=False)
        contenders = {
            "bare": quiet(None, log=False),
            "sdk": contender(None, tracing=True, log=False),
            "metrics": quiet(alone, log=False),
            "metrics, shared": quiet(shared, log=False),
            "metrics, log": quiet(alone, log=True),
        }
        show(interleave(contenders, options.rounds), "bare")


if __name__ == "__main__":
    main()
