"""A few threads that carry out blocking calls.

The end of the process does not wait for them, as it would for those of ``concurrent.futures``: a
call that nothing can stop would keep it from ending.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

MOST_WITH_STUCK = 64
"""Threads of calls that nothing can stop, such as the look-up of a name, and of the others."""


class Threads:
    """Threads that are started when needed. Belongs to one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._guard = threading.Lock()
        self._unfinished = 0

    def start(self, call: Callable[[], None]) -> None:
        """Run a call, which raises nothing, as soon as a thread is free."""
        with self._guard:
            self._unfinished += 1
            is_short = self._unfinished > len(self._threads)
        self._calls.put(call)
        if is_short:
            self._add()

    def replace_one(self) -> None:
        """Replace the thread of a call for which nobody waits any more."""
        self._most = min(self._most + 1, MOST_WITH_STUCK)
        if not self._calls.empty():
            self._add()

    def _add(self) -> None:
        if len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, name="shall-call", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self, patience_s: float) -> None:
        """Drop what has not begun, and wait for the rest at most so long."""
        with suppress(Empty):
            while True:
                self._calls.get_nowait()
        for _ in self._threads:
            self._calls.put(None)
        until = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            del call  # what it holds is not needed until the next one
            with self._guard:
                self._unfinished -= 1
