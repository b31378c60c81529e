"""Adds up the results of a run.

Its memory does not grow with the number of cases, unless they are repeated.
"""

from collections import Counter
from datetime import datetime

from msgspec import UNSET

from shall.results.records import (
    ERROR,
    FAILED,
    PASSED,
    SKIPPED,
    CaseResult,
    Fault,
    Outage,
    Outcome,
    Repetitions,
    RunResult,
    RunStatus,
    RunSummary,
    is_bad,
    is_retried,
    is_torn,
    outage_of,
)

SHOWN = 100
"""Cases that did not pass, that were skipped, or that passed after a retry, of each of which a
summary holds the results."""

COUNTED_OUTAGES = 20
"""Services that could not be reached of which a summary has the number of cases."""

_Numbered = list[tuple[int, CaseResult]]


class Summing:
    """Takes results in any order; each has a number, its place in the order of the files."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._checks = self._torn = self._bad_total = 0
        self._bad: _Numbered = []
        self._skipped: _Numbered = []
        self._retried: _Numbered = []
        self._repetitions = Repetitions()
        self._faults: set[Fault] = set()
        self._outages: Counter[tuple[str, str]] = Counter()

    def add(self, number: int, case: CaseResult) -> None:
        """Count a result."""
        self._outcomes[case.outcome] += 1
        self._checks += case.checks_executed
        if case.repeats:
            self._repetitions.add(case)
        if is_retried(case):
            _insert(self._retried, number, case)
        if case.outcome is PASSED and case.teardown_outcome in (None, PASSED):
            return
        if case.outcome is SKIPPED:
            _insert(self._skipped, number, case)
        if is_bad(case):
            self._bad_total += 1
            self._torn += is_torn(case)
            self._count_outage(outage_of(case))
            _insert(self._bad, number, case)
            if (fault := fault_of(case)) is not None:
                self._faults.add(fault)

    def _count_outage(self, outage: tuple[str, str] | None) -> None:
        has_room = outage in self._outages or len(self._outages) < COUNTED_OUTAGES
        if outage is not None and has_room:
            self._outages[outage] += 1

    def summary(
        self,
        run_id: str,
        started_at: datetime,
        duration_s: float,
        status: RunStatus,
        environment: str = "",
        left_out: int = 0,
    ) -> RunSummary:
        """Return the sums of what was added."""
        return RunSummary(
            run_id=run_id,
            started_at=started_at,
            duration_s=duration_s,
            status=status,
            outcomes=dict(self._outcomes),
            torn=self._torn,
            checks_executed=self._checks,
            bad_total=self._bad_total,
            bad=tuple(case for _, case in self._bad),
            skipped=tuple(case for _, case in self._skipped),
            outages=tuple(Outage(*it, count) for it, count in self._outages.items()),
            retried=tuple(case for _, case in self._retried),
            flaky=self._repetitions.flaky(),
            faults=frozenset(self._faults),
            environment=environment,
            left_out=left_out or UNSET,
        )


def summary_of(run: RunResult) -> RunSummary:
    """Return the summary of a run whose cases are all there."""
    sums = Summing()
    for number, case in enumerate(run.cases):
        sums.add(number, case)
    return sums.summary(
        run.run_id,
        run.started_at,
        run.duration_s,
        run.status,
        run.environment,
        left_out=run.left_out or 0,
    )


def fault_of(case: CaseResult) -> Fault | None:
    """Return why a case did not pass; None where only its teardown did not, or it was skipped."""
    if case.outcome is FAILED:
        return "failed"
    if case.outcome is not ERROR:
        return None
    code = case.error.code if case.error is not None else ""
    if code in {"case.internal", "run.worker_ended"}:
        return "internal"
    if code == "run.timed_out":
        return "unreachable"
    if code == "case.shared_failed":
        return _fault_of_shared(case)
    errors = [step.error.code for step in case.steps if step.error is not None]
    if any(error.startswith("step.denied.") for error in errors):
        return "denied"
    retryable = any(step.retryable for step in case.steps)
    return "unreachable" if retryable else "invalid"


def _fault_of_shared(case: CaseResult) -> Fault:
    params = case.error.params if case.error is not None else {}
    if "why" in params:
        return "unreachable"
    inner = params.get("inner")
    if inner is not None and inner.code.startswith("step.denied."):
        return "denied"
    return "failed" if "is_failed" in params else "invalid"


def _insert(cases: _Numbered, number: int, case: CaseResult) -> None:
    """Store the first of each number."""
    if len(cases) < SHOWN or number < cases[-1][0]:
        from bisect import insort  # not where all passed

        insort(cases, (number, case), key=lambda it: it[0])
        del cases[SHOWN:]
