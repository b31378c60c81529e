"""Runs work that sends requests: libcurl's multi interface on a poller, all in one thread.

The loop knows what work may wait for (``transport.waits``) and nothing else. Connections are kept
and shared; each piece of work has its own cookies. Proxies of the environment are not used: a test
must not depend on where it runs.
"""

import math
import os
import time
from _thread import RLock
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from shall.errors import ShallError
from shall.transport.exchange import OPENS_WEBSOCKET, Request, Response
from shall.transport.http.transfer import Handle
from shall.transport.http.transfers import Transfers
from shall.transport.poller import READ, make_poller
from shall.transport.target_policy import TargetPolicy
from shall.transport.waits import (
    Call,
    Close,
    Pause,
    Receive,
    Send,
    Shield,
    Statement,
    Stopped,
    Wait,
    Work,
)

if TYPE_CHECKING:
    from shall.transport.http.websocket import WebSockets
    from shall.transport.threads import Threads

MAX_THREADS = 4
"""Threads that carry out blocking calls."""

STATEMENT_GRACE_S = 0.5
"""How long after its time a statement is broken off that the server itself did not end."""

CLOSE_GRACE_S = 1.0
"""How long to wait for blocking calls that were stopped: those that kill child processes, or that
look a name up."""

_now = time.monotonic


class Task:
    """Work that was started. ``is_done`` once it returned or raised."""

    __slots__ = ("execution", "handle", "is_done", "is_shielded", "token", "until", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.handle: Handle | None = None
        self.token = 0  # of what it waits for: what comes too late has another
        self.until: float | None = None
        self.execution: Any = None  # of the statement that it waits for
        self.is_done = False
        self.is_shielded = False


class CurlLoop:
    """Runs work in the thread that calls ``step``; only ``wake`` may be called from another."""

    def __init__(self, policy: TargetPolicy | None = None, processes: int = 1) -> None:
        """Open no connection yet.

        ``policy`` None denies only what nobody means to test. ``processes`` open connections to
        the same services at the same time, this one included.
        """
        self._poller = make_poller()
        self._policy = policy or TargetPolicy()
        self._transfers = Transfers(self._poller, self._policy, self._answered, processes)
        self._tasks: set[Task] = set()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_count = 0
        self._ready: deque[tuple[Task, int, Any, BaseException | None]] = deque()
        self._called: deque[tuple[Task, int, Any, BaseException | None]] = deque()
        self._threads: Threads | None = None
        self._sockets: WebSockets | None = None
        self._connections: Any = None
        self._woken_by, self._wakes = os.pipe()
        for end in (self._woken_by, self._wakes):
            os.set_blocking(end, False)
        self._poller.watch(READ, self._woken_by)
        self.turns: Any = None
        self._closing = RLock()
        self._closed = False

    def start(self, work: Work[Any]) -> Task:
        """Run work until it waits for the first time; what it raises is raised."""
        task = Task(work)
        self._tasks.add(task)
        self._resume(task, None, None)
        return task

    def step(self, until: float | None = None) -> None:
        """Wait until something happens, at the latest until ``until`` (monotonic), and go on.

        What work raises is raised; the others go on with the next call.
        """
        if not self._ready:
            self._poll(until)
        ready = self._ready
        while ready:
            task, token, value, error = ready.popleft()
            if task.token == token and not task.is_done:
                self._resume(task, value, error)

    def run(self, work: Work[Any]) -> Any:
        """Run one piece of work to its end; return what it returns, raise what it raises."""
        result: list[Any] = []

        def wrapped() -> Work[None]:
            result.append((yield from work))

        task = self.start(wrapped())
        while not task.is_done:
            self.step()
        return result[0]

    def stop(self, task: Task, grace_s: float = 0.0) -> None:
        """Raise ``Stopped`` where the task waits; from ``grace_s`` later on wherever it waits.

        A task that is shielded goes on until then, and may wait half of it for the same.
        """
        if task.is_done:
            return
        first, now, token = task.until is None, _now(), task.token
        task.until = now + grace_s
        if task.is_shielded:
            self._at(now + grace_s / 2, lambda: self._interrupt(task, token))
        else:
            self._interrupt(task)
        if first:
            self._at(task.until, lambda: self._interrupt(task))

    def wake(self) -> None:
        """Make ``step`` return soon. May be called from any thread and from a signal handler."""
        with self._closing, suppress(BlockingIOError):  # a full pipe wakes, too
            if not self._closed:
                os.write(self._wakes, b"\0")

    def close(self) -> None:
        """Close every connection; work that waits is closed where it waits."""
        if self._closed:
            return
        with self._closing:  # a wake from now on reaches no descriptor that was reused
            self._closed = True
            os.close(self._wakes)
        for task in list(self._tasks):
            task.is_done = True
            if task.execution is not None:
                task.execution.stop()
            task.work.close()
            self._close_socket(task)
        self._transfers.close(CLOSE_GRACE_S)
        self._poller.close()
        os.close(self._woken_by)
        if self._threads is not None:
            self._threads.close(CLOSE_GRACE_S)
        if self._connections is not None:
            self._connections.close()

    def _resume(self, task: Task, value: Any, error: BaseException | None) -> None:
        try:
            while True:
                work = task.work
                wait = work.throw(error) if error is not None else work.send(value)
                if task.until is not None and _now() >= task.until:
                    error = Stopped()
                    continue
                error = self._begin(task, wait)
                if error is None:
                    return
        except StopIteration:
            self._end(task)
        except BaseException:
            self._end(task)
            raise

    def _end(self, task: Task) -> None:
        task.is_done = True
        self._tasks.discard(task)
        if task.handle is not None:
            self._close_socket(task)
            self._transfers.give_back(task.handle)
            task.handle = None

    def _begin(self, task: Task, wait: Wait) -> ShallError | None:
        """Begin to wait; return what went wrong at once."""
        task.token += 1
        if type(wait) is not Request:
            return self._begin_other(task, wait)
        if task.handle is None:
            task.handle = self._transfers.handle()
        try:
            transfer = self._transfers.begin(task.handle, wait, task)
        except ShallError as error:
            return error
        if wait.method == OPENS_WEBSOCKET:  # libcurl limits only the time to connect
            expire = partial(self._transfers.expire, task.handle, transfer)
            self._at(_now() + wait.timeout_s, expire)
        return None

    def _begin_other(self, task: Task, wait: Wait) -> ShallError | None:
        if isinstance(wait, Shield):
            task.is_shielded = True
            self._ready.append((task, task.token, None, None))
        elif isinstance(wait, Pause):
            token = task.token
            self._at(_now() + wait.seconds, lambda: self._ready.append((task, token, None, None)))
        elif isinstance(wait, Call):
            self._begin_call(task, wait)
        elif isinstance(wait, Send | Receive | Close):
            return self._converse(task, wait)
        elif isinstance(wait, Statement):
            return self._begin_statement(task, wait)
        return None

    def _converse(self, task: Task, wait: Send | Receive | Close) -> ShallError | None:
        if isinstance(wait, Close):
            self._close_socket(task)
            self._ready.append((task, task.token, None, None))
            return None
        if self._sockets is None:
            from shall.transport.http.websocket import WebSockets  # few requests open one

            self._sockets = WebSockets(self._poller, self._at, self._received)
        socket = None if task.handle is None else task.handle.socket
        if socket is None:
            raise RuntimeError("no WebSocket is open")
        try:
            self._sockets.begin(socket, wait, task, task.token)
        except ShallError as error:
            return error
        return None

    def _received(self, task: Task, token: int, value: Any, error: ShallError | None) -> None:
        self._ready.append((task, token, value, error))

    def _close_socket(self, task: Task) -> None:
        handle = task.handle
        if handle is not None and handle.socket is not None:
            if self._sockets is not None:
                self._sockets.forget(handle.socket)
            self._transfers.close_socket(handle)

    def _answered(self, task: Task, response: Response | None, error: ShallError | None) -> None:
        self._ready.append((task, task.token, response, error))

    def _interrupt(self, task: Task, token: int | None = None) -> None:
        """Raise ``Stopped`` where a task waits, with a token only if it still waits for that."""
        if task.is_done or token not in (None, task.token):
            return
        task.token += 1
        if task.handle is not None and task.handle.transfer is not None:
            self._transfers.cancel(task.handle)
        self._close_socket(task)
        if task.execution is not None:
            task.execution.stop()
        self._ready.append((task, task.token, None, Stopped()))

    def _begin_call(self, task: Task, call: Call) -> None:
        if self._threads is None:
            from shall.transport.threads import Threads  # only those who block pay for it

            self._threads = Threads(MAX_THREADS)
        token = task.token

        def carry_out() -> None:
            value, error = None, None
            try:
                value = call.function()
            except BaseException as raised:  # noqa: BLE001 - raised where the work waits
                error = raised
            self._called.append((task, token, value, error))
            self.wake()

        self._threads.start(carry_out)

    def _begin_statement(self, task: Task, statement: Statement) -> ShallError | None:
        """Carry out a statement in a thread; break it off where its server does not end it."""
        try:
            from shall.transport.sql.connections import Connections, Execution  # few cases query
        except ImportError:
            from shall.transport.sql.statement import missing_extra

            return missing_extra(statement.database.kind)
        if self._connections is None:
            self._connections = Connections(self._policy)
        task.execution = execution = Execution(self._connections, statement)
        token = task.token

        def look() -> None:
            left_s = execution.left_s
            if left_s is not None and left_s <= -STATEMENT_GRACE_S:
                execution.stop()  # its thread may still look a name up, or connect
                if self._threads is not None:
                    self._threads.replace_one()
                self._ready.append((task, token, None, execution.timed_out()))
            elif left_s is not None:
                self._at(_now() + left_s + STATEMENT_GRACE_S, look)

        look()
        self._begin_call(task, Call(execution))
        return None

    def _poll(self, until: float | None) -> None:
        now = _now()
        transfers = self._transfers
        act_at = transfers.act_on_time(now)
        if act_at is not None:
            act = transfers.act
            for fd, mask in self._wait(self._patience(until, act_at, now)):
                if fd == self._woken_by:
                    self._empty_pipe()
                elif self._sockets is not None and self._sockets.act(fd):
                    pass
                else:
                    act(fd, mask)
        transfers.settle()
        if self._timers:
            self._ring(_now())
        while self._called:
            self._ready.append(self._called.popleft())

    def _wait(self, timeout_s: float | None) -> Iterable[tuple[int, int]]:
        if self.turns is None:
            return self._poller.wait(timeout_s)
        self.turns.release()
        try:
            return list(self._poller.wait(timeout_s))
        finally:
            self.turns.acquire()

    def _patience(self, until: float | None, act_at: float, now: float) -> float | None:
        first = act_at if until is None or act_at < until else until
        next_at = self._transfers.next_at
        if next_at is not None and next_at < first:
            first = next_at
        if self._timers and self._timers[0][0] < first:
            first = self._timers[0][0]
        return None if first == math.inf else max(0.0, first - now)

    def _empty_pipe(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._woken_by, 4096):
                pass

    def _at(self, when: float, action: Callable[[], None]) -> None:
        from heapq import heappush  # few cases wait

        self._timer_count += 1
        heappush(self._timers, (when, self._timer_count, action))

    def _ring(self, now: float) -> None:
        while self._timers and self._timers[0][0] <= now:
            from heapq import heappop  # as above

            heappop(self._timers)[2]()
