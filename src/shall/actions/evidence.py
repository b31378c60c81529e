"""Appends what a run says about criteria to committed text."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.unchanged import source_comparison
from shall.errors import StoreUnavailable
from shall.log import Log
from shall.results.records import CaseResult, CriterionRef, Outcome, outage_of
from shall.specs.model import LinkKind
from shall.specs.status import Unreachable
from shall.store.base import Evidence
from shall.workspace.revision import revision_of
from shall.workspace.workspace import Workspace

_log = Log(__name__)

_SPOKE = frozenset({Outcome.PASSED, Outcome.FAILED})
_WORST_FIRST = (Outcome.ERROR, Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED)
_BAD = frozenset({Outcome.ERROR, Outcome.FAILED})


class Fact(Struct, frozen=True):
    """What one case says about its criteria. ``spoke``: it came to an end.

    ``unreached`` is the address of the service that it did not reach, empty where it did. ``rows``
    is how many rows of data the case has; 0: it has none. ``attempt`` is one of its ``repeats``,
    where the run repeats its cases. ``ended_at`` is aware UTC.
    """

    criteria: tuple[CriterionRef, ...]
    source: str
    outcome: Outcome
    fingerprint: str
    checks_executed: int
    duration_s: float
    environment: str
    data_row: str | None
    ended_at: datetime
    unreached: str = ""
    rows: int = 0
    attempt: int = 1
    repeats: int = 1
    variables: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it is one of several results of its case."""
        return self.data_row is not None or self.repeats > 1

    @property
    def spoke(self) -> bool:
        """Whether the case passed or failed, and was not cut short."""
        return self.outcome in _SPOKE

    def evidence(self, run_id: str) -> Iterator[Evidence]:
        """Yield a line for each criterion."""
        for criterion in self.criteria:
            yield Evidence(
                at=self.ended_at,
                criterion=criterion.key,
                source=self.source,
                kind=LinkKind.CASE.value,
                outcome=self.outcome.value,
                run_id=run_id,
                criterion_fingerprint=criterion.fingerprint,
                source_fingerprint=self.fingerprint,
                checks_executed=self.checks_executed,
                duration_s=self.duration_s,
                environment=self.environment,
                data_row=self.data_row,
                variables=self.variables,
            )


def fact_of(case: CaseResult) -> Fact:
    """Return what a case says about its criteria."""
    outage = outage_of(case)
    return Fact(
        case.criteria,
        case.case_key,
        case.outcome,
        case.case_fingerprint,
        case.checks_executed,
        case.duration_s,
        case.environment,
        case.data_row,
        case.started_at + timedelta(seconds=case.duration_s),
        outage[0] if outage is not None else "",
        case.rows or 0,
        case.attempt,
        case.repeats or 1,
        case.variables or "",
    )


def sound_facts(facts: Iterable[Fact], *, is_whole: bool) -> list[Fact]:
    """Return the facts without those of cases that did not reach their service.

    Nothing failed there, and nothing is proved by the rows of data and the repetitions that passed
    before or after. Of a run that did not end (``is_whole`` False) count the cases that did; a row
    or a repetition that passed proves nothing there either, since others may not have run.
    """
    facts = list(facts)
    unreached = {(it.source, it.environment) for it in facts if it.unreached}
    sound = [
        it
        for it in facts
        if not it.unreached
        and ((it.source, it.environment) not in unreached or it.outcome is not Outcome.PASSED)
    ]
    if is_whole:
        return sound
    return [it for it in sound if it.spoke and (not it.is_part or it.outcome is Outcome.FAILED)]


def of_all_rows(facts: Iterable[Fact]) -> list[Fact]:
    """Return one fact for all rows of data and repetitions of a case: the worst of theirs.

    Those that passed say nothing as long as one is missing. The fewest checks of any count, so
    that a row that checks nothing proves nothing.
    """
    found: dict[tuple[str, ...], list[Fact]] = {}
    single: list[Fact] = []
    for fact in facts:
        if fact.rows or fact.repeats > 1:
            key = fact.source, fact.environment, fact.fingerprint, fact.variables
            found.setdefault(key, []).append(fact)
        else:
            single.append(fact)
    for rows in found.values():
        worst = min(rows, key=lambda it: _WORST_FIRST.index(it.outcome))
        seen = len({(it.data_row, it.attempt) for it in rows})
        if worst.outcome in _BAD or seen == max(worst.rows, 1) * worst.repeats:
            single.append(
                replace(
                    worst,
                    data_row=None,
                    checks_executed=min(it.checks_executed for it in rows),
                    duration_s=sum(it.duration_s for it in rows),
                    ended_at=max(it.ended_at for it in rows),
                )
            )
    return single


def note_outages(workspace: Workspace, facts: Sequence[Fact], run_id: str) -> None:
    """Note on this machine which cases did not reach their service; a fault is logged only."""
    if workspace.outages is None:
        return
    at = datetime.now(UTC)
    unreachable = {
        (it.source, it.environment): Unreachable(
            it.source, it.environment, it.unreached, run_id, at
        )
        for it in facts
        if it.unreached
    }
    reached = {(it.source, it.environment) for it in facts if it.spoke} - unreachable.keys()
    try:
        workspace.outages.update(unreachable.values(), reached)
    except StoreUnavailable as error:
        _log.warning("it is not noted which services were not reached: %s", error)


def read_ahead(workspace: Workspace) -> Collection[Evidence] | None:
    """Return what is recorded; None where it cannot be read, which ``append_evidence`` reports."""
    if workspace.evidence is None:
        return None
    try:
        return workspace.evidence.newest()
    except StoreUnavailable:
        return None


def append_evidence(
    workspace: Workspace,
    facts: Iterable[Evidence],
    *,
    seen: Collection[Evidence] | None = None,
    is_dirty: bool = False,
) -> list[str]:
    """Append evidence; return what is not stored, and why. A log that fails is logged, too.

    ``seen`` is what was recorded when the run of the facts began; None: what is now. ``is_dirty``:
    the files differed from the commit where the facts are from.
    """
    if workspace.evidence is None:
        return []

    def revision() -> tuple[str, bool | None]:
        commit, is_dirty_now = revision_of(workspace.root, workspace.state)
        return commit, True if is_dirty else is_dirty_now

    superseded: list[Evidence] = []
    try:
        is_unchanged = source_comparison(
            workspace.files, workspace.defaults.openapi, to_record=True
        )
        workspace.evidence.append(
            list(facts),
            revision,
            is_unchanged=is_unchanged,
            renewal=workspace.gate.renewal(),
            seen=seen,
            superseded=superseded,
        )
    except StoreUnavailable as error:
        fault = f"the evidence of this run is not stored: {error}"
        _log.warning("%s", fault)
        return [fault]
    return [
        f"{source} is not recorded as passed, since it failed after that in another run."
        for source in dict.fromkeys(it.source for it in superseded)
    ]
