"""Runs cases at a steady rate and measures them; nothing is recorded."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.run import ready_jobs, run_options
from shall.actions.run_request import RunRequest
from shall.engine.job import Job
from shall.engine.load import Arrivals, LoadContext, run_load
from shall.engine.stop import Stop
from shall.errors import BadValue, CaseNotFound, InvalidCase
from shall.messages import render
from shall.report.failures import headline
from shall.results.load import LoadResult, LoadTally
from shall.results.records import RunStatus
from shall.workspace.workspace import Workspace


class Thresholds(Struct, frozen=True):
    """What a load must not exceed: times in seconds, errors in percent of the cases."""

    max_p95_s: float | None = None
    max_p99_s: float | None = None
    max_errors_percent: float = 0.0

    def exceeded(self, load: LoadResult) -> list[str]:
        """Return a sentence for each threshold that was exceeded."""
        found = []
        durations = {
            "p95": (load.cases.p95_s, self.max_p95_s),
            "p99": (load.cases.p99_s, self.max_p99_s),
        }
        for name, (seconds, most) in durations.items():
            if most is not None and seconds > most:
                took, allowed = seconds * 1000, most * 1000
                found.append(f"{name} is {took:,.1f} ms, more than {allowed:,.1f} ms.")
        if load.error_percent > self.max_errors_percent:
            percent, allowed = load.error_percent, self.max_errors_percent
            found.append(f"{percent:.2f} % of the cases are errors, more than {allowed:g} %.")
        return found


def load(
    workspace: Workspace,
    request: RunRequest,
    arrivals: Arrivals,
    concurrency: int,
    stop: Stop | None = None,
    language: str = "en",
) -> LoadResult:
    """Run the cases of a request in turn at a rate, in this thread.

    No run, evidence or outcome is stored. ``language`` is that of the reasons of errors.

    Raises:
        BadValue: A case cannot run, as one whose data has no rows.
        CaseNotFound: There is no case that sends requests.
        InvalidCase: A file cannot be read.
    """
    stop = stop or Stop()
    options = replace(run_options(workspace, request), concurrency=concurrency)
    with ExitStack() as opened:
        options, jobs = ready_jobs(workspace, request, options, opened, stop)
        chosen = _usable(jobs)
        tally = LoadTally(lambda case: headline(case, language))
        started_at = datetime.now(UTC)
        loop = workspace.make_loop()
        opened.callback(loop.close)
        end = run_load(chosen, arrivals, options, LoadContext(loop, workspace.files, tally, stop))
    is_whole = end.status is not RunStatus.INTERRUPTED
    measured_s = max(end.duration_s, arrivals.duration_s) if is_whole else end.duration_s
    return LoadResult(
        started_at=started_at,
        status=end.status,
        asked_rate=arrivals.rate,
        asked_duration_s=arrivals.duration_s,
        duration_s=measured_s,
        rate=tally.passed / measured_s if measured_s else 0.0,
        cases=tally.cases(),
        requests=tally.requests(),
        errors=tally.errors(),
        missed=tally.missed,
        cut=end.cut,
        latest_start_s=tally.latest_start_s,
        left_out=len(jobs) - len(chosen),
        environment=options.environment,
    )


def _usable(jobs: Sequence[Job]) -> Sequence[Job]:
    """Return the jobs that send requests. Raises ``InvalidCase`` where one cannot be read."""
    if problems := [it for job in jobs for it in job.problems]:
        raise InvalidCase(problems)
    for job in jobs:
        if job.error is not None:
            raise BadValue(f"{job.key} cannot run: {render(job.error)}.")
    chosen = [
        it for it in jobs if it.run is None and it.skip is None and it.case and not it.case.skip
    ]
    if not chosen:
        raise CaseNotFound("All of these cases are skipped or send no requests.")
    return chosen
