"""What the REST routes work with."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mcp.server.mcpserver import MCPServer
from starlette.requests import Request
from starlette.responses import Response

from shall.actions.server_folder import Origin
from shall.actions.workers import Workers
from shall.actions.workspaces import Workspaces
from shall.mcp.spaces import Connected
from shall.serve.readiness import Readiness
from shall.settings import Settings

Scrape = Callable[["Backing", Request], Awaitable[Response]]
"""Answers ``GET /metrics``."""


@dataclass(frozen=True, slots=True)
class Backing:
    """The parts behind the routes.

    ``metrics`` answers ``GET /metrics``; without it the routes answer its JSON form alone.
    ``started_s`` is on the monotonic clock. ``origin`` says why the server works in its first
    workspace.
    """

    settings: Settings
    workspaces: Workspaces
    server: MCPServer[Connected]
    readiness: Readiness
    metrics: "Scrape | None" = None
    workers: Workers = field(default_factory=Workers)
    started_s: float = field(default_factory=time.monotonic)
    origin: Origin = Origin.NAMED
