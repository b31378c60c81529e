"""Gathers every result of a run, for reports that need all of them."""

from msgspec import UNSET, UnsetType

from shall.results.events import CaseFinished, Event, RunStarted
from shall.results.records import CaseResult, RunResult, RunSummary, ShardRecord


class Collected:
    """A listener; its memory grows with the number of cases."""

    def __init__(self) -> None:
        self._cases: dict[int, CaseResult] = {}
        self._shard: ShardRecord | UnsetType = UNSET

    def take(self, event: Event) -> None:
        """Handle an event."""
        if isinstance(event, CaseFinished):
            self._cases[event.number] = event.result
        elif isinstance(event, RunStarted):
            self._shard = event.shard

    def result(self, run: RunSummary) -> RunResult:
        """Return the whole run, its cases in the order of the files."""
        cases = tuple(self._cases[number] for number in sorted(self._cases))
        return RunResult(
            run.run_id,
            run.started_at,
            run.duration_s,
            run.status,
            cases,
            run.environment,
            shard=self._shard,
            left_out=run.left_out,
        )
