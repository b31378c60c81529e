"""Calls on their way to the database: taken at once, written in batches by one thread."""

import atexit
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

from shall.errors import ShallError
from shall.log import Log
from shall.store.base import CallRecord

BATCH = 500
WAIT_S = 0.1
"""How long a call waits for others to be written with it, in seconds."""

CAPACITY = 10_000
ROOM_WAIT_S = 5.0
"""How long ``put`` waits at most for room in a full buffer that is being written, in seconds."""

RETRY_S = 1.0
"""Pause after a write that failed, in seconds."""

_log = Log(__name__)


class CallBuffer:
    """Holds calls until ``write`` took them; no method raises what ``write`` raises.

    While writing fails, one warning is logged, what waits is tried again, and calls beyond the
    capacity are counted and let go. The thread starts with the first call; it is a daemon, and
    what waits is written when the interpreter exits.
    """

    def __init__(self, write: Callable[[Sequence[CallRecord]], None]) -> None:
        self._write = write
        self._waiting: deque[CallRecord] = deque()
        self._changed = threading.Condition()
        self._writing = threading.Lock()  # taken before _changed, never after it
        self._thread: threading.Thread | None = None
        self._closed = False
        self._fails = False
        self._lost = 0

    def put(self, call: CallRecord) -> None:
        """Add a call. Waits shortly where the buffer is full."""
        with self._changed:
            if len(self._waiting) >= CAPACITY:
                self._changed.wait_for(self._has_room_or_fails, ROOM_WAIT_S)
            if self._closed or len(self._waiting) >= CAPACITY:
                self._lost += 1
                return
            self._waiting.append(call)
            if self._thread is None:
                self._start()
            if len(self._waiting) in {1, BATCH}:
                self._changed.notify_all()

    def flush(self) -> None:
        """Write every call that was taken before."""
        with self._writing:
            left = len(self._waiting)
            while left > 0 and (written := self._write_batch()):
                left -= written

    def close(self) -> None:
        """Write what waits and end the thread. Calls that come later are let go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            atexit.unregister(self.flush)
        self.flush()
        if self._waiting or self._lost:
            _log.warning("%d tool calls are not logged", len(self._waiting) + self._lost)
            self._waiting.clear()
            self._lost = 0

    def _start(self) -> None:
        """Start the thread; where the system has none left, the next call or the end does."""
        thread = threading.Thread(target=self._work, name="shall-calls", daemon=True)
        with suppress(RuntimeError):
            thread.start()
            self._thread = thread
            atexit.register(self.flush)

    def _work(self) -> None:
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._fails:
                    self._changed.wait_for(lambda: self._closed, RETRY_S)
                else:
                    self._changed.wait_for(self._is_due, WAIT_S)
            if not self._closed:
                self.flush()

    def _has_room_or_fails(self) -> bool:
        return len(self._waiting) < CAPACITY or self._fails

    def _is_due(self) -> bool:
        return self._closed or len(self._waiting) >= BATCH

    def _write_batch(self) -> int:
        """Write at most ``BATCH`` calls; return how many, 0 where that failed."""
        with self._changed:
            batch = list(islice(self._waiting, BATCH))
        try:
            self._write(batch)
        except ShallError as error:
            if not self._fails:
                _log.warning("tool calls cannot be logged for now: %s", error)
            with self._changed:
                self._fails = True
                self._changed.notify_all()
            return 0
        with self._changed:
            for _ in batch:
                self._waiting.popleft()
            self._changed.notify_all()
            lost, self._lost, self._fails = self._lost, 0, False
        if lost:
            _log.warning("tool calls are logged again; %d are missing", lost)
        return len(batch)
