"""Carries out what callers ask for beside the event loop that serves them.

Whatever a caller sends takes time in proportion to its size, or to what its patterns do, and an
event loop that computes answers nobody. Python threads take turns, so only a few may compute at
once: the loop waits at most that many turns (``sys.getswitchinterval``, 5 ms each). The threads are
daemons: a process that was told to end does not wait for them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Generic, ParamSpec, TypeVar

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

    async def call(
        self, function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Return what a function returns, called in a thread; raise what it raises.

        Cancelling leaves it alone: a call that has begun goes on, and nobody waits for it.
        """
        answer = _Answer[Result](asyncio.get_running_loop())
        context = copy_context()

        def work() -> None:
            if not answer.future.cancelled():
                with self.turns:
                    answer.settle(lambda: context.run(function, *args, **kwargs))

        self._waiting.put(work)
        self._start_one()
        return await answer.future

    def _start_one(self) -> None:
        with self._lock:
            if self._started >= self._count:
                return
            self._started += 1
        Thread(target=self._work, name=f"shall-work-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._waiting.get()()


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
