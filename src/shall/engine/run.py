"""Runs jobs side by side and emits events."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from shall.engine import case
from shall.engine.case import run_case
from shall.engine.job import Job
from shall.engine.options import RunOptions
from shall.engine.redact import forget_values
from shall.engine.stop import Stop
from shall.messages import Message
from shall.results.events import CaseFinished, CaseStarted, Emit, Event, RunFinished, RunStarted
from shall.results.records import PASSED, SKIPPED, CaseResult, RunStatus, RunSummary
from shall.results.summary import Summing
from shall.transport.waits import Work

if TYPE_CHECKING:
    from shall.engine.ports import Attachments, Loop

Tick = Callable[[float], float | None]
"""Is called with the (monotonic) time; returns when it wants to be called again at the latest."""


class RunContext(Struct, frozen=True):
    """What a run works with. ``tick`` is called before each wait."""

    loop: "Loop"
    attachments: "Attachments"
    emit: Emit
    stop: Stop = field(default_factory=Stop)
    tick: Tick = lambda _: None


def run_jobs(
    jobs: Iterable[Job], total: int, options: RunOptions, context: RunContext
) -> RunSummary:
    """Run the jobs, at most ``options.concurrency`` at once; ``total`` says how many there are.

    A job is taken when there is room for it. When the run's time is over or a stop is asked for,
    requests in flight are stopped, teardowns still run (bounded), cases that had not begun are
    skipped, and the summary says why. A listener that raises stops the run likewise; what it
    raised is raised at the end.
    """
    report = RunReport(options, context.emit, context.stop)
    run = _Run(report, context)
    report.begin(total, context.loop.wake)
    try:
        run.carry_out(jobs)
    finally:
        context.stop.wake_with(None)
        forget_values()
    return report.end()


class Beginning(Struct, frozen=True):
    """When a run began: ``at`` is aware UTC."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    monotonic_s: float = field(default_factory=time.monotonic)


class RunReport:
    """What a run reports from its beginning to its end: its events, and their sums.

    ``began`` is when its first cases may have begun, if that was before.
    """

    def __init__(
        self, options: RunOptions, emit: Emit, stop: Stop, began: Beginning | None = None
    ) -> None:
        began = began or Beginning()
        self._at, self._started = began.at, began.monotonic_s
        until = self._started + options.run_timeout_s
        self.options = replace(options, deadline_s=min(options.deadline_s, until))
        self._sum = Summing()
        self._emit = emit
        self._stop = stop
        self._raised: BaseException | None = None

    def begin(self, total: int, wake: Callable[[], None]) -> None:
        """Report that the run begins; ``wake`` is called whenever it shall stop."""
        options = self.options
        self.emit(RunStarted(options.run_id, self._at, total, options.environment, options.shard))
        self._stop.wake_with(wake)

    def emit(self, event: Event) -> None:
        """Pass an event on; a listener that raises is asked no more, and the run stops."""
        if self._raised is not None:
            return
        try:
            self._emit(event)
        except BaseException as error:  # noqa: BLE001 - raised again when the teardowns are done
            self._raised = error
            self._stop.request()

    def finished(self, number: int, result: CaseResult, encoded: bytes | None = None) -> None:
        """Count and report a case that ended."""
        self._sum.add(number, result)
        self.emit(CaseFinished(result, number, encoded))

    def end(self) -> RunSummary:
        """Report that the run ended; raise what a listener raised."""
        ended = RunStatus.STOPPED if self._stop.is_finishing else RunStatus.COMPLETE
        summary = self._sum.summary(
            run_id=self.options.run_id,
            started_at=self._at,
            duration_s=time.monotonic() - self._started,
            status=self._stop.status or ended,
            environment=self.options.environment,
            left_out=self.options.left_out,
        )
        self.emit(RunFinished(summary))
        if self._raised is not None:
            raise self._raised
        return summary


class _Run:
    """The cases that run now."""

    def __init__(self, report: RunReport, context: RunContext) -> None:
        self.options = report.options
        self.report = report
        self.loop = context.loop
        self.attachments = context.attachments
        self.stop = context.stop
        self._tick = context.tick
        self._stopping = False
        self._tasks: set[Any] = set()
        self._has_ended = False
        """Whether any of the tasks has ended."""

    def carry_out(self, jobs: Iterable[Job]) -> None:
        """Run the jobs until all are done, or the run is stopped."""
        until = self.options.deadline_s
        left = _Waiting(jobs)
        while True:
            if self.stop.status is None:
                self._start_from(left)
            elif not self._stopping:
                self._stop_all()
            if not self._tasks:
                break
            self._step(until)
            if time.monotonic() >= until:
                self.stop.request(RunStatus.TIMED_OUT)
        for number, job in left.rest():
            self.report.finished(number, _not_started(job, self.options))

    def _step(self, until: float) -> None:
        """Wait until something happens, and go on."""
        due = self._tick(time.monotonic())
        if not self._stopping:
            due = until if due is None else min(due, until)
        self.loop.step(due)
        if self._has_ended:
            self._has_ended = False
            self._tasks = {task for task in self._tasks if not task.is_done}

    def why_stopped(self) -> Message:
        """Return what cases say that were stopped: somebody did, unless the time was over."""
        if self.stop.status is RunStatus.TIMED_OUT:
            return Message("run.timed_out", {"timeout_s": f"{self.options.run_timeout_s:g}"})
        return Message("run.interrupted", {})

    def _start_from(self, jobs: "_Waiting") -> None:
        while len(self._tasks) < self.options.concurrency and self.stop.status is None:
            if self.stop.is_finishing:
                return
            following = jobs.next_ready()
            if following is None:
                return
            work = self._one(*following, jobs)
            task = self.loop.start(work)
            if not task.is_done:
                self._tasks.add(task)

    def _one(self, number: int, job: Job, jobs: "_Waiting") -> Work[None]:
        name = job.case.name if job.case else job.key
        self.report.emit(CaseStarted(self.options.run_id, job.key, name))
        try:
            if job.run is not None:
                result = yield from job.run(job, self.options, self.why_stopped)
            else:
                result = yield from run_case(job, self.options, self.attachments, self.why_stopped)
        finally:
            self._has_ended = True
        if job.is_needed:
            jobs.ended(job, is_passed=result.outcome is PASSED)
        self.report.finished(number, result)

    def _stop_all(self) -> None:
        self._stopping = True
        for task in self._tasks:
            self.loop.stop(task, case.TEARDOWN_GRACE_S)


class _Waiting:
    """The jobs that have not started, each with its number.

    One that needs others waits for them, wherever they come before it, and is skipped where one of
    them did not pass. Repetitions of a run do not wait for one another.
    """

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._left = iter(enumerate(jobs))
        self._held: list[tuple[int, Job]] = []
        self._open: Counter[tuple[str, int]] = Counter()
        self._not_passed: set[tuple[str, int]] = set()

    def next_ready(self) -> tuple[int, Job] | None:
        """Return the next job that need not wait; None: there is none now."""
        for at, (number, job) in enumerate(self._held):
            if not self._must_wait(job):
                del self._held[at]
                return number, self._judged(job)
        for number, job in self._left:
            if job.is_needed:
                self._open[job.key, job.attempt] += 1
            if not job.needs:
                return number, job
            if not self._must_wait(job):
                return number, self._judged(job)
            self._held.append((number, job))
        return None

    def ended(self, job: Job, *, is_passed: bool) -> None:
        """Record that a job ended which others need."""
        self._open[job.key, job.attempt] -= 1
        if not is_passed:
            self._not_passed.add((job.key, job.attempt))

    def rest(self) -> Iterator[tuple[int, Job]]:
        """Return the jobs that did not start."""
        yield from self._held
        yield from self._left

    def _must_wait(self, job: Job) -> bool:
        return any(self._open[key, job.attempt] > 0 for key in job.needs)

    def _judged(self, job: Job) -> Job:
        """Return a job, with the reason to skip it where a case that it needs did not pass."""
        for key, name in job.needs.items():
            if (key, job.attempt) in self._not_passed:
                return replace(job, skip=Message("case.needs", {"name": name}))
        return job


def _not_started(job: Job, options: RunOptions) -> CaseResult:
    return CaseResult(
        run_id=options.run_id,
        case_key=job.key,
        name=job.case.name if job.case else job.key,
        outcome=SKIPPED,
        started_at=datetime.now(UTC),
        duration_s=0.0,
        checks_executed=0,
        error=Message("run.not_started", {}),
        data_row=job.data_row,
        attempt=job.attempt,
        shard=options.shard_index,
        environment=options.environment,
        criteria=job.criteria,
        case_fingerprint=job.fingerprint,
        tags=job.case.tags if job.case else (),
        rows=UNSET if job.row is None else job.row.total,
        repeats=options.repeats,
        worker=options.worker,
    )
