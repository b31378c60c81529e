"""Keeps what a run says about criteria as committed text."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from shall.actions.workspace import Workspace
from shall.errors import StoreUnavailable
from shall.results.records import Outcome, RunResult, RunStatus
from shall.specs.model import LinkKind
from shall.store.base import Evidence

_log = logging.getLogger(__name__)

_SPOKE = frozenset({Outcome.PASSED, Outcome.FAILED})


def keep_case_evidence(workspace: Workspace, run: RunResult) -> str | None:
    """Append what the cases of a run say about their criteria.

    Of a run that was cut short only the cases that came to an end count. A log that cannot be
    written is told in the program's log, and the fault is given; the results stand.
    """
    whole = run.status is RunStatus.COMPLETE
    at = datetime.now(UTC)
    facts = [
        Evidence(
            at=at,
            criterion=criterion.key,
            source=case.case_key,
            kind=LinkKind.CASE.value,
            outcome=case.outcome.value,
            run_id=run.run_id,
            criterion_fingerprint=criterion.fingerprint,
            source_fingerprint=case.case_fingerprint,
            checks_executed=case.checks_executed,
            duration_s=case.duration_s,
            environment=case.environment,
            data_row=case.data_row,
        )
        for case in run.cases
        if whole or case.outcome in _SPOKE
        for criterion in case.criteria
    ]
    return keep_evidence(workspace, facts)


def keep_evidence(workspace: Workspace, facts: Iterable[Evidence]) -> str | None:
    """Append evidence; a log that cannot be written is told in the program's log, and given."""
    if workspace.evidence is None:
        return None
    try:
        workspace.evidence.append(list(facts))
    except StoreUnavailable as error:
        fault = f"the evidence of this run is not kept: {error}"
        _log.warning("%s", fault)
        return fault
    return None
