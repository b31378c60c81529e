"""Runs the cases of a large run in several processes.

For Linux. The processes are forked from a program that has no other thread; a program that has some
starts another one for each (``spawned_workers``). Each takes the numbers of its cases from a pipe
that all share, runs them on a loop of its own, and sends each result, encoded, through a pipe of
its own. What a run reports and stores comes from the parent alone, as in a run of one process.

The parent holds the end of another pipe, which nobody writes to: when it is closed, by the parent
or with it, the workers stop their run as at Ctrl-C, teardowns included.
"""

import _signal  # type: ignore[import-not-found]  # signal makes enumerations
import fcntl
import math
import os
import selectors
import struct
import sys
import time
from _thread import start_new_thread  # a program with threading is slower to start
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import NoReturn, Protocol

from msgspec import Struct
from msgspec.structs import replace

from shall.engine.budgets import Memory
from shall.engine.case import TEARDOWN_GRACE_S
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.ports import Attachments, Loop, Turns
from shall.engine.process_future import ProcessFuture
from shall.engine.run import Beginning, RunContext, RunReport, Tick, run_jobs
from shall.engine.stop import Stop
from shall.log import Log
from shall.messages import Message
from shall.results.encoding import decode_case, encode_case, figures_of
from shall.results.events import CaseFinished, CaseStarted, Emit, Event, RunFinished
from shall.results.records import CaseResult, Outcome, RunStatus, RunSummary

_MOST_SHARES = 1024
"""Parts into which the cases are divided."""

_SHARE = struct.Struct("=I")
_HEAD = struct.Struct("=BIII")
"""What a message is, the number of its case, and the bytes of its figures and of the whole."""

_CASE, _END, _READY = 0, 1, 2

_Result = tuple[int, bytes, bytes]
"""The number of a case, its figures, empty where they are in the whole, and the whole, encoded."""

_LATEST_S = 0.02
"""A result is sent this long after its case ended."""

_START_S = 30.0
"""How long a program that is started may take until it can work."""

_END_S = TEARDOWN_GRACE_S + 5.0
"""How long workers may take to end once their run is over or shall stop; then they are killed."""

_LARGEST_BYTES = 1 << 16
_PIPE_BYTES = 1 << 20
_INBOX_BYTES = 1 << 18

_log = Log(__name__)


class Workload(Struct, frozen=True):
    """The cases of a run and what runs them: ``read`` reads the jobs with some numbers.

    ``rows`` are the numbers of their rows of data; empty where no case has any. The cases with the
    numbers ``joined`` are run by the process that runs the one before. ``future`` is what reading
    jobs may wait for.
    """

    keys: Sequence[str]
    read: Callable[[Iterable[int]], Iterable[Job]]
    make_loop: Callable[[], Loop]
    attachments: Attachments
    rows: Sequence[int] = ()
    joined: frozenset[int] = frozenset()
    future: ProcessFuture | None = None

    def shares(self) -> Sequence[range]:
        """Return the numbers of the cases in the parts that a process takes at once.

        All parts fit into a pipe that nobody reads.
        """
        total = len(self.keys)
        size = -(-total // _MOST_SHARES)
        if not self.joined:
            return [range(at, min(at + size, total)) for at in range(0, total, size or 1)]
        starts = [0]
        for number in range(1, total):
            if number - starts[-1] >= size and number not in self.joined:
                starts.append(number)
        return [range(*it) for it in pairwise((*starts, total))]


class Ends(Struct, frozen=True):
    """The ends of pipes that a worker has: it reads ``shares`` and ``lifetime``."""

    shares: int
    lifetime: int
    results: int


class Process(Protocol):
    """A process that was started."""

    def kill(self) -> None:
        """End it; nothing happens where it has ended."""
        ...

    def wait(self) -> object:
        """Wait for its end."""
        ...


Start = Callable[[int, Ends], Process]
"""Starts the worker with a number as a program of its own, which calls ``work``."""


class WorkerProcesses:
    """Processes that run cases; ``run`` takes their results. Close them, whatever happens.

    They begin at once: what the caller opens until then takes a tenth of a short run. They are
    forked, unless ``start`` starts them. ``turns``, one of which the caller has, are given back
    while it waits.

    Raises:
        OSError: The system has no process or no pipe left, or a program did not start.
    """

    def __init__(
        self,
        count: int,
        workload: Workload,
        options: RunOptions,
        start: Start | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._workload = workload
        self._options = options
        self._turns = turns
        self._shares, self._put_shares = os.pipe()
        self._lifetime, self._alive = os.pipe()
        self._open = {self._shares, self._put_shares, self._lifetime, self._alive}
        self._processes: list[Process] = []
        self._results: list[int] = []
        try:
            for number in range(count):
                self._start(number, start or self._forked(part(options, number, count)))
            self._close_one(self._shares)
            if start is not None:
                self._wait_until_ready()
            shares = range(len(workload.shares()))
            self._began = Beginning()
            os.write(self._put_shares, b"".join(map(_SHARE.pack, shares)))
            self._close_one(self._put_shares)
        except BaseException:
            self.close()
            raise

    def run(self, emit: Emit, stop: Stop, tick: Tick) -> RunSummary:
        """Run the cases and report them as ``run_jobs`` does; steps are not reported one by one."""
        keys = self._workload.keys
        report = RunReport(self._options, emit, stop, self._began)
        report.begin(len(keys), self._end_soon)
        if stop.status is not None:
            self._end_soon()
        missing = bytearray(b"\1" * len(keys))
        try:
            for number, figures, encoded in self._received(stop, tick, report.options.deadline_s):
                missing[number] = 0
                result = decode_case(figures or encoded)
                report.emit(CaseStarted(result.run_id, result.case_key, result.name))
                report.finished(number, result, encoded)
        finally:
            stop.wake_with(None)
        for number, key in enumerate(keys):
            if missing[number]:
                row = self._workload.rows[number] if self._workload.rows else -1
                attempt = number // (len(keys) // self._options.repeat) + 1
                report.finished(number, _lost(key, row, attempt, self._options))
        return report.end()

    def close(self) -> None:
        """End the processes that still run; their teardowns do not run any more."""
        for end in tuple(self._open):
            self._close_one(end)
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()

    def _received(self, stop: Stop, tick: Tick, deadline_s: float) -> Iterator[_Result]:
        """Return the results until every worker is done or should be."""
        left = set(self._results)
        until = deadline_s + _END_S
        with selectors.DefaultSelector() as selector:
            for end in left:
                selector.register(end, selectors.EVENT_READ, Inbox(end))
            selector.register(self._lifetime, selectors.EVENT_READ)
            while left and (now := time.monotonic()) < until:
                due = tick(now)
                for key, _ in self._wait(selector, min(until, due or until) - now):
                    if key.fd == self._lifetime:  # the run shall stop
                        until = time.monotonic() + _END_S
                        is_done = True
                    else:
                        results, is_done = key.data.read(stop)
                        yield from results
                    if is_done:
                        selector.unregister(key.fd)
                        left.discard(key.fd)
        if left:
            stop.request(RunStatus.TIMED_OUT)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _START_S
        with selectors.DefaultSelector() as selector:
            for end in self._results:
                selector.register(end, selectors.EVENT_READ)
            while selector.get_map():
                ready = self._wait(selector, until - time.monotonic())
                if not ready:
                    raise TimeoutError(f"A worker process did not start in {_START_S:g} s.")
                for key, _ in ready:
                    if not os.read(key.fd, _HEAD.size):
                        raise ChildProcessError("A worker process did not start.")
                    selector.unregister(key.fd)

    def _wait(
        self, selector: selectors.BaseSelector, timeout_s: float
    ) -> list[tuple[selectors.SelectorKey, int]]:
        timeout = max(0.0, timeout_s) if timeout_s < math.inf else None
        if self._turns is None:
            return selector.select(timeout)
        self._turns.release()
        try:
            return selector.select(timeout)
        finally:
            self._turns.acquire()

    def _end_soon(self) -> None:
        """Stop the runs of the workers. May be called from any thread and a signal handler."""
        self._close_one(self._alive)

    def _close_one(self, end: int) -> None:
        with suppress(KeyError):  # somebody else closes it at this moment, or has
            self._open.remove(end)
            os.close(end)

    def _start(self, number: int, start: Start) -> None:
        results, put_results = os.pipe()
        self._open |= {results, put_results}
        process = start(number, Ends(self._shares, self._lifetime, put_results))
        self._processes.append(process)
        self._results.append(results)
        self._close_one(put_results)
        _enlarge(results)

    def _forked(self, options: RunOptions) -> Start:
        def fork(_: int, ends: Ends) -> Process:
            sys.stdout.flush()
            sys.stderr.flush()
            pid = os.fork()
            if pid == 0:
                self._be_worker(options, ends)
            return _Fork(pid)

        return fork

    def _be_worker(self, options: RunOptions, ends: Ends) -> NoReturn:
        """Run a worker. The program that was forked never goes on in it."""
        status = 1
        try:
            for end in self._open - {ends.shares, ends.lifetime, ends.results}:
                os.close(end)
            if self._workload.future is not None:
                self._workload.future.begin_waiting()
            work(self._workload, options, ends)
            status = 0
        except BaseException:  # noqa: BLE001 - what was asked of a fork ends in it
            _log.exception("a worker process failed")
        finally:
            os._exit(status)


class _Fork(Struct, frozen=True):
    """A process that was forked."""

    pid: int

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, _signal.SIGKILL)

    def wait(self) -> None:
        os.waitpid(self.pid, 0)


def work(workload: Workload, options: RunOptions, ends: Ends, *, is_spawned: bool = False) -> None:
    """Run cases as a worker process does, until no share of them is left.

    It ends early when its parent stops the run or has ended; signals to all are the parent's.
    """
    for each in (_signal.SIGINT, _signal.SIGTERM):  # the parent says when to stop
        _signal.signal(each, lambda *_: None)  # what a case starts does not inherit that
    stop = Stop()
    start_new_thread(_stop_with, (ends.lifetime, stop))
    sender = Sender(ends.results)
    total = len(workload.keys)
    parts = workload.shares()

    def numbers() -> Iterator[int]:
        for share in _taken(ends.shares):
            for number in parts[share]:
                sender.numbers.append(number)
                yield number

    with suppress(BrokenPipeError):  # the parent has ended
        if is_spawned:
            sender.send_ready()
        loop = workload.make_loop()
        context = RunContext(loop, workload.attachments, sender.take, stop, sender.tick)
        run_jobs(workload.read(numbers()), total, options, context)
        loop.close()


class Sender:
    """Sends the results of a worker to its parent, those that end soon after one another at once.

    ``numbers`` are the places of its cases in the whole run.
    """

    def __init__(self, end: int) -> None:
        self.numbers: list[int] = []
        self._end = end
        self._waiting = bytearray()
        self._due_at = 0.0

    def take(self, event: Event) -> None:
        """Handle an event of the worker's run."""
        if type(event) is CaseFinished:
            if not self._waiting:
                self._due_at = time.monotonic() + _LATEST_S
            encoded = encode_case(event.result)
            figures = figures_of(event.result, encoded)
            figures = b"" if figures is encoded else figures
            self._add(_CASE, self.numbers[event.number], encoded, figures)
            if len(self._waiting) > _LARGEST_BYTES:
                self._send()
        elif type(event) is RunFinished:
            self._add(_END, 0, event.summary.status.encode())
            self._send()

    def send_ready(self) -> None:
        """Send that the worker can begin."""
        self._add(_READY, 0, b"")
        self._send()

    def tick(self, now: float) -> float | None:
        """Send what waited long enough; return when the rest is due."""
        if self._waiting and now >= self._due_at:
            self._send()
        return self._due_at if self._waiting else None

    def _add(self, kind: int, number: int, content: bytes, figures: bytes = b"") -> None:
        self._waiting += _HEAD.pack(kind, number, len(figures), len(content))
        self._waiting += figures
        self._waiting += content

    def _send(self) -> None:
        # Where the parent has ended, the run is stopped: it goes on to its teardowns until then.
        with suppress(BrokenPipeError), memoryview(self._waiting) as left:
            sent = 0
            while sent < len(left):
                sent += os.write(self._end, left[sent:])
        self._waiting.clear()


class Inbox:
    """What a worker sends, in one buffer: new memory costs a page fault for each page."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._data = bytearray(_INBOX_BYTES)
        self._size = 0

    def read(self, stop: Stop) -> tuple[list[_Result], bool]:
        """Read what is there; return the results that are whole, or stop as the worker did.

        The second value says whether it sent the end of its run, which its process outlives, or
        has ended.
        """
        if self._size == len(self._data):  # of one large result
            self._data.extend(bytes(self._size))
        with memoryview(self._data) as data, data[self._size :] as room:
            size = os.readv(self._end, (room,))
            self._size += size
            results, at, is_done = _results_in(data[: self._size], stop)
        if at:
            left = self._data[at : self._size]
            self._data[: len(left)] = left
            self._size = len(left)
        return results, is_done or not size


def _results_in(received: memoryview, stop: Stop) -> tuple[list[_Result], int, bool]:
    """Return the results in what a worker sent, and where the first begins that is not whole.

    The last value says whether the worker sent the end of its run.
    """
    results: list[_Result] = []
    at = 0
    is_done = False
    while len(received) - at >= _HEAD.size:
        kind, number, figures, length = _HEAD.unpack_from(received, at)
        start = at + _HEAD.size
        middle = start + figures
        if middle + length > len(received):
            break
        at = middle + length
        content = bytes(received[middle:at])
        if kind == _CASE:
            results.append((number, bytes(received[start:middle]), content))
            continue
        is_done = True
        if content != RunStatus.COMPLETE.encode():
            stop.request(RunStatus(content.decode()))
    return results, at, is_done


def _taken(shares: int) -> Iterator[int]:
    """Take shares until none is left. A pipe hands out each of these bytes once."""
    while taken := os.read(shares, _SHARE.size):
        yield _SHARE.unpack(taken)[0]


def _stop_with(lifetime: int, stop: Stop) -> None:
    os.read(lifetime, 1)  # returns when no process holds the other end any more
    stop.request()


def part(options: RunOptions, number: int, count: int) -> RunOptions:
    """Return the options of one worker: all of them together use what one process would."""
    concurrency = options.concurrency // count + (number < options.concurrency % count)
    memory = Memory(options.memory.limit_bytes // count)
    return replace(options, concurrency=concurrency, memory=memory, worker=number + 1)


def _enlarge(pipe: int) -> None:
    """Enlarge the pipe of a worker, where the system allows it, so that it waits less."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _lost(key: str, row: int, attempt: int, options: RunOptions) -> CaseResult:
    return CaseResult(
        run_id=options.run_id,
        case_key=key,
        name=key,
        outcome=Outcome.ERROR,
        started_at=datetime.now(UTC),
        duration_s=0.0,
        checks_executed=0,
        error=Message("run.worker_ended", {}),
        data_row=None if row < 0 else str(row + 1),
        attempt=attempt,
        shard=options.shard_index,
        environment=options.environment,
        repeats=options.repeats,
    )
