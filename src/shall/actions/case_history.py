"""What became of one case over the stored runs: since when it fails, and what changed then."""

from collections.abc import Sequence

from msgspec import Struct

from shall.actions.history import MOST_RUNS, CaseHistory, case_history, checked_runs
from shall.actions.results import opened_store
from shall.errors import CaseNotFound
from shall.results.listing import PastFilter, PastOutcome, RunLine
from shall.store.base import Store
from shall.workspace.workspace import Workspace


class FirstFailure(Struct, frozen=True):
    """The first run of those in which a case failed last, one after the other.

    ``passed`` is the newest run before it, in the same environment, in which the case passed; None
    where none is stored. ``fixed`` is the one after the last failure; None while the case fails.
    """

    failed: PastOutcome
    passed: PastOutcome | None = None
    fixed: PastOutcome | None = None


class Between(Struct, frozen=True):
    """What changed between the run that passed and the first that failed.

    None: it is not known. ``criteria`` are the keys of those whose text changed.
    """

    case: bool | None
    commit: bool | None
    criteria: Sequence[str] | None
    before: RunLine | None = None
    after: RunLine | None = None


class CasePast(Struct, frozen=True):
    """One case, or a row of its data, over the stored runs; ``rows`` are all of its rows."""

    history: CaseHistory
    rows: Sequence[str | None]
    first: FirstFailure | None = None
    between: Between | None = None


def case_past(workspace: Workspace, case_key: str, data_row: str | None = None) -> CasePast:
    """Return what became of a case over the stored runs.

    Raises:
        CaseNotFound: No stored run has it.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    found = store.past_cases(MOST_RUNS, PastFilter(case_key=case_key)).cases
    rows = [it.data_row for it in found]
    case = next((it for it in found if it.data_row == data_row), None)
    if case is None and data_row is None and found:
        case = found[0]
    if case is None:
        raise CaseNotFound(f"No stored run has the case {case_key}.")
    history = case_history(case)
    first = first_failure(history.outcomes)
    between = None if first is None or first.passed is None else _between(store, first)
    return CasePast(history, rows, first, between)


def criterion_past(workspace: Workspace, key: str, runs: int) -> list[CaseHistory]:
    """Return how the cases that verify a criterion ended in the newest runs.

    Raises:
        BadValue: The number of runs is out of range.
        StoreUnavailable: The state cannot be read.
    """
    found = opened_store(workspace).past_cases(checked_runs(runs), PastFilter(criterion=key))
    return list(map(case_history, found.cases))


def first_failure(outcomes: Sequence[PastOutcome]) -> FirstFailure | None:
    """Find since when a case fails, or failed last; None where it never did.

    The outcomes come newest first. Those that were skipped or interrupted, or that met an outage,
    say nothing; nor do those in another environment than that of the newest failure.
    """
    said = [it for it in outcomes if it.is_telling]
    newest = next((it for it in said if it.is_bad), None)
    if newest is None:
        return None
    said = [it for it in said if it.environment == newest.environment]
    start = said.index(newest)
    end = next((at for at in range(start, len(said)) if not said[at].is_bad), len(said))
    return FirstFailure(
        said[end - 1],
        said[end] if end < len(said) else None,
        said[start - 1] if start else None,
    )


def _between(store: Store, first: FirstFailure) -> Between:
    after, before = first.failed, first.passed
    assert before is not None  # noqa: S101 - the caller checked it
    is_known = bool(after.fingerprint and before.fingerprint)
    lines = [store.run_line(it.run_id) for it in (before, after)]
    commits = [None if line is None else line.commit for line in lines]
    return Between(
        after.fingerprint != before.fingerprint if is_known else None,
        commits[0] != commits[1] if all(commits) else None,
        _reworded(store, before, after),
        *lines,
    )


def _reworded(store: Store, before: PastOutcome, after: PastOutcome) -> Sequence[str] | None:
    cases = [store.case_at(it.run_id, it.number) for it in (before, after)]
    if cases[0] is None or cases[1] is None:
        return None
    known = {ref.key: ref.fingerprint for ref in cases[0].criteria}
    return [
        ref.key
        for ref in cases[1].criteria
        if ref.key in known and known[ref.key] != ref.fingerprint
    ]
