"""Carries out what callers ask for beside the event loop that serves them.

Whatever a caller sends takes time in proportion to its size, or to what its patterns do, and an
event loop that computes answers nobody. Python threads take turns, so only a few may compute at
once: the loop waits at most that many turns (``sys.getswitchinterval``, 5 ms each). The threads are
daemons: a process that is asked to end does not wait for them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Generic, ParamSpec, TypeVar

from shall.errors import MemoryInUse, ShuttingDown

COMPUTING = 4
"""How many threads may compute at once."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Workers:
    """A few threads for calls, started when they are first needed.

    ``turns`` bounds how many threads compute, those of runs included.
    """

    def __init__(self, count: int = COMPUTING) -> None:
        self._count = count
        self.turns = BoundedSemaphore(count)
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._started = 0
        self._lock = Lock()
        self._answers: set[asyncio.Future[Any]] = set()
        self._is_stopped = False

    def stop(self) -> None:
        """Answer the calls that wait or compute with ``ShuttingDown``, and take no more.

        Called in the event loop of the calls. What a thread has begun goes on: nothing stops it
        but the end of the process.
        """
        self._is_stopped = True
        for future in self._answers:
            if not future.done():
                future.set_exception(_leaving())

    async def call(
        self, function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Return what a function returns, called in a thread; raise what it raises.

        Cancelling leaves it alone: a call that has begun goes on, and nobody waits for it.

        Raises:
            ShuttingDown: ``stop`` was called before it was done.
            MemoryInUse: The system has no thread left.
        """
        if self._is_stopped:
            raise _leaving()
        answer = _Answer[Result](asyncio.get_running_loop())
        context = copy_context()

        def work() -> None:
            if not answer.future.done():  # cancelled, or stopped
                with self.turns:
                    answer.settle(lambda: context.run(function, *args, **kwargs))

        self._start_one()
        self._waiting.put(work)
        self._answers.add(answer.future)
        try:
            return await answer.future
        finally:
            self._answers.discard(answer.future)

    def _start_one(self) -> None:
        with self._lock:
            if self._started >= self._count:
                return
            try:
                start_thread(self._work, f"shall-work-{self._started + 1}")
            except MemoryInUse:
                if self._started == 0:
                    raise
            else:
                self._started += 1

    def _work(self) -> None:
        while True:
            self._waiting.get()()


def start_thread(work: Callable[[], object], name: str) -> None:
    """Start a thread that the end of the process does not wait for.

    Raises:
        MemoryInUse: The system has none left.
    """
    try:
        Thread(target=work, name=name, daemon=True).start()
    except RuntimeError:
        raise MemoryInUse(
            "No thread can be started: memory or threads ran out.", hint="Try again in a moment."
        ) from None


def _leaving() -> ShuttingDown:
    return ShuttingDown(
        "The server is shutting down and did not finish this call.", hint="Try again in a moment."
    )


class _Answer(Generic[Result]):
    """What a thread hands back to the event loop that waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.future: asyncio.Future[Result] = loop.create_future()

    def settle(self, function: Callable[[], Result]) -> None:
        """Call a function in this thread and hand over what it returns or raises."""
        take: Callable[[], None]
        try:
            result = function()
        except asyncio.CancelledError:
            take = self._cancel
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            take = partial(self._fail, error)
        else:
            take = partial(self._succeed, result)
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self._loop.call_soon_threadsafe(take)

    def _succeed(self, result: Result) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def _cancel(self) -> None:
        self.future.cancel()
