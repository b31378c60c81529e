"""The ASGI application: every MCP transport at one URL, and the routes around it."""

import os
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from msgspec import Struct, field
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from shall.actions.tool_access import ToolAccess
from shall.actions.workers import Workers
from shall.errors import InvalidSetting
from shall.mcp.server import build_server
from shall.mcp.spec_resources import SpecServer
from shall.serve.auth import Authenticator, authenticator, metadata_routes, public_paths
from shall.serve.auth.gate import Callers, PageAuthenticator
from shall.serve.drain import Drain
from shall.serve.event_store import Sessions
from shall.serve.legacy_modes import SHALL, ServerMode
from shall.serve.middleware import gated
from shall.serve.observe.gate import GateWatch
from shall.serve.observe.metrics import Facts, Metrics
from shall.serve.observe.multiprocess import shared_folder
from shall.serve.observe.operations import observe_server
from shall.serve.observe.tracing import set_up_tracing
from shall.serve.one_url import UNCHECKED, Messages, OneUrl
from shall.serve.preload import import_all, import_drivers, import_pages
from shall.serve.probe import Probe
from shall.serve.readiness import Readiness
from shall.serve.rest.context import RestContext
from shall.serve.rest.info import Health, count_connections
from shall.serve.rest.responses import problem_handlers
from shall.serve.rest.routes import rest_routes
from shall.serve.sse import SseSessions
from shall.serve.streams import OpenStreams
from shall.serve.tool_access import offered
from shall.serve.worker_program import worker_program
from shall.server_bootstrap import folder_of_server, make_first_state, open_workspaces, state_key
from shall.settings import Settings, process_environment
from shall.workspace.workspaces import Workspaces


class Served(Struct, frozen=True):
    """An application, and what has to be known of it while it runs."""

    app: ASGIApp
    parts: "Parts"
    authenticator: Authenticator | None

    def reload(self) -> None:
        """Read the tokens again."""
        if self.authenticator is not None:
            self.authenticator.reload()

    def close(self) -> None:
        """Return what an application holds that was never run."""
        self.parts.workspaces.close()


class Parts(Struct, frozen=True):
    """What an application is put together from.

    ``metrics`` receive the runs in ``workspaces``, and report ``facts`` too. ``access`` is that
    of the server, as are ``workers``: MCP, REST and pages share their turns. ``key`` seals what
    clients carry.
    """

    workspaces: Workspaces
    server: SpecServer
    metrics: Metrics
    access: ToolAccess
    facts: Facts = field(default_factory=Facts)
    workers: Workers = field(default_factory=Workers)
    key: bytes = field(default_factory=partial(os.urandom, 32))


def make_app(settings: Settings, mode: ServerMode = SHALL) -> Served:
    """Make the application for some settings.

    Raises:
        InvalidSetting: The settings cannot work together.
    """
    import_all()
    if settings.pages:
        import_pages()
    if settings.databases or any(
        "databases" in it for it in settings.environment_settings.values()
    ):
        import_drivers()
    facts = Facts()
    metrics = Metrics(shared_folder(process_environment()), facts)
    workspaces = open_workspaces(settings, metrics.take_event, worker_program(settings))
    make_first_state(settings, workspaces)
    access = offered(settings, mode)
    workers = Workers()
    key = state_key(settings, workspaces)
    server = build_server(
        workspaces,
        settings.server_name,
        access=access,
        max_result_bytes=settings.max_result_bytes,
        state_key=key,
        workers=workers,
    )
    parts = Parts(workspaces, server, metrics, access, facts, workers, key)
    return assemble(settings, parts, mode)


def assemble(settings: Settings, parts: Parts, mode: ServerMode = SHALL) -> Served:
    """Return a server behind every route and gate. Its workspaces are closed when the app ends.

    Raises:
        InvalidSetting: The settings cannot work together.
    """
    callers = authenticator(settings)
    observe_server(parts.server, parts.metrics)
    end_tracing = set_up_tracing(parts.server, settings)
    low = parts.server._lowlevel_server
    drain = Drain(settings.drain_s, parts.workers)
    drain.watch(low)
    readiness = Readiness(parts.workspaces, lambda: drain.is_draining)
    context = RestContext(
        settings,
        parts.workspaces,
        parts.server,
        readiness,
        parts.access,
        parts.metrics,
        parts.workers,
        origin=folder_of_server(settings).origin,
        count=drain.counted,
        streams=drain.streams,
    )
    _inform_metrics(parts, readiness, context)
    sessions = Sessions(
        low, stateless=settings.sessions == "no", max_body_bytes=settings.max_body_bytes
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with sessions.run(), drain.on_signals():
            readiness.start()
            try:
                yield
            finally:
                parts.workspaces.close()
                end_tracing()

    health = Health(settings.server_name)
    rest = rest_routes(context, health, is_basic=mode.is_basic)  # the first is /health
    mcp_routes = _mcp_routes(settings, low, sessions, drain.streams)
    others = [*metadata_routes(settings), *rest]
    _check_paths(mcp_routes, others, public_paths(settings))
    routes, pages = _with_pages([*mcp_routes, *others], context, parts.key, callers)
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=problem_handlers())
    app.router.redirect_slashes = False  # behind a proxy a redirect would name the wrong scheme
    wrapped = gated(
        app,
        settings,
        callers=Callers(callers, pages),
        drain=drain,
        metrics=parts.metrics,
        probe=Probe(rest[0], *health.usual),
    )
    return Served(wrapped, parts, callers)


def _with_pages(
    routes: list[Route], context: RestContext, key: bytes, callers: Authenticator | None
) -> tuple[list[Route], PageAuthenticator | None]:
    """Add the pages to the routes, if there are to be any; also return what finds their callers."""
    if not context.settings.pages:
        return routes, None
    from shall.serve.pages import make_pages

    pages = make_pages(context, key, callers, routes)
    return [*pages.routes, *routes], pages.login


def _inform_metrics(parts: Parts, readiness: Readiness, context: RestContext) -> None:
    """Connect the metrics to each call and to what is measured when they are read."""
    parts.workspaces.observe_call = parts.metrics.take_call
    parts.facts.is_ready = lambda: readiness.is_ready
    parts.facts.gate = GateWatch(parts.workspaces, parts.workers.turns).newest
    parts.facts.connections = partial(count_connections, context)
    parts.facts.live_streams = lambda: len(context.live)


def _check_paths(mcp: Iterable[Route], others: Iterable[Route], public: Collection[str]) -> None:
    """Refuse MCP at a path where callers need no token, or that something else is served at.

    Raises:
        InvalidSetting: It is one.
    """
    for route in mcp:
        taken = [other for other in others if other.path_regex.match(route.path)]
        if taken or route.path in public:
            raise InvalidSetting(
                f"MCP cannot be served at {route.path}: another route is there already.",
                hint="Choose another path with --path, such as /mcp.",
            )


def _mcp_routes(
    settings: Settings, low: Any, sessions: Sessions, streams: OpenStreams
) -> list[Route]:
    base = settings.path.rstrip("/")
    tag = f"{settings.instance}/" if settings.instance else ""
    messages = f"{base}/messages/{tag}"
    sse = None
    if not sessions.stateless:
        sse = SseSessions(messages, UNCHECKED, settings.max_body_bytes)
    endpoint = OneUrl(low, sessions.handle_request, sse, streams)
    routes = [Route(path, endpoint) for path in sorted({settings.path, f"{base}/"})]
    if sse is not None:
        paths = (messages, messages.rstrip("/"))
        routes += [Route(path, Messages(sse)) for path in paths]
    return routes
