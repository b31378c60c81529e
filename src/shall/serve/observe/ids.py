"""Gives each request an id, and tells it: in the answer, in the log, in the envelope of a tool."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.actions.request_ids import CURRENT, RequestIds, new_request_id
from shall.serve.problem import REQUEST_ID, problem

TRACE_ID = "shall.trace_id"
"""The key of the ASGI scope that holds the id of the caller's trace; empty where there is none."""

_log = logging.getLogger(__name__)

_TAKEN = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


class IdGate:
    """Stands outermost: takes ``X-Request-ID`` from the client or makes one, and answers with it.

    A client's id is taken where it is 1 to 128 letters, digits, dots, underscores or hyphens:
    nothing else can reach a log or a header through it. The trace is that of ``traceparent``.
    What falls through every other gate is answered here with 500, so that it has an id too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its ids."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ids = _ids_of(scope)
        scope[REQUEST_ID], scope[TRACE_ID] = ids.request_id, ids.trace_id
        # Not taken back at the end: each request has a task of its own, and the server logs there
        # when the application raised.
        CURRENT.set(ids)
        started = False
        header = (b"x-request-id", ids.request_id.encode("ascii"))

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            if started:
                raise
            _log.exception("a request could not be answered")
            detail = f"A fault of shall itself; its log tells more under {ids.request_id}."
            await problem(scope, 500, "MCP_INTERNAL_ERROR", detail)(scope, receive, answer)


async def identify(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Give each MCP message its ids, as a middleware of the server.

    Over HTTP they are those of the HTTP request, also where a session's messages are answered in
    another task; over stdio each message has an id of its own. ``_meta.traceparent`` (SEP-414)
    names the trace before the HTTP header does: it is set by who made this very call.
    """
    scope = getattr(ctx.request, "scope", None) or {}
    request_id = scope.get(REQUEST_ID) or new_request_id()
    trace_id = trace_of((ctx.meta or {}).get("traceparent")) or scope.get(TRACE_ID, "")
    before = CURRENT.set(RequestIds(request_id, trace_id))
    try:
        return await call_next(ctx)
    finally:
        CURRENT.reset(before)


def trace_of(traceparent: Any) -> str:
    """Give the trace id of a ``traceparent`` (W3C Trace Context, 3.2); empty where it is none."""
    found = _TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    if found is None or found[1] == _NO_TRACE or found[2] == _NO_SPAN:
        return ""
    # Version 00 has four parts; a later one may have more.
    return "" if found[3] and traceparent.startswith("00") else found[1]


def _ids_of(scope: Scope) -> RequestIds:
    request_id = traceparent = ""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _TAKEN.fullmatch(value):
            request_id = value.decode("ascii")
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    return RequestIds(request_id or new_request_id(), trace_of(traceparent))
