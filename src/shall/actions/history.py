"""How cases ended over the last stored runs: which are flaky, and which are slow."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil

from msgspec import Struct

from shall.actions.results import opened_store
from shall.errors import BadValue, CaseNotFound
from shall.results.records import CaseResult, Outcome, is_bad, outage_of
from shall.workspace.workspace import Workspace

MOST_RUNS = 1000


class PastOutcome(Struct, frozen=True):
    """How a case ended in one run. ``started_at`` is aware UTC."""

    run_id: str
    started_at: datetime
    outcome: Outcome
    duration_s: float
    environment: str
    fingerprint: str
    is_bad: bool
    is_outage: bool


class CaseHistory(Struct, frozen=True):
    """The outcomes of one case and row of data, the newest first.

    ``is_flaky``: it passed and failed with the same text in the same environment. The service may
    have changed between these runs. ``is_unchanged`` None: it is not known whether the case did,
    since it verifies no criterion. Percentiles are of the runs that passed; None without any.
    """

    case_key: str
    name: str
    data_row: str | None
    outcomes: Sequence[PastOutcome]
    is_flaky: bool
    is_unchanged: bool | None
    p50_s: float | None
    p95_s: float | None


class History(Struct, frozen=True):
    """The cases of the last ``runs`` stored runs, in the order of their keys."""

    runs: int
    cases: Sequence[CaseHistory]

    def flaky(self) -> list[CaseHistory]:
        """Return the flaky cases, those first that failed most often."""
        return sorted(
            (case for case in self.cases if case.is_flaky),
            key=lambda it: -sum(past.is_bad for past in it.outcomes),
        )

    def slow(self) -> list[CaseHistory]:
        """Return the cases that passed, those with the highest 95th percentile first."""
        passed = [case for case in self.cases if case.p95_s is not None]
        return sorted(passed, key=lambda it: -(it.p95_s or 0))


def history_of(workspace: Workspace, runs: int, case: str | None = None) -> History:
    """Read the last ``runs`` stored runs, of one case (by its key or name) if one is named.

    Raises:
        BadValue: The number of runs is out of range.
        CaseNotFound: None of these runs has the case.
        StoreUnavailable: The state cannot be read.
    """
    if not 1 <= runs <= MOST_RUNS:
        raise BadValue(f"The number of runs is {runs}; it must be 1 to {MOST_RUNS}.")
    store = opened_store(workspace)
    found: dict[tuple[str, str | None], list[PastOutcome]] = {}
    names: dict[str, str] = {}
    stored = store.runs(runs)
    for run in stored:
        for result in store.cases(run.run_id):
            if case is None or case in {result.case_key, result.name}:
                names.setdefault(result.case_key, result.name)  # the newest run comes first
                past = _past(result)  # the steps and bodies of many runs would not fit in memory
                found.setdefault((result.case_key, result.data_row), []).append(past)
    if case is not None and not found:
        raise CaseNotFound(f"None of the last {len(stored)} stored runs has the case {case}.")
    by_key = sorted(found.items(), key=lambda it: (it[0][0], it[0][1] or ""))
    cases = [_history(key, names[key], row, outcomes) for (key, row), outcomes in by_key]
    return History(len(stored), cases)


def _history(
    key: str, name: str, data_row: str | None, outcomes: Sequence[PastOutcome]
) -> CaseHistory:
    mixed = _mixed(outcomes)
    passed = sorted(it.duration_s for it in outcomes if it.outcome is Outcome.PASSED)
    return CaseHistory(
        key,
        name,
        data_row,
        outcomes,
        bool(mixed),
        (True if any(mixed) else None) if mixed else None,
        _percentile(passed, 50),
        _percentile(passed, 95),
    )


def _past(case: CaseResult) -> PastOutcome:
    return PastOutcome(
        case.run_id,
        case.started_at,
        case.outcome,
        case.duration_s,
        case.environment,
        case.case_fingerprint,
        is_bad(case),
        outage_of(case) is not None,
    )


def _mixed(outcomes: Iterable[PastOutcome]) -> set[str]:
    """Return the fingerprints with which a case both passed and failed in one environment.

    That a service could not be reached says nothing of the case.
    """
    seen: dict[tuple[str, str], set[bool]] = {}
    for it in outcomes:
        if not it.is_outage and it.outcome is not Outcome.SKIPPED:
            seen.setdefault((it.environment, it.fingerprint), set()).add(it.is_bad)
    return {fingerprint for (_, fingerprint), kinds in seen.items() if len(kinds) == 2}


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the nearest rank: the smallest value that so many percent do not exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1] if ordered else None
