"""Results of past runs, and statistics of tool calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from shall.actions.workspace import Workspace
from shall.engine.result import CaseResult
from shall.store.base import CallStatistics, RunRecord


@dataclass(frozen=True, slots=True)
class RunDetails:
    """One run with its cases, every step and check."""

    run: RunRecord
    cases: Sequence[CaseResult]


def past_runs(workspace: Workspace, limit: int = 10) -> list[RunRecord]:
    """Give the newest runs, newest first. Raises ``StoreUnavailable``, ``BadValue``."""
    raise NotImplementedError


def run_details(workspace: Workspace, run_id: str, case: str | None = None) -> RunDetails:
    """Give one run (``latest`` names the newest), or one case of it.

    Raises:
        RunNotFound: No run has that id.
        CaseNotFound: The run has no such case.
    """
    raise NotImplementedError


def call_statistics(
    workspace: Workspace, limit: int = 500, since_minutes: int | None = None
) -> CallStatistics:
    """Count the newest tool calls. Raises ``StoreUnavailable``."""
    raise NotImplementedError
