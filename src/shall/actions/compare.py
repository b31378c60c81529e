"""What differs between two stored runs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from shall.actions.results import opened_store
from shall.errors import RunNotFound
from shall.results.listing import EVERY_RUN, CaseBrief, RunLine
from shall.results.records import Outcome
from shall.store.base import Store
from shall.workspace.workspace import Workspace

LATEST = "latest"
PREVIOUS = "previous"

_MUCH = 2.0
_LEAST_S = 0.1


class Difference(StrEnum):
    """What became of a case from one run to another."""

    NEW = "new"  # it fails, and did not
    STILL = "still"  # it fails in both
    FIXED = "fixed"  # it passes, and failed
    OTHER = "other"  # another outcome: it was skipped in one of them
    ADDED = "added"  # only the later run has it
    REMOVED = "removed"  # only the earlier run has it
    CHANGED = "changed"  # it passes in both, and its text changed
    SLOWER = "slower"  # it passes in both, and takes twice as long, and 0.1 s longer
    FASTER = "faster"


class ComparedCase(Struct, frozen=True):
    """A case that differs. ``before`` or ``after`` is None where that run does not have it."""

    kind: Difference
    case_key: str
    name: str
    data_row: str | None
    before: CaseBrief | None
    after: CaseBrief | None


class Comparison(Struct, frozen=True):
    """The cases that differ, by kind and then by key; ``same`` others do not."""

    before: RunLine
    after: RunLine
    cases: Sequence[ComparedCase]
    same: int

    def counts(self) -> Mapping[Difference, int]:
        """Return the number of cases by kind; every kind is a key."""
        counted = Counter(case.kind for case in self.cases)
        return {kind: counted[kind] for kind in Difference}


def compare_runs(workspace: Workspace, before: str = PREVIOUS, after: str = LATEST) -> Comparison:
    """Return what differs between two stored runs.

    ``latest`` is the newest run, and ``previous`` the one before it.

    Raises:
        RunNotFound: One of them is not stored.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    lines = [_line(store, run_id) for run_id in (before, after)]
    found = [
        {(it.case_key, it.data_row, it.attempt): it for it in store.case_briefs(line.run_id)}
        for line in lines
    ]
    cases = list(_differences(*found))
    order = {kind: number for number, kind in enumerate(Difference)}
    cases.sort(key=lambda it: (order[it.kind], it.case_key, it.data_row or ""))
    in_either = len(found[0].keys() | found[1].keys())
    return Comparison(lines[0], lines[1], cases, in_either - len(cases))


def _line(store: Store, run_id: str) -> RunLine:
    if run_id in (LATEST, PREVIOUS):
        newest = store.run_page(EVERY_RUN, 1, 0 if run_id == LATEST else 1).lines
        if not newest:
            raise RunNotFound(
                "Too few runs are stored to compare two.", hint="Run `shall run` first."
            )
        return newest[0]
    line = store.run_line(run_id)
    if line is None:
        raise RunNotFound(
            f"No run has the id {run_id}.", hint="`shall history CASE` lists the runs of a case."
        )
    return line


_Key = tuple[str, str | None, int]


def _differences(
    before: Mapping[_Key, CaseBrief], after: Mapping[_Key, CaseBrief]
) -> Iterator[ComparedCase]:
    for key, now in after.items():
        past = before.get(key)
        kind = Difference.ADDED if past is None else _kind(past, now)
        if kind is not None:
            yield ComparedCase(kind, now.case_key, now.name, now.data_row, past, now)
    for key, past in before.items():
        if key not in after:
            kind = Difference.REMOVED
            yield ComparedCase(kind, past.case_key, past.name, past.data_row, past, None)


def _kind(before: CaseBrief, after: CaseBrief) -> Difference | None:
    if after.is_bad:
        return Difference.STILL if before.is_bad else Difference.NEW
    if before.is_bad and after.outcome is Outcome.PASSED:
        return Difference.FIXED
    if before.outcome is not after.outcome:
        return Difference.OTHER
    if after.outcome is not Outcome.PASSED:
        return None
    if before.fingerprint and after.fingerprint and before.fingerprint != after.fingerprint:
        return Difference.CHANGED
    longer = after.duration_s - before.duration_s
    if longer >= _LEAST_S and after.duration_s >= _MUCH * before.duration_s:
        return Difference.SLOWER
    if -longer >= _LEAST_S and before.duration_s >= _MUCH * after.duration_s:
        return Difference.FASTER
    return None
