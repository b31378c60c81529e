"""What a run under load yields: durations of cases and requests, and errors by reason."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from shall.results.histogram import Histogram
from shall.results.records import CaseResult, Outcome, RunStatus, StepResult, is_bad

MOST_REASONS = 20
"""The number of reasons of errors that are counted apart; all others are counted together."""


class Durations(Struct, frozen=True):
    """Percentiles of ``count`` durations in seconds, and how many of them were errors."""

    count: int
    errors: int
    p50_s: float
    p90_s: float
    p95_s: float
    p99_s: float
    max_s: float


class RequestDurations(Struct, frozen=True):
    """The durations of the requests that one step of a case sent."""

    case_key: str
    step: str
    method: str
    durations: Durations


class LoadError(Struct, frozen=True):
    """How many cases did not pass for one reason; ``case_key`` empty: in several cases."""

    count: int
    reason: str
    case_key: str = ""


class LoadResult(Struct, frozen=True):
    """What was measured. ``started_at`` is aware UTC, rates are cases a second.

    The duration of a case counts from when it was to start by ``asked_rate``. ``missed`` cases were
    due and never started, since too many others ran: they count among the cases, as errors that
    lasted until the end. ``cut`` cases ran when the load was interrupted, and count nowhere.
    ``latest_start_s`` is by how much a case started too late at most. ``left_out`` cases are
    skipped, or send no requests.
    """

    started_at: datetime
    status: RunStatus
    asked_rate: float
    asked_duration_s: float
    duration_s: float
    rate: float
    cases: Durations
    requests: tuple[RequestDurations, ...]
    errors: tuple[LoadError, ...]
    missed: int
    cut: int
    latest_start_s: float
    left_out: int
    environment: str = ""
    format: int = 1

    @property
    def error_percent(self) -> float:
        """The percentage of the cases that did not pass."""
        return 100 * self.cases.errors / self.cases.count if self.cases.count else 0.0


class _Counted:
    """Durations of which some are errors."""

    def __init__(self) -> None:
        self.histogram = Histogram()
        self.errors = 0

    def add(self, seconds: float, *, is_error: bool) -> None:
        self.histogram.add(seconds)
        self.errors += is_error

    def durations(self) -> Durations:
        histogram = self.histogram
        p50_s, p90_s, p95_s, p99_s = map(histogram.percentile, (50, 90, 95, 99))
        return Durations(histogram.count, self.errors, p50_s, p90_s, p95_s, p99_s, histogram.max_s)


_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class LoadTally:
    """Adds up the cases of a load; its memory does not grow with their number.

    ``reason_of`` returns in one line why a case did not pass.
    """

    def __init__(self, reason_of: Callable[[CaseResult], str]) -> None:
        self.missed = 0
        self.latest_start_s = 0.0
        self._reason_of = reason_of
        self._cases = _Counted()
        self._requests: dict[tuple[str, str], tuple[str, str, _Counted]] = {}
        self._reasons: dict[tuple[str, str], int] = {}
        self._other_errors = 0

    def add(self, case: CaseResult, late_s: float, duration_s: float) -> None:
        """Count a case that started ``late_s`` too late, and lasted since it was to start."""
        self.latest_start_s = max(self.latest_start_s, late_s)
        bad = is_bad(case)
        self._cases.add(duration_s, is_error=bad)
        if bad:
            self._add_reason(case.case_key, self._reason_of(case))
        waited_s = late_s  # before the first request of the case
        for step in (*case.steps, *case.teardowns):
            if step.exchange is not None:
                self._add_request(case.case_key, step, waited_s)
                waited_s = 0.0

    def miss(self, waited_s: float) -> None:
        """Count a case that was due and did not start."""
        self.missed += 1
        self._cases.add(waited_s, is_error=True)

    def _add_reason(self, case_key: str, reason: str) -> None:
        key = (case_key, reason)
        if key in self._reasons or len(self._reasons) < MOST_REASONS:
            self._reasons[key] = self._reasons.get(key, 0) + 1
        else:
            self._other_errors += 1

    def _add_request(self, case_key: str, step: StepResult, waited_s: float) -> None:
        exchange = step.exchange
        assert exchange is not None  # noqa: S101 - looked at before
        key = (case_key, step.path)
        if key not in self._requests:
            name = step.id.rpartition(" [")[0] if step.id.endswith("]") else step.id
            self._requests[key] = (name, exchange.method, _Counted())
        took_s = exchange.timings.total_s or step.duration_s
        self._requests[key][2].add(waited_s + took_s, is_error=step.outcome in _BAD)

    @property
    def passed(self) -> int:
        """The number of cases that passed."""
        return self._cases.histogram.count - self._cases.errors

    def cases(self) -> Durations:
        """Return the durations of the cases."""
        return self._cases.durations()

    def requests(self) -> tuple[RequestDurations, ...]:
        """Return the durations of the requests, by case and step."""
        return tuple(
            RequestDurations(case_key, name, method, counted.durations())
            for (case_key, _), (name, method, counted) in sorted(
                self._requests.items(), key=lambda it: it[0][0]
            )
        )

    def errors(self) -> tuple[LoadError, ...]:
        """Return the errors by reason, the most frequent first."""
        found = [LoadError(count, reason, key) for (key, reason), count in self._reasons.items()]
        found.sort(key=lambda it: -it.count)
        if self.missed:
            found.append(LoadError(self.missed, "Not started: too many cases ran."))
        if self._other_errors:
            found.append(LoadError(self._other_errors, "Other reasons."))
        return tuple(found)
