"""Runs the cases of a large run in several processes.

For Linux. The processes are forked, from a program that has no other thread. Each takes the
numbers of its cases from a pipe that all share, runs them on a loop of its own, and sends each
result, encoded, through a pipe of its own. What a run reports and stores comes from the parent
alone, as in a run of one process.

The parent holds the end of another pipe, which nobody writes to: when it is closed, by the parent
or with it, the workers stop their run as at Ctrl-C, teardowns included.
"""

import fcntl
import logging
import os
import selectors
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from shall.engine.budgets import Memory
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.ports import Attachments, Loop
from shall.engine.run import RunContext, RunReport, Tick, run_jobs
from shall.engine.stop import Stop
from shall.messages import Message
from shall.results.encoding import decode_case, encode_case
from shall.results.events import CaseFinished, CaseStarted, Emit, Event, RunFinished
from shall.results.records import CaseResult, Outcome, RunStatus, RunSummary

_MOST_SHARES = 1024
"""Parts into which the cases are divided: all their numbers fit into a pipe that nobody reads."""

_SHARE = struct.Struct("=I")
_HEAD = struct.Struct("=BII")
"""What a message is, the number of its case, and the bytes that follow."""

_CASE, _END = 0, 1

_LATEST_S = 0.02
"""A result is sent this long after its case ended."""

_LARGEST_BYTES = 1 << 16
_PIPE_BYTES = 1 << 20

_log = logging.getLogger(__name__)


class Workload(Struct, frozen=True):
    """The cases of a run and what runs them: ``read`` reads the jobs with some numbers."""

    keys: Sequence[str]
    read: Callable[[Iterable[int]], Iterable[Job]]
    make_loop: Callable[[], Loop]
    attachments: Attachments


class WorkerProcesses:
    """Processes that wait for ``run``. Close them, whatever happens.

    Raises:
        OSError: The system has no process or no pipe left.
    """

    def __init__(self, count: int, workload: Workload, options: RunOptions) -> None:
        self._workload = workload
        self._options = options
        self._share = -(-len(workload.keys) // _MOST_SHARES)
        self._shares, self._put_shares = os.pipe()
        self._lifetime, self._alive = os.pipe()
        self._open = {self._shares, self._put_shares, self._lifetime, self._alive}
        self._pids: set[int] = set()
        self._results: list[int] = []
        try:
            for number in range(count):
                self._fork(_part(options, number, count))
        except BaseException:
            self.close()
            raise
        self._close_one(self._shares)
        self._close_one(self._lifetime)

    def run(self, emit: Emit, stop: Stop, tick: Tick) -> RunSummary:
        """Run the cases and report them as ``run_jobs`` does; steps are not reported one by one."""
        keys = self._workload.keys
        report = RunReport(self._options, emit, stop)
        report.begin(len(keys), self._end_soon)
        if stop.status is not None:
            self._end_soon()
        missing = bytearray(b"\1" * len(keys))
        try:
            count = -(-len(keys) // self._share)
            os.write(self._put_shares, b"".join(map(_SHARE.pack, range(count))))
            self._close_one(self._put_shares)
            for number, encoded in self._received(stop, tick):
                missing[number] = 0
                result = decode_case(encoded)
                report.emit(CaseStarted(result.run_id, result.case_key, result.name))
                report.finished(number, result, encoded)
        finally:
            stop.wake_with(None)
        for number, key in enumerate(keys):
            if missing[number]:
                report.finished(number, _lost(key, self._options))
        return report.end()

    def close(self) -> None:
        """End the processes that still run; their teardowns do not run any more."""
        for end in tuple(self._open):
            self._close_one(end)
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._pids.clear()

    def _received(self, stop: Stop, tick: Tick) -> Iterator[tuple[int, bytes]]:
        """Return the results, encoded, as they come, until every worker has ended."""
        with selectors.DefaultSelector() as selector:
            for end in self._results:
                selector.register(end, selectors.EVENT_READ, bytearray())
            while selector.get_map():
                now = time.monotonic()
                due = tick(now)
                for key, _ in selector.select(None if due is None else max(0.0, due - now)):
                    data = os.read(key.fd, _PIPE_BYTES)
                    if not data:
                        selector.unregister(key.fd)
                    key.data.extend(data)
                    for kind, number, content in _messages(key.data):
                        if kind == _CASE:
                            yield number, content
                        elif content != RunStatus.COMPLETE.encode():
                            stop.request(RunStatus(content.decode()))

    def _end_soon(self) -> None:
        """Let the workers stop their runs. May be called from a signal handler."""
        self._close_one(self._alive)

    def _close_one(self, end: int) -> None:
        if end in self._open:
            self._open.discard(end)
            os.close(end)

    def _fork(self, options: RunOptions) -> None:
        results, put_results = os.pipe()
        self._open |= {results, put_results}
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._be_worker(options, put_results)
        self._pids.add(pid)
        self._results.append(results)
        self._close_one(put_results)
        _enlarge(results)

    def _be_worker(self, options: RunOptions, put_results: int) -> NoReturn:
        """Carry out what a worker does. The program that was forked never goes on in it."""
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to stop
            for end in self._open - {self._shares, self._lifetime, put_results}:
                os.close(end)
            self._work(options, put_results)
            status = 0
        except BrokenPipeError:  # the parent has ended
            pass
        except BaseException:  # noqa: BLE001 - what was asked of a fork ends in it
            _log.exception("a worker process failed")
        finally:
            os._exit(status)

    def _work(self, options: RunOptions, put_results: int) -> None:
        stop = Stop()
        Thread(target=_stop_with, args=(self._lifetime, stop), daemon=True).start()
        workload = self._workload
        sender = _Sender(put_results)
        loop = workload.make_loop()

        total = len(workload.keys)

        def numbers() -> Iterator[int]:
            for share in _taken(self._shares):
                first = share * self._share
                for number in range(first, min(first + self._share, total)):
                    sender.numbers.append(number)
                    yield number

        context = RunContext(loop, workload.attachments, sender.take, stop, sender.tick)
        run_jobs(workload.read(numbers()), total, options, context)
        loop.close()


class _Sender:
    """Sends the results of a worker to its parent, those that end soon after one another at once.

    ``numbers`` are the places of its cases in the whole run.
    """

    def __init__(self, end: int) -> None:
        self.numbers: list[int] = []
        self._end = end
        self._waiting = bytearray()
        self._due_at = 0.0

    def take(self, event: Event) -> None:
        """Take an event of the worker's run."""
        if type(event) is CaseFinished:
            if not self._waiting:
                self._due_at = time.monotonic() + _LATEST_S
            self._add(_CASE, self.numbers[event.number], encode_case(event.result))
            if len(self._waiting) > _LARGEST_BYTES:
                self._send()
        elif type(event) is RunFinished:
            self._add(_END, 0, event.summary.status.encode())
            self._send()

    def tick(self, now: float) -> float | None:
        """Send what waited long enough; return when the rest is due."""
        if self._waiting and now >= self._due_at:
            self._send()
        return self._due_at if self._waiting else None

    def _add(self, kind: int, number: int, content: bytes) -> None:
        self._waiting += _HEAD.pack(kind, number, len(content))
        self._waiting += content

    def _send(self) -> None:
        with memoryview(self._waiting) as left:
            sent = 0
            while sent < len(left):
                sent += os.write(self._end, left[sent:])
        self._waiting.clear()


def _messages(received: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """Remove whole messages from what was received, and return them."""
    at = 0
    while len(received) - at >= _HEAD.size:
        kind, number, length = _HEAD.unpack_from(received, at)
        end = at + _HEAD.size + length
        if end > len(received):
            break
        yield kind, number, bytes(received[at + _HEAD.size : end])
        at = end
    del received[:at]


def _taken(shares: int) -> Iterator[int]:
    """Take shares until none is left. A pipe hands out each of these bytes once."""
    while taken := os.read(shares, _SHARE.size):
        yield _SHARE.unpack(taken)[0]


def _stop_with(lifetime: int, stop: Stop) -> None:
    os.read(lifetime, 1)  # returns when no process holds the other end any more
    stop.request()


def _part(options: RunOptions, number: int, count: int) -> RunOptions:
    """Return the options of one worker: all of them together use what one process would."""
    concurrency = options.concurrency // count + (number < options.concurrency % count)
    memory = Memory(options.memory.limit_bytes // count)
    return replace(options, concurrency=concurrency, memory=memory)


def _enlarge(pipe: int) -> None:
    """Let a worker send more before it must wait for its parent, where the system allows it."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _lost(key: str, options: RunOptions) -> CaseResult:
    return CaseResult(
        run_id=options.run_id,
        case_key=key,
        name=key,
        outcome=Outcome.ERROR,
        started_at=datetime.now(UTC),
        duration_s=0.0,
        checks_executed=0,
        error=Message("run.worker_ended", {}),
        shard=options.shard_index,
        environment=options.environment,
    )
