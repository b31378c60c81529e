"""Records what the tests of another runner say about criteria."""

import secrets
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.evidence import append_evidence
from shall.actions.link_sources import files_of_source
from shall.actions.reported_files import is_newer
from shall.actions.reported_tests import ReportedSource, ReportedSources, tests_in
from shall.actions.requirements import read_specs
from shall.specs.junit import ReportedTest
from shall.specs.matrix import resolve
from shall.specs.model import LinkKind
from shall.specs.status import ABSENT
from shall.store.base import Evidence
from shall.workspace.git import changed_files, head_time_s
from shall.workspace.workspace import Workspace

_REPORTED = frozenset({LinkKind.REPORT, LinkKind.TEST})


class Recorded(Struct, frozen=True):
    """What a report said: outcomes by source and criterion, and links that name no criterion.

    ``absent`` are tests that were recorded before and are gone, ``outdated`` the files that were
    written after the report, so that it says nothing about them, and ``superseded`` the tests with
    another outcome that is newer than the report. ``unlisted`` are parameter sets that the report
    does not list: their last outcome stays, and is not proof. ``not_reported`` are tests whose
    comments name criteria and which the report, though it has their files, does not list by name.
    ``incomplete`` are marked tests with the number of their parameter sets of which outcomes are
    recorded, and of all. ``fault`` says why nothing is stored, None where it is.
    """

    tests: int
    outcomes: tuple[tuple[str, str, str], ...]
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    not_reported: tuple[str, ...] = ()
    incomplete: tuple[tuple[str, int, int], ...] = ()
    fault: str | None = None


def record_report(
    workspace: Workspace,
    tests: Sequence[ReportedTest],
    environment: str = "",
    *,
    written_at_s: float | None = None,
    is_complete: bool = False,
) -> Recorded:
    """Append what the tests of a report say about criteria.

    A test names criteria by a property, by keys in its name, or by the title of a scenario; the
    marks of a Python test count, too. ``is_complete``: tests that were recorded before and are not
    in the report are gone. ``written_at_s`` is when the report was written, None for now: it says
    nothing about tests and requirements that were written later. Its outcomes are as old as the
    start of its first test, where it says so, since a copy of a report looks newer than it is.
    """
    specs = read_specs(workspace)
    known = resolve(specs)
    newest = {_key(it): it for it in workspace.evidence.newest()} if workspace.evidence else {}
    found = tests_in(workspace, tests, specs, newest.values())
    written_at_s = time.time() if written_at_s is None else written_at_s
    began_at_s = min([written_at_s, *(it.started_at_s for it in tests if it.started_at_s)])
    outdated = _newer_files(workspace, found.sources, written_at_s, began_at_s)
    at = datetime.fromtimestamp(began_at_s, UTC)
    reported = [
        it
        for it in _evidence(found.sources, environment, at)
        if outdated.isdisjoint(
            {*_files(workspace, it.source, it.kind), known[it.criterion].span.file}
        )
    ]
    new = [it for it in reported if not _is_superseded(it, newest)]
    superseded = [it for it in reported if it not in new]
    keys = {_key(it) for it in reported}
    complete_in = environment if is_complete else None
    absent = [it for it in _absent(newest.values(), found, keys, complete_in) if it.at <= at]
    gone = {_key(it) for it in absent}
    kept = [it for it in _unlisted(newest, new, keys) if _key(it) not in gone]
    absent = [replace(it, at=datetime.now(UTC), outcome=ABSENT) for it in absent]
    workspace.make_state()
    faults = append_evidence(workspace, [*new, *absent]) if new or absent else []
    return Recorded(
        len(tests),
        tuple((it.source, it.criterion, it.outcome) for it in new),
        tuple(found.unknown),
        tuple(map(_shown, absent)),
        tuple(sorted(outdated)),
        tuple(map(_shown, superseded)),
        tuple(map(_shown, kept)),
        tuple(map(workspace.redactor.text, found.not_reported)),
        tuple(_incomplete(workspace, {**newest, **{_key(it): it for it in new}}, new)),
        "; ".join(faults) or workspace.state_warning,
    )


def _newer_files(
    workspace: Workspace,
    sources: Mapping[tuple[LinkKind, str], ReportedSource],
    written_at_s: float,
    began_at_s: float,
) -> set[str]:
    """Return the tests and requirements that were written after the report.

    So was one that was written after the tests began, unless it is as in a commit from before: a
    later job of a pipeline checks out the same text again.
    """
    names = {file for kind, name in sources for file in _files(workspace, name, kind)}
    names |= {it.span.file for source in sources.values() for it in source.criteria.values()}
    newer = {it for it in names if is_newer(workspace.files, it, began_at_s)}
    outdated = {it for it in newer if is_newer(workspace.files, it, written_at_s)}
    if newer == outdated:
        return outdated
    committed_at_s = head_time_s(workspace.root)
    if committed_at_s is None or committed_at_s > began_at_s:
        return newer
    return outdated | newer.intersection(changed_files(workspace.root, "HEAD"))


def _files(workspace: Workspace, source: str, kind: str) -> Iterator[str]:
    """Yield the file of a test, and of a marked one those that it uses."""
    yield source.partition("::")[0]
    if kind == LinkKind.TEST:
        yield from files_of_source(workspace, source)


_Key = tuple[str, str, str, str | None]


def _key(fact: Evidence) -> _Key:
    return fact.criterion, fact.source, fact.environment, fact.data_row


def _shown(fact: Evidence) -> str:
    parameters = "" if fact.data_row is None else f"[{fact.data_row}]"
    return f"{fact.source}{parameters} ({fact.criterion})"


def _is_superseded(fact: Evidence, newest: Mapping[_Key, Evidence]) -> bool:
    """Return whether something else was recorded after the report of a fact was written."""
    own = newest.get(_key(fact))
    whole = newest.get(_key(replace(fact, data_row=None)))
    return any(
        it is not None and it.outcome not in {ABSENT, fact.outcome} and it.at > fact.at
        for it in (own, whole)
    )


def _evidence(
    sources: Mapping[tuple[LinkKind, str], ReportedSource], environment: str, at: datetime
) -> Iterator[Evidence]:
    run_id = secrets.token_hex(16)
    for (kind, name), source in sources.items():
        for criterion in source.criteria.values():
            for parameters, ended in source.sets.items():
                yield Evidence(
                    at=at,
                    criterion=criterion.key,
                    source=name,
                    kind=kind.value,
                    outcome=ended.outcome(),
                    run_id=run_id,
                    criterion_fingerprint=criterion.fingerprint,
                    source_fingerprint=source.fingerprint,
                    checks_executed=1,  # a report does not count assertions: the test is one check
                    duration_s=ended.duration_s,
                    environment=environment,
                    data_row=parameters,
                )


def _absent(
    newest: Iterable[Evidence],
    found: ReportedSources,
    reported: Container[_Key],
    complete_in: str | None,
) -> Iterator[Evidence]:
    """Yield what earlier reports said and this one ends: of tests, parameter sets and links.

    ``complete_in`` is the environment whose tests the report lists all; None: it does not.
    """
    for fact in newest:
        if fact.kind not in _REPORTED or fact.outcome == ABSENT or _key(fact) in reported:
            continue
        # A marked test that pytest recorded has no environment: it runs the code.
        is_there = fact.environment == complete_in or (
            fact.kind == LinkKind.TEST and not fact.environment
        )
        is_complete = complete_in is not None and is_there
        source = found.sources.get((LinkKind(fact.kind), fact.source))
        if source is not None and fact.criterion in source.criteria:
            if is_complete:  # a parameter set that is gone, or the test from before it had some
                yield fact
        elif fact.kind == LinkKind.REPORT and (is_complete or fact.source in found.seen):
            yield fact


def _unlisted(
    newest: Mapping[_Key, Evidence], new: Sequence[Evidence], reported: Container[_Key]
) -> Iterator[Evidence]:
    """Yield what still counts beside the report, and is not proof of the test as it is now."""
    now = {_key(it)[:3]: it for it in new if it.data_row is not None}
    for key, fact in newest.items():
        other = now.get(key[:3])
        if other is None or key in reported or fact.outcome in {ABSENT, "skipped"}:
            continue
        whole = newest.get((*key[:3], None), fact)
        if whole is not fact and whole.at >= fact.at and whole.outcome != ABSENT:
            continue
        if not _says_the_same(fact, other):
            yield fact


def _incomplete(
    workspace: Workspace, newest: Mapping[_Key, Evidence], new: Sequence[Evidence]
) -> Iterator[tuple[str, int, int]]:
    """Yield tests of a report of which some parameter sets were never recorded."""
    for criterion, source, environment in dict.fromkeys(_key(it)[:3] for it in new):
        linked = workspace.linked.get(source.partition("::")[0])
        links = linked.marks.links if linked is not None else ()
        sets = max((it.sets for it in links if it.source == source), default=1)
        rows = [newest[it] for it in newest if it[:3] == (criterion, source, environment)]
        rows = [it for it in rows if it.outcome != ABSENT]
        if len(rows) < sets and all(it.data_row is not None for it in rows):
            yield source, len(rows), sets


def _says_the_same(before: Evidence, fact: Evidence) -> bool:
    return (
        before.outcome == "passed"
        and before.criterion_fingerprint == fact.criterion_fingerprint
        and before.source_fingerprint == fact.source_fingerprint
    )
