"""The end of a client's input: what it asked for before is still answered.

The SDK cancels what runs as soon as its input ends. A client that writes its requests and closes
the pipe, as a script does, would lose the answers.
"""

import asyncio
import logging
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from shall.mcp.run_tools import RUN_TASK

_ENDLESS = frozenset({"subscriptions/listen"})
"""Requests that are answered by events until the client leaves."""

_log = logging.getLogger(__name__)


class InFlight:
    """The requests of one client that were read and not answered yet."""

    def __init__(self, drain_s: float) -> None:
        self._drain_s = drain_s
        self._ids: set[Any] = set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def began(self, message: Any) -> None:
        """Record what the client sent."""
        if isinstance(message, JSONRPCRequest):
            if message.method not in _ENDLESS:
                self._ids.add(message.id)
                self._is_idle.clear()
        elif (
            isinstance(message, JSONRPCNotification)
            and message.method == "notifications/cancelled"
            and message.params
        ):
            self._end(message.params.get("requestId"))  # over stdio it gets no answer

    def answered(self, message: Any) -> None:
        """Record what was sent to the client."""
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._end(message.id)

    def _end(self, request_id: Any) -> None:
        self._ids.discard(request_id)
        if not self._ids:
            self._is_idle.set()

    async def drain(self) -> None:
        """Wait until all is answered; stop the runs that take longer than ``drain_s``."""
        if await self._idle_within(self._drain_s):
            return
        runs = [task for task in asyncio.all_tasks() if task.get_name() == RUN_TASK]
        _log.warning("stopping %d runs: the client left %g s ago", len(runs), self._drain_s)
        for run in runs:
            run.cancel()
        await self._idle_within(self._drain_s / 2)

    async def _idle_within(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_idle.wait()
        except TimeoutError:
            return False
        return True


class _Stream:
    """A stream of the SDK, watched."""

    def __init__(self, inner: Any, in_flight: InFlight) -> None:
        self._inner = inner
        self._in_flight = in_flight

    async def aclose(self) -> None:
        """Close the stream."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class Requests(_Stream):
    """The client's messages; their end comes when all of them are answered."""

    @property
    def last_context(self) -> Any:
        """The context that the last message was read in."""
        return self._inner.last_context

    async def receive(self) -> SessionMessage | Exception:
        """Return the next message.

        Raises:
            anyio.EndOfStream: There is none, and nothing is left to answer.
        """
        try:
            return await self.__anext__()
        except StopAsyncIteration:
            raise anyio.EndOfStream from None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            item: SessionMessage | Exception = await self._inner.__anext__()
        except StopAsyncIteration:
            await self._in_flight.drain()
            raise
        if isinstance(item, SessionMessage):
            self._in_flight.began(item.message)
        return item


class Answers(_Stream):
    """The messages to the client."""

    async def send(self, item: SessionMessage) -> None:
        """Send a message."""
        await self._inner.send(item)
        self._in_flight.answered(item.message)
