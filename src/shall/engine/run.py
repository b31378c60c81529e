"""Runs jobs concurrently and emits events."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from shall.engine.case import run_case
from shall.engine.job import Job, RunOptions
from shall.engine.ports import Attachments, Sender
from shall.messages import Message
from shall.results.events import CaseFinished, CaseStarted, Emit, RunFinished, RunStarted
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus


class _Run:
    """The state of one run: which job is next, what came out, and why it was stopped."""

    def __init__(self, jobs: Sequence[Job], options: RunOptions) -> None:
        self.options = options
        self.left = iter(enumerate(jobs))
        self.results: list[CaseResult | None] = [None] * len(jobs)
        self.status = RunStatus.COMPLETE

    def stop(self, status: RunStatus) -> None:
        """Let no further case start; the first reason stands."""
        if self.status is RunStatus.COMPLETE:
            self.status = status

    def why_stopped(self) -> Message:
        """Tell why cases were stopped. Somebody cancelled, unless the time was over."""
        self.stop(RunStatus.INTERRUPTED)
        if self.status is RunStatus.TIMED_OUT:
            return Message("run.timed_out", {"timeout_s": f"{self.options.run_timeout_s:g}"})
        return Message("run.interrupted", {})


async def run_jobs(
    jobs: Sequence[Job],
    options: RunOptions,
    sender: Sender,
    attachments: Attachments,
    emit: Emit,
) -> RunResult:
    """Run the jobs, at most ``options.concurrency`` at once.

    Results stand in the order of the jobs. When the run's time is over, requests in flight are
    stopped, teardowns still run (bounded), and the result says ``timed_out``. Cancelling the
    caller does the same and then raises ``asyncio.CancelledError``, after ``RunFinished`` with
    status ``interrupted`` was emitted. A case that had not begun is skipped.
    """
    run = _Run(jobs, options)
    at, started = datetime.now(UTC), time.perf_counter()
    emit(RunStarted(options.run_id, at, len(jobs), options.environment))

    async def work() -> None:
        for index, job in run.left:
            emit(CaseStarted(options.run_id, job.key, job.case.name if job.case else job.key))
            result = await run_case(job, options, sender, attachments, emit, run.why_stopped)
            run.results[index] = result
            emit(CaseFinished(result))
            if run.status is not RunStatus.COMPLETE:
                return

    workers = [asyncio.create_task(work()) for _ in range(min(options.concurrency, len(jobs)))]

    def on_time() -> None:
        run.stop(RunStatus.TIMED_OUT)
        for worker in workers:
            worker.cancel()

    timer = asyncio.get_running_loop().call_later(options.run_timeout_s, on_time)
    cancelled: asyncio.CancelledError | None = None
    try:
        await asyncio.gather(*workers)
    except asyncio.CancelledError as error:
        run.stop(RunStatus.INTERRUPTED)
        cancelled = error
    finally:
        timer.cancel()
        await _end(workers)
    cases = tuple(
        result or _not_started(job, run) for job, result in zip(jobs, run.results, strict=True)
    )
    result = RunResult(
        options.run_id, at, time.perf_counter() - started, run.status, cases, options.environment
    )
    emit(RunFinished(result))
    if cancelled is not None:
        raise cancelled
    return result


async def _end(workers: Sequence[asyncio.Task[None]]) -> None:
    """Stop what still runs: only a listener that raised leaves anything."""
    running = [worker for worker in workers if not worker.done()]
    for worker in running:
        worker.cancel()
    if running:
        await asyncio.gather(*running, return_exceptions=True)


def _not_started(job: Job, run: _Run) -> CaseResult:
    return CaseResult(
        run_id=run.options.run_id,
        case_key=job.key,
        name=job.case.name if job.case else job.key,
        outcome=Outcome.SKIPPED,
        started_at=datetime.now(UTC),
        duration_s=0.0,
        checks_executed=0,
        error=Message("run.not_started", {}),
        data_row=job.data_row,
        attempt=job.attempt,
        shard=run.options.shard,
        environment=run.options.environment,
        criteria=job.criteria,
        case_fingerprint=job.fingerprint,
        tags=job.case.tags if job.case else (),
    )
