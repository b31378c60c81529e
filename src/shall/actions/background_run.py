"""Runs test cases beside an event loop: in a thread of their own."""

import asyncio
import contextvars
import importlib
from collections.abc import Callable
from contextlib import nullcontext, suppress
from threading import BoundedSemaphore
from typing import Any, TypeVar

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.actions.workers import start_thread
from shall.engine.stop import Stop
from shall.results.events import Emit
from shall.results.records import RunSummary
from shall.workspace.workspace import Workspace

Ended = TypeVar("Ended")


async def run_tests(
    workspace: Workspace,
    request: RunRequest,
    emit: Emit | None = None,
    warn: Callable[[str], None] | None = None,
    turns: BoundedSemaphore | None = None,
) -> RunSummary:
    """Run cases like ``execute``, in a thread of its own; ``emit`` is called in this event loop.

    Cancelling stops the run; its teardowns still run (bounded), and it is recorded. With ``turns``
    the thread computes only when it has one. Cancelling again waits no longer.

    Raises:
        MemoryInUse: The system has no thread left.
    """

    def run(stop: Stop) -> RunSummary:
        return execute(workspace, request, listeners, stop, warn, turns)

    here = asyncio.get_running_loop()
    listeners: list[Emit] = []
    if emit is not None:
        listeners.append(lambda event: _tell(here, emit, event))
    return await in_thread(run, turns)


async def in_thread(run: Callable[[Stop], Ended], turns: BoundedSemaphore | None = None) -> Ended:
    """Return what ``run`` returns, called in a thread of its own. Cancelling requests its stop.

    Raises:
        MemoryInUse: The system has no thread left.
    """
    # yaml_rs crashes the process where the thread that first imported it has ended (its allocator
    # takes that thread for the main one): it is not left to the run's thread.
    importlib.import_module("shall.cases.yaml_text")
    here, stop = asyncio.get_running_loop(), Stop()
    ended: asyncio.Future[Ended] = here.create_future()

    def work() -> None:
        try:
            with turns or nullcontext():
                found = run(stop)
        except BaseException as error:  # noqa: BLE001 - raised in the caller's task
            _tell(here, ended.set_exception, error)
        else:
            _tell(here, ended.set_result, found)

    context = contextvars.copy_context()  # log lines name the request that is answered
    start_thread(lambda: context.run(work), "shall-run")
    try:
        await asyncio.wait([ended])
    except asyncio.CancelledError:
        stop.request()
        await asyncio.wait([ended])
        ended.exception()  # the cancellation is what counts
        raise
    return ended.result()


def _tell(loop: asyncio.AbstractEventLoop, take: Callable[[Any], object], what: Any) -> None:
    """Call a function in an event loop, unless that was closed meanwhile."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(take, what)
