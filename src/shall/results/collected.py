"""Gathers every result of a run, for reports that need all of them."""

from msgspec import UNSET, UnsetType

from shall.results.case_spool import CaseSpool
from shall.results.events import CaseFinished, Event, RunStarted
from shall.results.records import RunResult, RunSummary, ShardRecord


class Collected:
    """A listener; beyond some cases its memory does not grow with what they hold."""

    def __init__(self) -> None:
        self._cases = CaseSpool()
        self._shard: ShardRecord | UnsetType = UNSET

    def take(self, event: Event) -> None:
        """Handle an event."""
        if isinstance(event, CaseFinished):
            self._cases.add(event.number, event.figures, event.encoded)
        elif isinstance(event, RunStarted):
            self._shard = event.shard

    def result(self, run: RunSummary) -> RunResult:
        """Return the whole run, its cases in the order of the files."""
        return RunResult(
            run.run_id,
            run.started_at,
            run.duration_s,
            run.status,
            self._cases.cases(),
            run.environment,
            shard=self._shard,
            left_out=run.left_out,
        )
