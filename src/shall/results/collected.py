"""Gathers every result of a run, for reports that need all of them."""

from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult, RunResult, RunSummary


class Collected:
    """A listener; its memory grows with the number of cases."""

    def __init__(self) -> None:
        self._cases: dict[int, CaseResult] = {}

    def take(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, CaseFinished):
            self._cases[event.number] = event.result

    def result(self, run: RunSummary) -> RunResult:
        """Return the whole run, its cases in the order of the files."""
        cases = tuple(self._cases[number] for number in sorted(self._cases))
        return RunResult(
            run.run_id, run.started_at, run.duration_s, run.status, cases, run.environment
        )
