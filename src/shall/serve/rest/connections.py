"""Connections of REST callers: they say that they are here, and that they still are."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from shall import __version__
from shall.actions.results import opened_store
from shall.engine.redact import Redactor
from shall.errors import BadRequest, ConnectionNotFound
from shall.serve.problem import principal_of
from shall.serve.rest import schemas
from shall.serve.rest.context import RestContext
from shall.serve.rest.operation import Call, Operation
from shall.serve.rest.responses import json_answer
from shall.store.base import ConnectionRecord, Store

MAX_CLIENT_INFO_BYTES = 4096
_ID_BYTES = 16
_SHOWN_AGENT = 256


def connection_store(context: RestContext) -> Store:
    """Return the store that holds them: that of the first workspace, which instances share.

    Raises:
        StoreUnavailable: There is none.
        OutsideWorkspace: There is no workspace.
    """
    return opened_store(context.workspaces.choose(None))


async def note_connection(call: Call) -> None:
    """Count a call that names its connection in ``X-Connection-ID`` as a heartbeat.

    Raises:
        ConnectionNotFound: The caller has no such connection.
    """
    named = call.request.headers.get("X-Connection-ID")
    if named is not None:
        await _touch(call, named)


async def _connect(call: Call) -> Response:
    given = call.body.get("client_info", {})
    if len(json.dumps(given)) > MAX_CLIENT_INFO_BYTES:
        raise BadRequest(f"client_info is larger than {MAX_CLIENT_INFO_BYTES} bytes of JSON.")
    now = datetime.now(UTC)
    request = call.request
    record = ConnectionRecord(
        connection_id=secrets.token_hex(_ID_BYTES),
        principal=principal_of(request.scope).name,
        protocol_version=call.version,
        created_at=now,
        last_heartbeat=now,
        client_info={
            **_without_secrets(given),
            "protocol_version": call.version,
            "user_agent": request.headers.get("User-Agent", "")[:_SHOWN_AGENT],
            "remote_addr": request.client.host if request.client else "",
        },
    )
    store = connection_store(call.context)
    await asyncio.to_thread(store.save_connection, record)
    return json_answer(
        {
            "connection_id": record.connection_id,
            "protocol_version": call.version,
            "server_info": {"name": call.context.settings.server_name, "version": __version__},
        }
    )


def _without_secrets(given: Mapping[str, Any]) -> dict[str, Any]:
    """Mask what a client calls a password or a token: this is stored, and shown to operators."""
    redactor = Redactor()
    redactor.learn_named(given)
    masked: dict[str, Any] = redactor.value(given)
    return masked


async def _heartbeat(call: Call) -> Response:
    await _touch(call, call.request.path_params["id"])
    return json_answer({"status": "ok", "timestamp": datetime.now(UTC).isoformat()})


async def _touch(call: Call, connection_id: str) -> None:
    principal = principal_of(call.request.scope).name
    store = connection_store(call.context)
    if not await asyncio.to_thread(store.touch_connection, connection_id, principal):
        raise _unknown()


async def _disconnect(call: Call) -> Response:
    principal = principal_of(call.request.scope).name
    store = connection_store(call.context)
    wanted = call.request.path_params["id"]
    if not await asyncio.to_thread(store.delete_connection, wanted, principal):
        raise _unknown()
    return json_answer({"status": "disconnected"})


async def _connections(call: Call) -> Response:
    principal_of(call.request.scope).check_unlimited()
    found = await asyncio.to_thread(connection_store(call.context).connections)
    shown = [
        {
            "id": it.connection_id,
            "protocol_version": it.protocol_version,
            "created_at": it.created_at.isoformat(),
            "last_heartbeat": it.last_heartbeat.isoformat(),
            "errors": it.errors,
            "client_info": dict(it.client_info),
        }
        for it in found
    ]
    return json_answer({"connections": shown, "total": len(shown)})


def _unknown() -> ConnectionNotFound:
    return ConnectionNotFound(
        "There is no such connection.", hint="It ended, or was silent for too long: POST /connect."
    )


OPERATIONS = (
    Operation(
        "POST",
        "/connect",
        "Register a client, which sends a heartbeat every 30 seconds",
        _connect,
        schemas.CONNECTED,
        body={"client_info": schemas.FREE},
    ),
    Operation(
        "POST",
        "/heartbeat/{id}",
        "Send a client's heartbeat",
        _heartbeat,
        schemas.shaped({"status": {"const": "ok"}, "timestamp": schemas.TIME}),
        statuses=(404,),
    ),
    Operation(
        "DELETE",
        "/disconnect/{id}",
        "Disconnect a client",
        _disconnect,
        schemas.shaped({"status": {"const": "disconnected"}}),
        statuses=(404,),
    ),
    Operation(
        "GET",
        "/connections",
        "List the connected clients",
        _connections,
        schemas.shaped({"connections": schemas.listed(schemas.CONNECTION), "total": schemas.COUNT}),
        scope="admin",
    ),
)
