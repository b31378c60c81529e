"""Results of past runs, and statistics of tool calls."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shall.errors import BadValue, CaseNotFound, RunNotFound, StoreUnavailable
from shall.results.case_spool import CaseSpool
from shall.results.records import CaseResult, RunResult
from shall.store.base import CallStatistics, Store
from shall.store.records import RunRecord
from shall.workspace.workspace import Workspace

_AT_A_TIME = 200


class RunDetails(Struct, frozen=True):
    """One run with its cases, every step and check."""

    run: RunRecord
    cases: Sequence[CaseResult]


def past_runs(workspace: Workspace, limit: int = 10) -> list[RunRecord]:
    """Return the newest runs, newest first. Raises ``StoreUnavailable``, ``BadValue``."""
    if limit < 1:
        raise BadValue(f"limit is {limit}; it must be 1 or more.")
    return opened_store(workspace).runs(limit)


def run_details(workspace: Workspace, run_id: str, case: str | None = None) -> RunDetails:
    """Return one run (``latest`` names the newest), or one case of it by its key or name.

    Raises:
        RunNotFound: No run has that id.
        CaseNotFound: The run has no such case.
    """
    store = opened_store(workspace)
    newest = store.runs(1) if run_id == "latest" else []
    run = newest[0] if newest else store.run(run_id)
    if run is None:
        raise RunNotFound(
            f"No run has the id {run_id}.",
            hint="Call get_test_results without run_id to list the runs.",
        )
    cases = store.cases(run.run_id)
    if case is not None:
        cases = [result for result in cases if case in {result.case_key, result.name}]
        if not cases:
            raise CaseNotFound(f"The run {run.run_id} has no case {case}.")
    return RunDetails(run, cases)


def stored_run(workspace: Workspace, run_id: str = "latest") -> RunResult:
    """Return one run (``latest`` names the newest) as reports are made of it.

    Its cases are in the order of their files. A run that did not end lasted until its last case
    did.

    Raises:
        RunNotFound: No run has that id, or none is stored.
    """
    store = opened_store(workspace)
    newest = store.runs(1) if run_id == "latest" else []
    run = newest[0] if newest else store.run(run_id)
    if run is None:
        if run_id == "latest":
            raise RunNotFound("No run is stored.", hint="Run `shall run` first.")
        raise RunNotFound(f"No run has the id {run_id}.", hint="Without an id, the newest is used.")
    cases, ended_at = CaseSpool(), run.started_at
    for number, case in enumerate(cases_of(store, run.run_id)):
        cases.add((case.case_key, number), case)
        ended_at = max(ended_at, case.started_at + timedelta(seconds=case.duration_s))
    duration_s = run.duration_s
    if duration_s is None:
        duration_s = (ended_at - run.started_at).total_seconds()
    return RunResult(
        run.run_id, run.started_at, duration_s, run.status, cases.cases(), run.environment
    )


def cases_of(store: Store, run_id: str) -> Iterator[CaseResult]:
    """Yield the cases of a run in the order in which they were stored, some of them in memory."""
    first = 1
    while cases := store.cases_from(run_id, first, _AT_A_TIME):
        yield from cases
        first += _AT_A_TIME


def call_statistics(
    workspace: Workspace, limit: int = 500, since_minutes: int | None = None
) -> CallStatistics:
    """Count the newest tool calls; a limit of 0 or less counts all.

    Raises:
        StoreUnavailable: The state cannot be read.
        BadValue: ``since_minutes`` is negative.
    """
    since = None
    if since_minutes is not None:
        if since_minutes < 0:
            raise BadValue(f"since_minutes is {since_minutes}; it must be 0 or more.")
        since = datetime.now(UTC) - timedelta(minutes=since_minutes)
    return opened_store(workspace).call_statistics(max(limit, 0), since)


def opened_store(workspace: Workspace) -> Store:
    """Return the workspace's store.

    Raises:
        StoreUnavailable: The state could not be opened.
    """
    if workspace.store is None:
        raise StoreUnavailable(
            workspace.state_warning or "This workspace has no state.",
            hint="Set SHALL_STATE_DIR to a writable folder.",
        )
    return workspace.store
