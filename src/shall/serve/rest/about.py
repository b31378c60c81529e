"""What the server says about itself."""

import asyncio
import time
from collections import Counter
from typing import Any

from starlette.responses import Response

from shall import __version__
from shall.errors import ShallError
from shall.serve.rest import schemas
from shall.serve.rest.answers import json_answer
from shall.serve.rest.backing import Backing
from shall.serve.rest.connecting import kept_connections
from shall.serve.rest.operation import Call, Operation
from shall.serve.rest.versions import ACCEPTED, DEFAULT

DESCRIPTION = (
    "Requirements in EARS, API test cases that run, and evidence of what is proved; an MCP server."
)


async def _ready(call: Call) -> Response:
    reasons = await call.backing.readiness.reasons()
    if reasons:
        return json_answer({"status": "not ready", "reasons": list(reasons)}, 503)
    return json_answer({"status": "ready"})


async def info(call: Call) -> Response:
    """Answer what this server is and can do, and whose the folder is that it works in."""
    features = ("streaming", "tools", "prompts", "resources", "heartbeat")
    return json_answer(
        {
            "name": call.backing.settings.server_name,
            "version": __version__,
            "description": DESCRIPTION,
            "protocol_versions": list(ACCEPTED),
            "features": dict.fromkeys(features, True),
            "workspace": call.backing.origin,
        }
    )


async def _metrics(call: Call) -> Response:
    if call.backing.metrics is not None:
        return await call.backing.metrics(call.backing, call.request)
    return json_answer(await document_d_metrics(call.backing))


async def document_d_metrics(backing: Backing) -> dict[str, Any]:
    """Give the metrics as the earlier server's document shows them; ``uptime`` in seconds.

    ``active_connections`` leaves out those that missed a heartbeat.

    Raises:
        StoreUnavailable: The connections cannot be read.
        OutsideWorkspace: There is no workspace.
    """
    found = await asyncio.to_thread(kept_connections(backing).connections)
    return {
        "server": {
            "uptime": round(time.monotonic() - backing.started_s, 3),
            "version": __version__,
        },
        "connections": {
            "total_connections": len(found),
            "active_connections": sum(it.errors == 0 for it in found),
            "protocol_versions": dict(Counter(it.protocol_version for it in found)),
        },
        "protocol": {"supported_versions": list(ACCEPTED), "default_version": DEFAULT},
    }


def count_connections(backing: Backing) -> int:
    """Count the connections that are kept; 0 where they cannot be read. Blocks shortly."""
    try:
        return len(kept_connections(backing).connections())
    except ShallError:
        return 0


async def _auth(_: Call) -> Response:
    return Response(status_code=204)  # whoever may not come in was refused before


_READY = schemas.shaped(
    {"status": {"enum": ["ready", "not ready"]}}, {"reasons": schemas.listed(schemas.TEXT)}
)

OPERATIONS = (
    Operation(
        "GET",
        "/ready",
        "Tell whether this process should be sent work",
        _ready,
        _READY,
        scope=None,
        is_public=True,
    ),
    Operation("GET", "/info", "Tell what this server is and can do", info, schemas.INFO),
    Operation(
        "GET",
        "/metrics",
        "Tell how the server does",
        _metrics,
        schemas.METRICS,
        texts=("text/plain", "application/openmetrics-text"),
    ),
    Operation(
        "GET",
        "/auth",
        "Tell a proxy whether a caller may come in",
        _auth,
        {},
        scope=None,
        success=204,
        # The proxy sends the headers of any request, also those of MCP.
        is_versioned=False,
    ),
)
