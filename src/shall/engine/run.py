"""Runs jobs concurrently and emits events."""

from collections.abc import Sequence

from shall.engine.events import Emit
from shall.engine.job import Job, RunOptions
from shall.engine.ports import Attachments, Sender
from shall.engine.result import RunResult


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
    status ``interrupted`` was emitted.
    """
    raise NotImplementedError
