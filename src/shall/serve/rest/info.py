"""What the server reports about itself; also the further routes of its earlier basic mode."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from shall import __version__
from shall.errors import ShallError
from shall.serve.observe.metrics import Metrics
from shall.serve.problem import principal_of, problem
from shall.serve.rest import schemas
from shall.serve.rest.connections import connection_store
from shall.serve.rest.context import RestContext
from shall.serve.rest.operation import Call, Operation
from shall.serve.rest.responses import json_answer
from shall.serve.rest.tools import messages_of
from shall.serve.rest.versions import ACCEPTED, DEFAULT, HEADER, unsupported, version_of

DESCRIPTION = (
    "Requirements in EARS, API test cases that run, and evidence of what is proved; an MCP server."
)

_VERSION = HEADER.lower().encode("ascii")
_NOT_STORED = {"cache-control": "no-store", "vary": "accept"}
_STREAM = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class Health:
    """``GET /health``: the process lives. Asks nobody; the answer is made once.

    An ASGI application, because load balancers ask it all the time.
    """

    def __init__(self, server_name: str) -> None:
        answer = {"status": "healthy", "server": {"name": server_name, "version": __version__}}
        body = json.dumps(answer, separators=(",", ":")).encode("ascii")  # scripts search the text
        self._headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode("ascii")),
        ]
        self._body = {"type": "http.response.body", "body": body}
        self._no_body = {"type": "http.response.body", "body": b""}
        self._usual = self._start(DEFAULT)
        self.usual: tuple[Message, Message] = (self._usual, self._body)
        """The messages that answer a GET which names no version."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            allow = {"Allow": "GET, HEAD"}
            refused = problem(scope, 405, "MCP_METHOD_NOT_ALLOWED", "GET /health.", headers=allow)
            await refused(scope, receive, send)
            return
        version = version_of(scope)
        if version is None:
            await unsupported(scope)(scope, receive, send)
            return
        await send(self._usual if version == DEFAULT else self._start(version))
        await send(self._body if scope["method"] == "GET" else self._no_body)

    def _start(self, version: str) -> Message:
        headers = [*self._headers, (_VERSION, version.encode("ascii"))]
        return {"type": "http.response.start", "status": 200, "headers": headers}


async def _ready(call: Call) -> Response:
    reasons = await call.context.readiness.reasons()
    if reasons:
        return json_answer({"status": "not ready", "reasons": list(reasons)}, 503)
    return json_answer({"status": "ready"})


async def _info(call: Call) -> Response:
    """Answer what this server is and can do, and whose the folder is that it works in."""
    features = ("streaming", "tools", "prompts", "resources", "heartbeat")
    return json_answer(
        {
            "name": call.context.settings.server_name,
            "version": __version__,
            "description": DESCRIPTION,
            "protocol_versions": list(ACCEPTED),
            "features": dict.fromkeys(features, True),
            "workspace": call.context.origin,
        }
    )


async def _metrics(call: Call) -> Response:
    principal_of(call.request.scope).check_unlimited()
    as_json = partial(legacy_metrics, call.context)
    if call.context.metrics is None:
        return json_answer(await as_json())
    accept = call.request.headers.get("accept", "")
    return await metrics_response(call.context.metrics, accept, as_json)


async def metrics_response(
    metrics: Metrics, accept: str, as_json: Callable[[], Awaitable[Mapping[str, Any]]]
) -> Response:
    """Answer with the text format 0.0.4, or with what ``Accept`` asks for instead.

    That may be OpenMetrics, or JSON as ``as_json`` makes it.
    """
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if "application/json" in named and "text/plain" not in named:
        return JSONResponse(await as_json(), headers=_NOT_STORED)
    body, content_type = await asyncio.to_thread(metrics.exposition, accept)
    return Response(body, headers={**_NOT_STORED, "content-type": content_type})


async def legacy_metrics(context: RestContext) -> dict[str, Any]:
    """Return the metrics as the earlier server's document shows them; ``uptime`` in seconds.

    ``active_connections`` leaves out those that missed a heartbeat.

    Raises:
        StoreUnavailable: The connections cannot be read.
        OutsideWorkspace: There is no workspace.
    """
    found = await asyncio.to_thread(connection_store(context).connections)
    return {
        "server": {
            "uptime": round(time.monotonic() - context.started_s, 3),
            "version": __version__,
        },
        "connections": {
            "total_connections": len(found),
            "active_connections": sum(it.errors == 0 for it in found),
            "protocol_versions": dict(Counter(it.protocol_version for it in found)),
        },
        "protocol": {"supported_versions": list(ACCEPTED), "default_version": DEFAULT},
    }


def count_connections(context: RestContext) -> int:
    """Count the stored connections; 0 where they cannot be read. Blocks shortly."""
    try:
        return len(connection_store(context).connections())
    except ShallError:
        return 0


async def _auth(_: Call) -> Response:
    return Response(status_code=204)  # a caller without access was refused before


async def _status(call: Call) -> Response:
    answer = await legacy_metrics(call.context)
    server = {"name": call.context.settings.server_name, "version": __version__}
    return json_answer({"status": "running", **answer, "server": {**server, **answer["server"]}})


async def _stream(call: Call) -> Response:
    messages = await messages_of(call, dict(call.request.query_params))
    return StreamingResponse(_events(messages), media_type="text/event-stream", headers=_STREAM)


async def _events(messages: Sequence[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Return server-sent events (HTML Standard, section 9.2): each message, then ``done``."""
    for message in messages:
        data = json.dumps(message, ensure_ascii=False)
        yield f"event: message\ndata: {data}\n\n".encode("utf-8", "backslashreplace")
    yield b"event: done\ndata: {}\n\n"


_READY = schemas.shaped(
    {"status": {"enum": ["ready", "not ready"]}}, {"reasons": schemas.listed(schemas.TEXT)}
)

OPERATIONS = (
    Operation(
        "GET",
        "/ready",
        "Report whether this process is ready",
        _ready,
        _READY,
        scope=None,
        is_public=True,
    ),
    Operation("GET", "/info", "Describe this server and its capabilities", _info, schemas.INFO),
    Operation(
        "GET",
        "/metrics",
        "Report the health of this server",
        _metrics,
        schemas.METRICS,
        texts=("text/plain", "application/openmetrics-text"),
    ),
    Operation(
        "GET",
        "/auth",
        "Authenticate a caller for a proxy",
        _auth,
        {},
        scope=None,
        success=204,
        # The proxy sends the headers of any request, also those of MCP.
        is_versioned=False,
    ),
)

BASIC_OPERATIONS = (
    Operation("GET", "/status", "Report that the server is running", _status, schemas.METRICS),
    Operation(
        "GET", "/server/info", "Describe this server and its capabilities", _info, schemas.INFO
    ),
    Operation(
        "GET",
        "/prompts/{name}/stream",
        "Stream a prompt's messages as events; its arguments are query parameters",
        _stream,
        schemas.shaped({"event": {"enum": ["message", "done"]}, "data": schemas.TEXT}),
        headers={"X-Connection-ID": schemas.TEXT},
        statuses=(404,),
        media_type="text/event-stream",
    ),
)
