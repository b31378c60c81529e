"""Stores what a pytest session said about criteria: evidence, and the cases as a run."""

import secrets
import time
from collections.abc import Collection, Container, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from shall.actions.evidence import append_evidence
from shall.actions.link_sources import files_of_source, links_of_tests
from shall.actions.recording import Recorder
from shall.actions.reported_files import was_changed
from shall.actions.requirements import read_specs
from shall.results.events import CaseFinished, Event, RunFinished, RunStarted
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.results.summary import Summing
from shall.specs.matrix import resolve
from shall.specs.model import Criterion, LinkKind
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace


class TestOutcome(Struct):
    """What one marked test said: the worst of its parameter sets and phases.

    ``sets`` is the number of its parameter sets, also of those that were not selected; ``ran`` are
    the node ids of those that ran. ``is_checked`` unless no check of any was carried out;
    ``is_unwatched``: of one it is not known, since it set a tracer of its own. ``ended_s`` is when
    the last phase ended, in seconds since the epoch.
    """

    __test__ = False  # not a test class, whatever its name begins with

    criteria: frozenset[str]
    sets: int = 1
    outcome: Outcome = Outcome.SKIPPED
    duration_s: float = 0.0
    ended_s: float = 0.0
    ran: set[str] = field(default_factory=set)
    is_checked: bool = False
    is_unwatched: bool = False

    def add(
        self, node: str, outcome: Outcome, duration_s: float, *, is_checked: bool = False
    ) -> None:
        """Add the outcome of one phase of one parameter set."""
        order = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
        self.outcome = min(self.outcome, outcome, key=order.index)
        self.duration_s += duration_s
        self.ran.add(node)
        self.is_checked |= is_checked

    @property
    def is_partial(self) -> bool:
        """Whether some of the parameter sets did not run, so that only a failure is known."""
        return len(self.ran) < self.sets and self.outcome not in {Outcome.FAILED, Outcome.ERROR}


class SessionRecord(Struct):
    """What a session did so far. ``tests`` are by node id without parameters.

    ``seen`` is what was recorded when the first test that is recorded ended.
    """

    seen: Collection[Evidence] | None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.perf_counter)
    cases: list[CaseResult] = field(default_factory=list)
    tests: dict[str, TestOutcome] = field(default_factory=dict)


def keep_session(
    workspace: Workspace, record: SessionRecord, began_s: float, *, interrupted: bool
) -> list[str]:
    """Store a session that began ``began_s`` after the epoch; return what is not stored, and why.

    The outcome of a test proves nothing where the test, or a requirement, was written since.
    """
    run_id = secrets.token_hex(16)
    if workspace.store is None or workspace.evidence is None:
        return list(filter(None, [workspace.state_warning]))
    cases = [replace(case, run_id=run_id) for case in record.cases]
    recorder = Recorder(workspace, seen=record.seen)
    if cases:
        for event in _events(cases, record, run_id, interrupted=interrupted):
            recorder.take(event)
    faults = recorder.faults
    partial = {node: test for node, test in record.tests.items() if test.is_partial}
    whole = {node: test for node, test in record.tests.items() if node not in partial}
    criteria = resolve(read_specs(workspace)) if whole else {}
    links = _links(workspace, {node.partition("::")[0] for node in whole})
    written = _written_since(workspace, whole, criteria, links, began_s)
    outdated = {node for node in whole if not written.isdisjoint(_files(node, links))}
    facts = _facts(whole, criteria, links, written, run_id)
    faults += append_evidence(workspace, facts, seen=record.seen)
    notes = [*faults]
    notes += [
        f"{node} is not recorded: {len(test.ran)} of its {test.sets} parameter sets ran."
        for node, test in partial.items()
    ]
    notes += [
        f"{file} was written while the tests ran, so nothing is recorded for it. Run them again."
        for file in sorted(written)
    ]
    notes += [
        f"{node} sets a tracer of its own: whether it reached a check is not known."
        for node, test in whole.items()
        if test.is_unwatched and test.outcome is Outcome.PASSED and node not in outdated
    ]
    notes += [
        _not_recorded(workspace, node, named)
        for node, test in whole.items()
        if node not in outdated
        for named in sorted(test.criteria & criteria.keys() - links.get(node, _NO_LINK).criteria)
    ]
    return notes


def _not_recorded(workspace: Workspace, node: str, criterion: str) -> str:
    if workspace.files.is_file(node.partition("::")[0]):
        return (
            f"{node} is not recorded for {criterion}: no mark that is written in its file names it."
        )
    return (
        f"{node} is not recorded for {criterion}: a symbolic link leads to its file, "
        "and links to tests are not followed. Run the file where it lies, or copy it."
    )


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


def _files(node: str, links: Mapping[str, "_Links"]) -> set[str]:
    """Return the file of a test, and those that it uses."""
    return {node.partition("::")[0], *links.get(node, _NO_LINK).files}


def _written_since(
    workspace: Workspace,
    tests: Mapping[str, TestOutcome],
    criteria: Mapping[str, Criterion],
    links: Mapping[str, "_Links"],
    began_s: float,
) -> set[str]:
    """Return the files of tests, of what they use and of their requirements written since."""
    files = {file for node in tests for file in _files(node, links)}
    named = {name for test in tests.values() for name in test.criteria}
    files |= {criteria[name].span.file for name in named & criteria.keys()}
    return {file for file in files if was_changed(workspace.files, file, began_s)}


def _facts(
    tests: Mapping[str, TestOutcome],
    criteria: Mapping[str, Criterion],
    links: Mapping[str, "_Links"],
    written_since: Container[str],
    run_id: str,
) -> Iterator[Evidence]:
    for node, test in tests.items():
        if any(file in written_since for file in _files(node, links)):
            continue
        linked = links.get(node, _NO_LINK)
        is_vacuous = (
            test.outcome is Outcome.PASSED and not test.is_checked and not linked.others_can_fail
        )
        for written in sorted(test.criteria & linked.criteria):
            criterion = criteria.get(written)
            if criterion is not None and criterion.span.file in written_since:
                continue
            yield Evidence(
                at=datetime.fromtimestamp(test.ended_s, UTC),
                criterion=written if criterion is None else criterion.key,
                source=node,
                kind=LinkKind.TEST.value,
                outcome=test.outcome.value,
                run_id=run_id,
                criterion_fingerprint=None if criterion is None else criterion.fingerprint,
                source_fingerprint=linked.fingerprint,
                checks_executed=0 if is_vacuous else 1,  # the test is one check
                duration_s=test.duration_s,
            )


class _Links(Struct, frozen=True):
    """What the text of a test names, its fingerprint, and the other files that it is of.

    ``others_can_fail``: something else that it uses asserts.
    """

    criteria: frozenset[str] = frozenset()
    fingerprint: str = ""
    files: tuple[str, ...] = ()
    others_can_fail: bool = True


_NO_LINK = _Links()


def _links(workspace: Workspace, files: Collection[str]) -> Mapping[str, _Links]:
    """Return the links of tests as `shall trace` reads them, by their sources."""
    found: dict[str, _Links] = {}
    for link in links_of_tests(workspace, files):
        known = found.get(link.source, _NO_LINK).criteria
        used = files_of_source(workspace, link.source)
        found[link.source] = _Links(
            known | {link.criterion}, link.fingerprint, used, link.others_can_fail
        )
    return found
