"""Results of past runs, and statistics of tool calls."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shall.errors import BadValue, CaseNotFound, RunNotFound, StoreUnavailable
from shall.results.records import CaseResult
from shall.store.base import CallStatistics, RunRecord, Store
from shall.workspace.workspace import Workspace


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
