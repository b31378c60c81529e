"""Carries out what callers ask for beside the event loop that serves them.

Whatever a caller sends takes time in proportion to its size, or to what its patterns do, and an
event loop that computes answers nobody. Python threads take turns, so only a few may compute at
once: the loop waits at most that many turns (``sys.getswitchinterval``, 5 ms each). The threads are
daemons: a process that was told to end does not wait for them.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Generic, ParamSpec, TypeVar

COMPUTING = 4
"""How many threads may compute at once."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Workers:
    """A few threads for calls, and one for each run; started when they are first needed."""

    def __init__(self, count: int = COMPUTING) -> None:
        self._count = count
        self._turns = BoundedSemaphore(count)
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
                with self._turns:
                    answer.settle(lambda: context.run(function, *args, **kwargs))

        self._waiting.put(work)
        self._start_one()
        return await answer.future

    async def run(self, make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Return what a coroutine returns, run by an event loop in a thread of its own.

        It computes in turns with the calls, and waits for the network without one. Cancelling
        cancels it there and waits until it has ended; cancelling again waits no longer.
        """
        answer = _Answer[Result](asyncio.get_running_loop())
        apart = _Apart(make, self._turns)
        context = copy_context()

        def work() -> None:
            answer.settle(lambda: context.run(apart.run))

        Thread(target=work, name="shall-run", daemon=True).start()
        try:
            return await asyncio.shield(answer.future)
        except asyncio.CancelledError:
            apart.cancel()
            if not answer.future.done():
                await asyncio.wait([answer.future])
            raise

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


class _Apart(Generic[Result]):
    """A coroutine in an event loop of its own thread."""

    def __init__(
        self, make: Callable[[], Coroutine[Any, Any, Result]], turns: BoundedSemaphore
    ) -> None:
        self._make = make
        self._turns = turns
        self._lock = Lock()
        self._is_cancelled = False
        self._cancel_task: Callable[[], object] | None = None

    def run(self) -> Result:
        """Run the coroutine to its end in this thread."""
        with self._turns, asyncio.Runner(loop_factory=self._make_loop) as runner:
            return runner.run(self._main())

    def cancel(self) -> None:
        """Cancel the coroutine, from any thread; one that has not begun never does."""
        with self._lock:
            self._is_cancelled = True
            if self._cancel_task is not None:
                with suppress(RuntimeError):  # its loop was closed: it has ended
                    self._cancel_task()

    async def _main(self) -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        with self._lock:
            if self._is_cancelled:
                raise asyncio.CancelledError
            self._cancel_task = partial(loop.call_soon_threadsafe, task.cancel)
        return await self._make()

    def _make_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.SelectorEventLoop(_TurnSelector(self._turns))
        loop.set_default_executor(_TurnExecutor(self._turns))
        return loop


class _TurnSelector(selectors.DefaultSelector):
    """Lets others compute while its event loop waits."""

    def __init__(self, turns: BoundedSemaphore) -> None:
        super().__init__()
        self._turns = turns

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait without a turn."""
        self._turns.release()
        try:
            return super().select(timeout)
        finally:
            self._turns.acquire()


class _TurnExecutor(ThreadPoolExecutor):
    """Calls what an event loop hands to threads, each with a turn."""

    def __init__(self, turns: BoundedSemaphore) -> None:
        super().__init__(max_workers=1, thread_name_prefix="shall-run")
        self._turns = turns

    def submit(
        self, function: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        """Call a function in a thread, when it is its turn."""
        return super().submit(partial(self._call, function, *args, **kwargs))

    def _call(self, function: Callable[[], Result]) -> Result:
        with self._turns:
            return function()
