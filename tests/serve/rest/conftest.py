import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import PRINCIPAL, Principal
from shall.mcp.server import build_server
from shall.mcp.spec_resources import SpecServer
from shall.serve.problem import problem
from shall.serve.readiness import Readiness
from shall.serve.rest.context import RestContext
from shall.serve.rest.info import Health
from shall.serve.rest.responses import problem_handlers
from shall.serve.rest.routes import rest_routes
from shall.serve.toolset import named_access
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces


@dataclass(frozen=True)
class Running:
    """The routes on a real server."""

    http: httpx2.Client
    url: str
    spaces: Workspaces
    readiness: Readiness
    server: SpecServer


def as_named(app: ASGIApp, token: str) -> ASGIApp:
    """Stands for the gate that knows tokens. ``X-As: name scope scope`` says who calls."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        is_known = headers.get(b"authorization") == f"Bearer {token}".encode()
        if token and not is_known and scope["path"] not in {"/health", "/ready"}:
            challenge = {"WWW-Authenticate": "Bearer"}
            refused = problem(scope, 401, "MCP_UNAUTHORIZED", "Who?", headers=challenge)
            await refused(scope, receive, send)
            return
        named = headers.get(b"x-as", b"").decode().split()
        if named:
            scope[PRINCIPAL] = Principal(named[0], frozenset(named[1:]))
        await app(scope, receive, send)

    return gate


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    (folder / "specs/requirements.md").write_text("# Shop\n")
    (folder / "specs/design.md").write_text("# Design\n")
    return folder


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., Running]]:
    """Starts instances on the same project."""
    with ExitStack() as ends:

        def run(
            *,
            is_basic: bool = False,
            is_started: bool = True,
            count: Callable[[], AbstractContextManager[None]] = nullcontext,
            **settings: Any,
        ) -> Running:
            chosen = Settings(workspaces=(project,), **settings)
            spaces = open_workspaces(chosen)
            ends.callback(spaces.close)
            readiness = Readiness(spaces)
            if is_started:
                readiness.start()
            access = named_access(chosen)
            server = build_server(spaces, access=access)
            context = RestContext(chosen, spaces, server, readiness, access, count=count)
            routes = rest_routes(context, Health(chosen.server_name), is_basic=is_basic)
            app = Starlette(routes=routes, exception_handlers=problem_handlers())
            url = ends.enter_context(Serving(as_named(app, chosen.auth_token)))
            http = ends.enter_context(httpx2.Client(base_url=url, timeout=30))
            return Running(http, url, spaces, readiness, server)

        yield run


class Serving:
    """Serves an application on a free port while the block runs."""

    def __init__(self, app: ASGIApp) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)  # uvicorn has no event for it
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(60)
        self._listener.close()


@pytest.fixture
def serving() -> type[Serving]:
    return Serving


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    return start()
