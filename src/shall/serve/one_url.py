"""One URL for every MCP transport over HTTP.

Streamable HTTP of every revision, and the HTTP+SSE transport of 2024-11-05: its clients open
``GET`` streams, which clients of later revisions do only with a session or a version header.
(MCP specification 2025-11-25, Transports, Backwards Compatibility.)
"""

from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import ANYONE
from shall.serve.problem import principal_of, problem
from shall.serve.streams import OpenStreams

_LATER = ("mcp-session-id", "mcp-protocol-version", "last-event-id")

UNCHECKED = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""For the SDK's transports: Host and Origin are checked in front of every route."""


class OneUrl:
    """The MCP endpoint. ``sse`` None: streams of 2024-11-05 cannot be served here."""

    def __init__(
        self,
        server: Server[Any],
        streamable: ASGIApp,
        sse: SseServerTransport | None,
        streams: OpenStreams,
    ) -> None:
        self._server = server
        self._streamable = streamable
        self._sse = sse
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _name_user(scope)
        if scope["method"] != "GET":
            await self._streamable(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "mcp-session-id" in headers:
            with self._streams.one():
                await self._streamable(scope, receive, send)
        elif self._opens_sse(headers):
            await self._serve_sse(scope, receive, send)
        else:
            # A client of a later revision takes 405 for "no stream here"; else it gives up.
            refused = problem(
                scope,
                405,
                "MCP_METHOD_NOT_ALLOWED",
                "This is the MCP endpoint: POST JSON-RPC to it, or open an event stream.",
                headers={"Allow": "POST" if self._sse is None else "GET, POST, DELETE"},
            )
            await refused(scope, receive, send)

    def _opens_sse(self, headers: Headers) -> bool:
        if self._sse is None or any(name in headers for name in _LATER):
            return False
        accepted = headers.get("accept", "*/*")  # a browser's list must not open a stream
        return "text/event-stream" in accepted or accepted.strip() in {"", "*/*"}

    async def _serve_sse(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._sse is not None  # noqa: S101 - _opens_sse said so
        with self._streams.one():
            async with self._sse.connect_sse(scope, receive, send) as (reading, writing):
                options = self._server.create_initialization_options()
                await self._server.run(reading, writing, options)


class Messages:
    """Where clients of 2024-11-05 post their messages: under the MCP endpoint."""

    def __init__(self, sse: SseServerTransport) -> None:
        self._sse = sse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one message."""
        _name_user(scope)
        await self._sse.handle_post_message(scope, receive, send)


def _name_user(scope: Scope) -> None:
    """Name the caller as the SDK knows it: a session answers only to who opened it."""
    principal = principal_of(scope)
    if principal is not ANYONE:
        token = AccessToken(token="", client_id=principal.name, scopes=sorted(principal.scopes))
        scope["user"] = AuthenticatedUser(token)
