"""What the REST routes work with."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from msgspec import Struct, field

from shall.actions.tool_access import ToolAccess
from shall.actions.workers import Workers
from shall.mcp.spec_resources import SpecServer
from shall.serve.live import LiveRuns
from shall.serve.observe.metrics import Metrics
from shall.serve.readiness import Readiness
from shall.serve.streams import OpenStreams
from shall.settings import Settings
from shall.workspace.server_folder import Origin
from shall.workspace.workspaces import Workspaces


class RestContext(Struct, frozen=True):
    """The parts behind the routes.

    Without ``metrics``, ``GET /metrics`` answers its JSON form alone.
    ``started_s`` is on the monotonic clock. ``origin`` says why the server works in its first
    workspace. ``access`` is what the operator offers. ``count`` is entered around each call
    that the server waits for before it leaves. ``streams`` are ended then; ``live`` are the runs
    that streams of pages show.
    """

    settings: Settings
    workspaces: Workspaces
    server: SpecServer
    readiness: Readiness
    access: ToolAccess
    metrics: Metrics | None = None
    workers: Workers = field(default_factory=Workers)
    started_s: float = field(default_factory=time.monotonic)
    origin: Origin = Origin.NAMED
    count: Callable[[], AbstractContextManager[None]] = nullcontext
    streams: OpenStreams = field(default_factory=OpenStreams)
    live: LiveRuns = field(default_factory=LiveRuns)
