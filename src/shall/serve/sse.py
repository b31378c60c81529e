"""The event streams of 2024-11-05, with few tasks and little memory for each.

The SDK's transport has six tasks and three memory streams for every client. Here messages are
written where they arise, and one task looks after the connection. (MCP specification 2024-11-05,
Transports, HTTP with SSE.)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import anyio
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, authorization_context
from mcp.server.sse import SseServerTransport
from mcp.shared._context_streams import ContextSendStream, create_context_streams
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from shall.serve.limits.addresses import prefix_of
from shall.serve.problem import problem

PING_S = 15.0
"""How long a stream may be silent, in seconds: proxies close it after 30 or 60."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"connection", b"keep-alive"),
]


class SseSessions(SseServerTransport):
    """The SDK's transport with event streams of our own; messages are taken by the SDK.

    What is not a message is answered 400 and not passed on: the SDK would log a fault for it.
    """

    @asynccontextmanager
    async def connect_sse(self, scope: Scope, receive: Receive, send: Send) -> AsyncIterator[Any]:
        """Open a stream; return where the session reads and writes. It is open in the block."""
        arriving, reading = create_context_streams[SessionMessage | Exception](0)
        session = uuid4()
        if isinstance(user := scope.get("user"), AuthenticatedUser):
            self._session_owners[session] = authorization_context(user)
        self._read_stream_writers[session] = arriving
        mounted_at = prefix_of(scope) + scope.get("root_path", "").rstrip("/")
        endpoint = quote(mounted_at + self._endpoint)
        events = _Events(send)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await events.write("endpoint", f"{endpoint}?session_id={session.hex}")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_look_after, receive, events, arriving)
                yield reading, events
                tasks.cancel_scope.cancel()
        finally:
            self._read_stream_writers.pop(session, None)
            self._session_owners.pop(session, None)
            arriving.close()
            reading.close()

    async def _handle_post_message(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        try:
            jsonrpc_message_adapter.validate_json(body, by_name=False)
        except ValidationError:
            refused = problem(scope, 400, "MCP_BAD_REQUEST", "This is not an MCP message.")
            await refused(scope, receive, send)
            return

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await super()._handle_post_message(scope, again, send)


async def _look_after(
    receive: Receive, events: "_Events", arriving: ContextSendStream[SessionMessage | Exception]
) -> None:
    """Send a comment from time to time; end the session when its client has left."""
    left = False
    while not left:
        with anyio.move_on_after(PING_S) as silence:
            left = (await receive())["type"] == "http.disconnect"
        if silence.cancelled_caught:
            await events.ping()
    await arriving.aclose()


class _Events:
    """Where a session writes its messages: each is sent at once, as one event."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, message: SessionMessage) -> None:
        """Send a message of the session."""
        await self.write(
            "message", message.message.model_dump_json(by_alias=True, exclude_unset=True)
        )

    async def write(self, event: str, data: str) -> None:
        """Send one event; ``data`` has no line break."""
        await self._write(f"event: {event}\r\ndata: {data}\r\n\r\n")

    async def ping(self) -> None:
        """Send a comment, which clients pass over."""
        await self._write(": ping\r\n\r\n")

    async def _write(self, text: str) -> None:
        body = text.encode("utf-8")
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def aclose(self) -> None:
        """Do nothing: the response ends with its request."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
