"""The ASGI application: MCP over Streamable HTTP at one path, and ``/health``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shall import __version__
from shall.errors import InvalidSetting
from shall.joining import open_workspaces
from shall.mcp.server import build_server
from shall.mcp.spaces import Connected
from shall.serve.auth import PUBLIC, BearerGate
from shall.serve.hosts import LOOPBACK, HostGate
from shall.settings import Settings


@dataclass(frozen=True, slots=True)
class Served:
    """An application, and the server behind it."""

    app: ASGIApp
    server: MCPServer[Connected]

    def end_streams(self) -> None:
        """End the streams that would outlive a shutdown: listeners of 2026-07-28 clients."""
        listening = self.server._lowlevel_server.get_request_handler("subscriptions/listen")
        close = getattr(getattr(listening, "handler", None), "close", None)
        if close is not None:
            close()


def make_app(settings: Settings) -> Served:
    """Make the application for some settings.

    Raises:
        InvalidSetting: The path is one that needs no token.
    """
    if settings.path in PUBLIC:
        raise InvalidSetting(
            f"{settings.path} is open to callers without a token: MCP cannot be served there.",
            hint="Name another one with --path, such as /mcp.",
        )
    spaces = open_workspaces(settings)
    server = build_server(spaces)
    # Host and Origin are checked in front of every route, not only of this one.
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = server.streamable_http_app(
        streamable_http_path=settings.path, transport_security=unchecked
    )
    mcp = Passed(inner.routes[0].app)  # type: ignore[attr-defined]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with server.session_manager.run():
            try:
                yield
            finally:
                spaces.close()

    paths = {settings.path, f"{settings.path.rstrip('/')}/"}
    routes = [Route("/health", health), *(Route(path, mcp) for path in sorted(paths))]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False  # behind a proxy a redirect would name the wrong scheme
    strict = settings.server_host in LOOPBACK and not settings.auth_token
    return Served(HostGate(BearerGate(app, settings.auth_token), strict=strict), server)


class Passed:
    """An ASGI application as a route's endpoint: a function would be taken for a handler."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self._app(scope, receive, send)


async def health(_: Request) -> JSONResponse:
    """Tell that the process lives."""
    return JSONResponse({"status": "healthy", "server": {"name": "shall", "version": __version__}})
