"""How cases ended over the last stored runs: which are flaky, and which are slow."""

from collections.abc import Iterable, Sequence
from math import ceil

from msgspec import Struct

from shall.actions.results import opened_store
from shall.errors import BadValue, CaseNotFound
from shall.results.listing import PastCase, PastFilter, PastOutcome
from shall.results.records import Outcome
from shall.workspace.workspace import Workspace

MOST_RUNS = 1000


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
    past = opened_store(workspace).past_cases(checked_runs(runs), PastFilter(case=case))
    if case is not None and not past.cases:
        raise CaseNotFound(f"None of the last {len(past.run_ids)} stored runs has the case {case}.")
    return History(len(past.run_ids), list(map(case_history, past.cases)))


def checked_runs(runs: int) -> int:
    """Return a number of runs. Raises ``BadValue`` where it is out of range."""
    if not 1 <= runs <= MOST_RUNS:
        raise BadValue(f"The number of runs is {runs}; it must be 1 to {MOST_RUNS}.")
    return runs


def case_history(case: PastCase) -> CaseHistory:
    """Return whether a case is flaky, and how long it takes."""
    mixed = _mixed(case.outcomes)
    passed = sorted(it.duration_s for it in case.outcomes if it.outcome is Outcome.PASSED)
    return CaseHistory(
        case.case_key,
        case.name,
        case.data_row,
        case.outcomes,
        bool(mixed),
        (True if any(mixed) else None) if mixed else None,
        percentile(passed, 50),
        percentile(passed, 95),
    )


def _mixed(outcomes: Iterable[PastOutcome]) -> set[str]:
    """Return the fingerprints with which a case both passed and failed in one environment.

    That a service could not be reached, or the run was interrupted, says nothing of the case.
    """
    seen: dict[tuple[str, str], set[bool]] = {}
    for it in outcomes:
        if it.is_telling:
            seen.setdefault((it.environment, it.fingerprint), set()).add(it.is_bad)
    return {fingerprint for (_, fingerprint), kinds in seen.items() if len(kinds) == 2}


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the nearest rank: the smallest value that so many percent do not exceed."""
    return ordered[ceil(len(ordered) * percent / 100) - 1] if ordered else None
