"""Spans, as a collector receives them."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mcp.server._otel import OpenTelemetryMiddleware
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from shall.errors import InvalidSetting
from shall.mcp.server import build_server
from shall.serve.observe.tracing import set_up_tracing
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings

TRACE, META_TRACE = "0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"

# A server of its own: tracing is set up once for a process.
SERVED = f"""
import asyncio, json, logging, sys
import httpx2
from pathlib import Path
from shall.mcp import status_tools
from shall.serve.app import make_app
from shall.serve.observe.logs import set_up_logging
from shall.settings import Settings

settings = Settings(
    workspaces=(Path(sys.argv[1]),), otlp_endpoint=sys.argv[2], log_format="json", server_name="s"
)
set_up_logging(settings)
health = status_tools.health

def telling(workspace):
    logging.getLogger("probe").info("in a call")
    return health(workspace)

status_tools.health = telling
app = make_app(settings).app

def call(name, **meta):
    meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28"
    meta["io.modelcontextprotocol/clientCapabilities"] = {{}}
    params = {{"name": name, "arguments": {{}}, "_meta": meta}}
    return {{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}}

async def main():
    asked, started = asyncio.Queue(), asyncio.Event()

    async def noted(message):
        started.set()

    running = asyncio.create_task(app({{"type": "lifespan"}}, asked.get, noted))
    asked.put_nowait({{"type": "lifespan.startup"}})
    await started.wait()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        async def post(name, headers, **meta):
            headers = {{
                "Accept": "application/json, text/event-stream", "Mcp-Method": "tools/call",
                "Mcp-Name": name, "MCP-Protocol-Version": "2026-07-28", **headers,
            }}
            url = "http://localhost/mcp"
            answer = await http.post(url, json=call(name, **meta), headers=headers)
            assert answer.status_code == 200, answer.text
        in_http = {{"traceparent": "00-{TRACE}-{PARENT}-01"}}
        await post("health_check", in_http)
        await post("health_check", in_http, traceparent="00-{META_TRACE}-{PARENT}-01")
        await post("no_such_tool", {{}})
        await post("health_check", {{}})
    asked.put_nowait({{"type": "lifespan.shutdown"}})
    await running

asyncio.run(main())
"""


class Collector:
    """Receives spans by OTLP over HTTP, as protobuf."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.paths: list[str] = []
        self.services: set[str] = set()
        collector = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, request: ExportTraceServiceRequest) -> None:
        self.paths.append(path)
        for resource in request.resource_spans:
            for attribute in resource.resource.attributes:
                if attribute.key == "service.name":
                    self.services.add(attribute.value.string_value)
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.mark.process
@pytest.mark.usefixtures("measured")
@pytest.mark.verifies("observability#4.1")
def test_a_collector_receives_the_calls_in_the_traces_of_their_callers(
    collector: Collector, project: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVED, str(project), collector.url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    assert set(collector.paths) == {"/v1/traces"}
    assert collector.services == {"s"}
    first, second, third, fourth = collector.spans
    assert {span.name for span in (first, second)} == {"tools/call health_check"}
    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    assert (second.trace_id.hex(), second.parent_span_id.hex()) == (META_TRACE, PARENT)
    attributes = {it.key: it.value.string_value for it in third.attributes}
    assert attributes["mcp.method.name"] == "tools/call"
    assert attributes["error.type"] == "tool_error"
    assert third.parent_span_id == b""
    logged = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    traces = [line["trace_id"] for line in logged if line["logger"] == "probe"]
    assert traces == [TRACE, META_TRACE, fourth.trace_id.hex()]


@pytest.mark.verifies("observability#4.2")
def test_without_an_endpoint_nothing_traces(project: Path) -> None:
    spaces = open_workspaces(Settings(workspaces=(project,)))
    server = build_server(spaces)
    assert any(isinstance(it, OpenTelemetryMiddleware) for it in server.middleware)

    set_up_tracing(server, Settings())()

    assert not any(isinstance(it, OpenTelemetryMiddleware) for it in server.middleware)
    spaces.close()


@pytest.mark.verifies("observability#4.3")
def test_without_the_extra_the_server_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "shall.serve.observe.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    spaces = open_workspaces(Settings(workspaces=(project,)))

    with pytest.raises(InvalidSetting) as told:
        set_up_tracing(build_server(spaces), Settings(otlp_endpoint="http://127.0.0.1:4318"))

    assert 'pip install "shall[otlp]"' in str(told.value.hint)
    spaces.close()
