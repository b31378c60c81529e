"""Stores what a pytest session said about criteria: evidence, and the cases as a run."""

import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from shall.actions.evidence import append_evidence
from shall.actions.recording import Recorder
from shall.actions.requirements import criterion_fingerprints
from shall.errors import InvalidSpec, ShallError
from shall.results.events import CaseFinished, Event, RunFinished, RunStarted
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.results.summary import Summing
from shall.specs.links import marks_in
from shall.specs.model import LinkKind
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

_log = logging.getLogger(__name__)


class TestOutcome(Struct):
    """What one marked test said: the worst of its parameter sets and phases."""

    __test__ = False  # not a test class, whatever its name begins with

    criteria: frozenset[str]
    outcome: Outcome = Outcome.SKIPPED
    duration_s: float = 0.0

    def add(self, outcome: Outcome, duration_s: float) -> None:
        """Take the outcome of one phase of one parameter set."""
        order = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
        self.outcome = min(self.outcome, outcome, key=order.index)
        self.duration_s += duration_s


class SessionRecord(Struct):
    """What a session did so far. ``tests`` are by node id without parameters."""

    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.perf_counter)
    cases: list[CaseResult] = field(default_factory=list)
    tests: dict[str, TestOutcome] = field(default_factory=dict)


def keep_session(workspace: Workspace, record: SessionRecord, *, interrupted: bool) -> str | None:
    """Store a session; return what could not be kept, in words, or None."""
    run_id = secrets.token_hex(16)
    if workspace.store is None or workspace.evidence is None:
        return workspace.state_warning
    cases = [replace(case, run_id=run_id) for case in record.cases]
    recorder = Recorder(workspace)
    if cases:
        for event in _events(cases, record, run_id, interrupted=interrupted):
            recorder.take(event)
    faults = recorder.faults
    fault = append_evidence(workspace, _facts(workspace, record.tests, run_id))
    if fault is not None:
        faults.append(fault)
    return "; ".join(faults) or None


def _events(
    cases: list[CaseResult], record: SessionRecord, run_id: str, *, interrupted: bool
) -> Iterator[Event]:
    """Yield what a run of these cases would have reported."""
    environment = cases[0].environment
    yield RunStarted(run_id, record.started_at, len(cases), environment)
    sums = Summing()
    for number, case in enumerate(cases):
        sums.add(number, case)
        yield CaseFinished(case, number)
    status = RunStatus.INTERRUPTED if interrupted else RunStatus.COMPLETE
    duration_s = time.perf_counter() - record.started
    yield RunFinished(sums.summary(run_id, record.started_at, duration_s, status, environment))


def _facts(
    workspace: Workspace, tests: Mapping[str, TestOutcome], run_id: str
) -> Iterator[Evidence]:
    known = criterion_fingerprints(workspace) if tests else {}
    sources = _fingerprints(workspace, {node.partition("::")[0] for node in tests})
    at = datetime.now(UTC)
    for node, test in tests.items():
        for written in sorted(test.criteria):
            key, fingerprint = known.get(written, (written, None))
            yield Evidence(
                at=at,
                criterion=key,
                source=node,
                kind=LinkKind.TEST.value,
                outcome=test.outcome.value,
                run_id=run_id,
                criterion_fingerprint=fingerprint,
                source_fingerprint=sources.get(node, ""),
                checks_executed=1,  # pytest does not count assertions: the test is one check
                duration_s=test.duration_s,
            )


def _fingerprints(workspace: Workspace, files: Iterable[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in files:
        try:
            links = marks_in(workspace.files.read_text(file), file)
        except (InvalidSpec, ShallError) as error:
            _log.warning("%s has no fingerprint: %s", file, error)
            continue
        found |= {link.source: link.fingerprint for link in links}
    return found
