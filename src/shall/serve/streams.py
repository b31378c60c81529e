"""Keeps event streams whole on their way: through proxies, and when the server leaves.

Every event stream says ``X-Accel-Buffering: no``, so that nginx passes events on at once. A
response that was started always gets its last chunk, so that a client sees an end and no cut.
"""

import contextlib
from collections.abc import Iterator

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_ID = "mcp-session-id"


class OpenStreams:
    """The streams that stay open until a client leaves: they are ended when the server drains."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()

    def __len__(self) -> int:
        return len(self._scopes)

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Count one stream as open inside the block, which ends when the stream is ended."""
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield
            finally:
                self._scopes.discard(scope)

    def end(self) -> None:
        """End all of them."""
        for scope in list(self._scopes):
            scope.cancel()


class StreamGuard:
    """Wraps every response.

    ``instance`` names this server among several: it is put before the session ids that clients
    see, as ``a.<id>``, so that a proxy can find the instance that holds the session.
    """

    def __init__(self, app: ASGIApp, instance: str = "") -> None:
        self._app = app
        self._tag = f"{instance}." if instance else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = _Sent(send, self._tag)
        try:
            self._untag(scope)
            await self._app(scope, receive, sent)
        finally:
            await sent.finish()

    def _untag(self, scope: Scope) -> None:
        if self._tag:
            name, tag = SESSION_ID.encode("ascii"), self._tag.encode("ascii")
            scope["headers"] = [
                (key, value.removeprefix(tag) if key == name else value)
                for key, value in scope["headers"]
            ]


class _Sent:
    """What was sent of one response."""

    def __init__(self, send: Send, tag: str) -> None:
        self._send = send
        self._tag = tag
        self._is_open = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_open = True
            message = self._with_headers(message)
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._is_open = False
        await self._send(message)

    async def finish(self) -> None:
        """End a response that was begun and not ended."""
        if self._is_open:
            self._is_open = False
            with anyio.CancelScope(shield=True), contextlib.suppress(OSError, RuntimeError):
                # A client that left has no use for it; uvicorn and the SDK say so in two ways.
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _with_headers(self, message: Message) -> Message:
        headers = Headers(raw=message.get("headers", []))
        is_stream = headers.get("content-type", "").startswith("text/event-stream")
        session = headers.get(SESSION_ID) if self._tag else None
        if not is_stream and session is None:
            return message
        changed = MutableHeaders(raw=list(headers.raw))
        if is_stream:
            changed["x-accel-buffering"] = "no"
        if session is not None:
            changed[SESSION_ID] = f"{self._tag}{session}"
        return {**message, "headers": changed.raw}
