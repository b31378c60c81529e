"""The further routes of the earlier server's basic mode."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

from shall import __version__
from shall.serve.rest import about, schemas
from shall.serve.rest.about import document_d_metrics
from shall.serve.rest.answers import json_answer
from shall.serve.rest.offering import messages_of
from shall.serve.rest.operation import Call, Operation

_STREAM = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def _status(call: Call) -> Response:
    told = await document_d_metrics(call.backing)
    server = {"name": call.backing.settings.server_name, "version": __version__}
    return json_answer({"status": "running", **told, "server": {**server, **told["server"]}})


async def _stream(call: Call) -> Response:
    messages = await messages_of(call, {"arguments": dict(call.request.query_params)})
    return StreamingResponse(_events(messages), media_type="text/event-stream", headers=_STREAM)


async def _events(messages: Sequence[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Give server-sent events (HTML Standard, section 9.2): each message, then ``done``."""
    for message in messages:
        data = json.dumps(message, ensure_ascii=False)
        yield f"event: message\ndata: {data}\n\n".encode("utf-8", "backslashreplace")
    yield b"event: done\ndata: {}\n\n"


OPERATIONS = (
    Operation("GET", "/status", "Tell that the server runs", _status, schemas.METRICS),
    Operation(
        "GET", "/server/info", "Tell what this server is and can do", about.info, schemas.INFO
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
