"""The ids of a request: its own, and that of the trace it belongs to."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Scope

from shall.actions.request_ids import CURRENT, NO_REQUEST, RequestIds, new_request_id

IDS = "shall.request_ids"
"""The key of the ASGI scope that holds both ids."""

_TAKEN = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


def ids_of(scope: Scope) -> RequestIds:
    """Return the ``X-Request-ID`` of a request or a new id, and the trace of ``traceparent``.

    A client's id is taken where it is 1 to 128 letters, digits, dots, underscores or hyphens:
    nothing else can reach a log or a header through it.
    """
    request_id = trace_id = ""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _TAKEN.fullmatch(value):
            request_id = value.decode("ascii")
        elif name == b"traceparent":
            trace_id = trace_of(value.decode("latin-1"))
    return RequestIds(request_id or new_request_id(), trace_id)


def trace_of(traceparent: Any) -> str:
    """Return the trace id of a ``traceparent`` (W3C Trace Context, 3.2); empty where it is none."""
    found = _TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    if found is None or found[1] == _NO_TRACE or found[2] == _NO_SPAN:
        return ""
    # Version 00 has four parts; a later one may have more.
    return "" if found[3] and traceparent.startswith("00") else found[1]


async def identify(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Add its ids to each MCP message, as a middleware of the server.

    Over HTTP they are those of the HTTP request, also where a session's messages are answered in
    another task; over stdio each message has an id of its own. ``_meta.traceparent`` (SEP-414)
    names the trace before the HTTP header does: it is set by who made this very call.
    """
    scope = getattr(ctx.request, "scope", None)
    ids: RequestIds = scope.get(IDS, NO_REQUEST) if scope is not None else NO_REQUEST
    trace_id = trace_of(ctx.meta.get("traceparent")) if ctx.meta else ""
    if trace_id or not ids.request_id:
        ids = RequestIds(ids.request_id or new_request_id(), trace_id or ids.trace_id)
    if ids is CURRENT.get():
        return await call_next(ctx)
    before = CURRENT.set(ids)
    try:
        return await call_next(ctx)
    finally:
        CURRENT.reset(before)
