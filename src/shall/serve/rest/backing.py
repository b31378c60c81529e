"""What the REST routes work with."""

import time
from dataclasses import dataclass, field

from mcp.server.mcpserver import MCPServer

from shall.actions.server_folder import Origin
from shall.actions.workers import Workers
from shall.actions.workspaces import Workspaces
from shall.mcp.spaces import Connected
from shall.serve.observe.metrics import Metrics
from shall.serve.readiness import Readiness
from shall.settings import Settings


@dataclass(frozen=True, slots=True)
class Backing:
    """The parts behind the routes.

    Without ``metrics``, ``GET /metrics`` answers its JSON form alone.
    ``started_s`` is on the monotonic clock. ``origin`` says why the server works in its first
    workspace.
    """

    settings: Settings
    workspaces: Workspaces
    server: MCPServer[Connected]
    readiness: Readiness
    metrics: Metrics | None = None
    workers: Workers = field(default_factory=Workers)
    started_s: float = field(default_factory=time.monotonic)
    origin: Origin = Origin.NAMED
