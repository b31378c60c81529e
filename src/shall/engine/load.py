"""Starts cases at a steady rate, whatever the service does: an open loop."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from shall.engine import case
from shall.engine.case import run_case
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.ports import Attachments, Loop
from shall.engine.redact import forget_values
from shall.engine.stop import Stop
from shall.messages import Message
from shall.results.records import CaseResult, RunStatus
from shall.transport.waits import Work


class Tally(Protocol):
    """Takes what is measured, in seconds."""

    def add(self, case: CaseResult, late_s: float, duration_s: float) -> None:
        """Take a case that started ``late_s`` too late, and lasted since it was to start."""
        ...

    def miss(self, waited_s: float) -> None:
        """Take a case that was due and did not start."""
        ...


class Arrivals(Struct, frozen=True):
    """When cases are to start: ``rate`` a second, for some time."""

    rate: float
    duration_s: float

    @property
    def count(self) -> int:
        """The number of cases."""
        return max(1, round(self.rate * self.duration_s))


class LoadContext(Struct, frozen=True):
    """What a load works with. ``clock`` is the one of the loop."""

    loop: Loop
    attachments: Attachments
    tally: Tally
    stop: Stop = field(default_factory=Stop)
    clock: Callable[[], float] = time.monotonic


class LoadEnd(Struct, frozen=True):
    """How a load ended. ``cut`` cases ran when it was interrupted."""

    status: RunStatus
    duration_s: float
    cut: int


def run_load(
    jobs: Sequence[Job], arrivals: Arrivals, options: RunOptions, context: LoadContext
) -> LoadEnd:
    """Start the jobs in turn, again and again, each at its time by the rate.

    A case that has to wait, since ``options.concurrency`` others run, is measured from when it was
    to start, so that a slow service does not slow its own measurement. What runs at the end may
    last for ``options.request_timeout_s`` more. A stop ends what runs, whose teardowns still run.
    """
    load = _Load(jobs, arrivals, options, context)
    context.stop.wake_with(context.loop.wake)
    try:
        return load.carry_out()
    finally:
        context.stop.wake_with(None)
        forget_values()


class _Load:
    """The cases that run now."""

    def __init__(
        self, jobs: Sequence[Job], arrivals: Arrivals, options: RunOptions, context: LoadContext
    ) -> None:
        self._jobs = jobs
        self._arrivals = arrivals
        self._context = context
        self._stop = context.stop
        self._begin = context.clock()
        self._end = self._begin + arrivals.duration_s
        timeout_s = arrivals.duration_s + options.request_timeout_s
        self._deadline = self._begin + timeout_s
        self._options = replace(options, deadline_s=self._deadline, run_timeout_s=timeout_s)
        self._next = 0
        self._cut = 0
        self._tasks: set[Any] = set()
        self._stopping = False
        self._has_ended = False
        self._is_full = False

    def carry_out(self) -> LoadEnd:
        """Run cases until all have ended, or the load is stopped."""
        clock, stop = self._context.clock, self._stop
        while True:
            if stop.status is None:
                self._start_due()
                if clock() >= self._end:
                    self._miss_until(self._end)
            elif not self._stopping:
                self._stop_all()
            if not self._tasks and (stop.status is not None or self._is_over()):
                break
            self._context.loop.step(self._until())
            if self._has_ended:
                self._has_ended = False
                self._tasks = {task for task in self._tasks if not task.is_done}
            if clock() >= self._deadline:
                stop.request(RunStatus.TIMED_OUT)
        return LoadEnd(stop.status or RunStatus.COMPLETE, clock() - self._begin, self._cut)

    def _is_over(self) -> bool:
        return self._next == self._arrivals.count

    def _at(self, number: int) -> float:
        """Return when a case is to start."""
        return self._begin + number / self._arrivals.rate

    def _until(self) -> float | None:
        """Return when to look again, if nothing ends before."""
        if self._stopping:
            return None
        if self._is_over():
            return self._deadline
        is_full = len(self._tasks) >= self._options.concurrency
        return self._end if is_full else self._at(self._next)

    def _start_due(self) -> None:
        now = self._context.clock()
        self._is_full = False
        while not self._is_over() and len(self._tasks) < self._options.concurrency:
            due = self._at(self._next)
            if due > now:
                return
            turn, number = divmod(self._next, len(self._jobs))
            job = replace(self._jobs[number], attempt=turn + 1)  # so that it draws other values
            self._next += 1
            task = self._context.loop.start(self._one(job, due))
            if not task.is_done:
                self._tasks.add(task)
        self._is_full = not self._is_over()

    def _miss_until(self, at: float) -> None:
        """Count the cases that were due before a time and did not start."""
        while not self._is_over() and self._at(self._next) < at:
            self._context.tally.miss(at - self._at(self._next))
            self._next += 1

    def _one(self, job: Job, due: float) -> Work[None]:
        clock = self._context.clock
        late_s = clock() - due
        try:
            if job.run is not None:
                result = yield from job.run(job, self._options, self._why_stopped)
            else:
                attachments = self._context.attachments
                result = yield from run_case(job, self._options, attachments, self._why_stopped)
        finally:
            self._has_ended = True
        if self._stop.status is RunStatus.INTERRUPTED:
            self._cut += 1
        else:
            self._context.tally.add(result, late_s, clock() - due)

    def _stop_all(self) -> None:
        self._stopping = True
        if self._is_full:  # else what is due now was kept from starting by the stop alone
            self._miss_until(min(self._context.clock(), self._end))
        for task in self._tasks:
            self._context.loop.stop(task, case.TEARDOWN_GRACE_S)

    def _why_stopped(self) -> Message:
        if self._stop.status is RunStatus.TIMED_OUT:
            return Message("run.timed_out", {"timeout_s": f"{self._options.run_timeout_s:g}"})
        return Message("run.interrupted", {})
