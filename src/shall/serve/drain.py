"""Leaves in order when SIGTERM comes, whichever server runs the application.

The signal is taken before the server sees it: readiness turns, new work is refused, what runs
may finish or is stopped with its state stored, streams end; then the server gets its signal and
finds nothing left to wait for.
"""

import asyncio
import atexit
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from mcp.shared.exceptions import MCPError
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.workers import Workers
from shall.errors import ShuttingDown
from shall.mcp.run_tools import RUN_TASK
from shall.serve.problem import problem
from shall.serve.streams import OpenStreams

_log = logging.getLogger(__name__)

_LEAVING = -32000
"""A server error of JSON-RPC 2.0, section 5.1; clients may try again elsewhere."""

_TRY_AGAIN = "The server is shutting down; try again in a moment."

_STILL_ANSWERED = frozenset({"/health", "/ready", "/metrics"})

_LISTENING = "subscriptions/listen"

_HURRY_S = 0.0002
"""How long each thread computes in turn once the server has to leave."""


class Drain:
    """Knows what is in flight, and ends it. Belongs to one event loop.

    ``workers`` carry out what is in flight.
    """

    def __init__(self, drain_s: float = 10.0, workers: Workers | None = None) -> None:
        self._workers = workers
        self.streams = OpenStreams()
        self._drain_s = drain_s
        self._in_flight = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._listener_close: Callable[[], None] | None = None
        self.is_draining = False

    def watch(self, server: Any) -> None:
        """Count the requests of an MCP server (its low-level one), and close its listeners."""
        server.middleware.append(self._count)
        listening = server.get_request_handler(_LISTENING)
        self._listener_close = getattr(getattr(listening, "handler", None), "close", None)

    async def _count(self, ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        if ctx.request_id is None or ctx.method == _LISTENING:
            return await call_next(ctx)
        if self.is_draining:
            raise MCPError(_LEAVING, _TRY_AGAIN)
        with self.counted():
            return await call_next(ctx)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what the block does as in flight.

        Raises:
            ShuttingDown: The server is leaving.
        """
        if self.is_draining:
            raise ShuttingDown(_TRY_AGAIN)
        self._in_flight += 1
        self._is_idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._is_idle.set()

    def gate(self, app: ASGIApp) -> ASGIApp:
        """Refuse requests that begin something new while the server leaves."""

        async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
            if not self.is_draining or not _begins(scope):
                await app(scope, receive, send)
                return
            refused = problem(
                scope,
                503,
                "MCP_DRAINING",
                "The server is shutting down.",
                headers={"Retry-After": "1"},
            )
            await refused(scope, receive, send)

        return refusing

    async def leave(self) -> None:
        """Refuse new work, let what runs finish, stop what does not, end the streams."""
        if self.is_draining:
            return
        self.is_draining = True
        _log.info("draining: %d requests in flight", self._in_flight)
        if not await self._idle_within(self._drain_s / 2):
            # What still computes is not waited for: it shall not hold up who closes the rest.
            sys.setswitchinterval(_HURRY_S)
            _log.warning("stopping %d runs that did not finish in time", _cancel_runs())
            if not await self._idle_within(self._drain_s / 4):
                _log.warning("leaving %d calls that did not end", self._in_flight)
                atexit.register(_end_at_once)
                _cancel_runs()  # again: nobody waits for their threads any more
                if self._workers is not None:
                    self._workers.stop()
                await self._idle_within(self._drain_s / 8)
        if self._listener_close is not None:
            self._listener_close()
        self.streams.end()

    async def _idle_within(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_idle.wait()
        except TimeoutError:
            return False
        return True

    @asynccontextmanager
    async def on_signals(self) -> AsyncIterator[None]:
        """Leave when SIGTERM or SIGINT comes, then hand the signal to its previous handler.

        A second signal goes straight on: its sender does not want to wait.
        """
        loop = asyncio.get_running_loop()
        before: dict[signal.Signals, Any] = {}
        leaving: list[asyncio.Task[None]] = []

        async def leave_then(number: signal.Signals, frame: Any) -> None:
            await self.leave()
            _pass_on(before[number], number, frame)

        def take(caught: int, frame: Any) -> None:
            number = signal.Signals(caught)
            if leaving or self.is_draining:
                _pass_on(before[number], number, frame)
            else:
                loop.call_soon_threadsafe(
                    lambda: leaving.append(loop.create_task(leave_then(number, frame)))
                )

        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                before[number] = signal.signal(number, take)
        except ValueError:  # not the main thread: the embedding program ends it
            before.clear()
        try:
            yield
        finally:
            for number, handler in before.items():
                if signal.getsignal(number) is take:
                    signal.signal(number, handler)


def _end_at_once() -> None:
    """End the process when all is closed. Python's own end first collects what threads compute."""
    logging.shutdown()
    os._exit(0)


def _cancel_runs() -> int:
    """Cancel every run; return how many there are."""
    runs = [task for task in asyncio.all_tasks() if task.get_name() == RUN_TASK]
    for run in runs:
        run.cancel()
    return len(runs)


def _begins(scope: Scope) -> bool:
    """Return whether a request begins something: it belongs to no session, and does not look."""
    if scope["type"] != "http" or scope["path"] in _STILL_ANSWERED:
        return False
    has_session = any(name == b"mcp-session-id" for name, _ in scope["headers"])
    return not has_session and b"session_id=" not in scope["query_string"]


def _pass_on(handler: Any, number: int, frame: Any) -> None:
    if callable(handler):
        handler(number, frame)
