"""Appends what a run says about criteria to committed text."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct

from shall.actions.unchanged import source_comparison
from shall.errors import StoreUnavailable
from shall.results.records import CaseResult, CriterionRef, Outcome
from shall.specs.model import LinkKind
from shall.store.base import Evidence
from shall.workspace.revision import revision_of
from shall.workspace.workspace import Workspace

_log = logging.getLogger(__name__)

_SPOKE = frozenset({Outcome.PASSED, Outcome.FAILED})


class Fact(Struct, frozen=True):
    """What one case says about its criteria. ``spoke``: it came to an end."""

    criteria: tuple[CriterionRef, ...]
    source: str
    outcome: Outcome
    fingerprint: str
    checks_executed: int
    duration_s: float
    environment: str
    data_row: str | None

    @property
    def spoke(self) -> bool:
        """Whether the case passed or failed, and was not cut short."""
        return self.outcome in _SPOKE

    def evidence(self, run_id: str) -> Iterator[Evidence]:
        """Yield a line for each criterion."""
        at = datetime.now(UTC)
        for criterion in self.criteria:
            yield Evidence(
                at=at,
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
            )


def fact_of(case: CaseResult) -> Fact:
    """Return what a case says about its criteria."""
    return Fact(
        case.criteria,
        case.case_key,
        case.outcome,
        case.case_fingerprint,
        case.checks_executed,
        case.duration_s,
        case.environment,
        case.data_row,
    )


def append_evidence(workspace: Workspace, facts: Iterable[Evidence]) -> str | None:
    """Append evidence; return the fault of a log that cannot be written, which is logged, too."""
    if workspace.evidence is None:
        return None
    revision = partial(revision_of, workspace.root, workspace.state)
    try:
        is_unchanged = source_comparison(workspace.files)
        workspace.evidence.append(
            list(facts),
            revision,
            is_unchanged=is_unchanged,
            renew_after=workspace.gate.renew_after(),
        )
    except StoreUnavailable as error:
        fault = f"the evidence of this run is not stored: {error}"
        _log.warning("%s", fault)
        return fault
    return None
