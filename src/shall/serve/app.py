"""The ASGI application: every MCP transport at one URL, and the routes around it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.sse import SseServerTransport
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from shall import __version__
from shall.actions.workspaces import Workspaces
from shall.errors import InvalidSetting
from shall.joining import open_workspaces, state_key
from shall.mcp.server import build_server
from shall.mcp.spaces import Connected
from shall.serve.auth import PUBLIC, BearerGate, token_of
from shall.serve.drain import Drain
from shall.serve.events import Sessions
from shall.serve.face import SHALL, Face
from shall.serve.hosts import HostGate
from shall.serve.one_url import UNCHECKED, Messages, OneUrl
from shall.serve.streams import OpenStreams, StreamGuard
from shall.settings import Settings


@dataclass(frozen=True, slots=True)
class Served:
    """An application, and what has to be known of it while it runs."""

    app: ASGIApp
    server: MCPServer[Connected]
    drain: Drain
    close: Callable[[], None]

    def reload(self) -> None:
        """Read the tokens again."""


def make_app(settings: Settings, face: Face = SHALL) -> Served:  # noqa: ARG001
    """Make the application for some settings.

    Raises:
        InvalidSetting: The settings cannot work together.
    """
    if settings.path in PUBLIC:
        raise InvalidSetting(
            f"{settings.path} is open to callers without a token: MCP cannot be served there.",
            hint="Name another one with --path, such as /mcp.",
        )
    spaces = open_workspaces(settings)
    server = build_server(spaces, settings.server_name, state_key=state_key(settings, spaces))
    return assemble(settings, server, spaces)


def assemble(settings: Settings, server: MCPServer[Connected], spaces: Workspaces) -> Served:
    """Put a server behind every route and gate. ``spaces`` are closed when the app ends."""
    low = server._lowlevel_server
    streams = OpenStreams()
    drain = Drain(streams, settings.drain_s)
    drain.watch(low)
    keeps_sessions = settings.sessions != "no"
    sessions = Sessions(low, stateless=not keeps_sessions, max_body_bytes=settings.max_body_bytes)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with sessions.run(), drain.on_signals():
            try:
                yield
            finally:
                spaces.close()

    routes = [Route("/health", health), *_mcp_routes(settings, low, sessions, streams)]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.router.redirect_slashes = False  # behind a proxy a redirect would name the wrong scheme
    return Served(_gated(drain.gate(app), settings), server, drain, spaces.close)


def _mcp_routes(
    settings: Settings, low: Any, sessions: Sessions, streams: OpenStreams
) -> list[Route]:
    base = settings.path.rstrip("/")
    tag = f"{settings.instance}/" if settings.instance else ""
    messages = f"{base}/messages/{tag}"
    sse = None
    if not sessions.stateless:
        sse = SseServerTransport(messages, UNCHECKED, settings.max_body_bytes)
    endpoint = OneUrl(low, sessions.handle_request, sse, streams)
    routes = [Route(path, endpoint) for path in sorted({settings.path, f"{base}/"})]
    if sse is not None:
        paths = (messages, messages.rstrip("/"))
        routes += [Route(path, Messages(sse)) for path in paths]
    return routes


def _gated(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Put the gates in front: the last one named here is the first that a request meets."""
    gated: ASGIApp = BearerGate(app, token_of(settings))
    gated = HostGate(gated, settings)
    if settings.cors_origins:
        gated = CORSMiddleware(
            gated,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Mcp-Session-Id", "X-Request-ID", "WWW-Authenticate", "Retry-After"],
        )
    return StreamGuard(gated, settings.instance)


async def health(_: Request) -> JSONResponse:
    """Tell that the process lives."""
    return JSONResponse({"status": "healthy", "server": {"name": "shall", "version": __version__}})
