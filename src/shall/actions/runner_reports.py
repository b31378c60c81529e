"""Records what the tests of another runner say about criteria."""

import secrets
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct, field
from msgspec.structs import replace

from shall.actions.evidence import append_evidence
from shall.actions.link_sources import test_links
from shall.actions.reported_files import TestFiles, file_fingerprint, is_newer
from shall.actions.requirements import read_specs
from shall.specs.junit import ReportedTest
from shall.specs.matrix import candidates_of, resolve, unresolved
from shall.specs.model import Criterion, Link, LinkKind, SpecSet
from shall.specs.status import ABSENT
from shall.specs.test_names import keys_in, scenarios_by_title, scenarios_in
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

_REPORTED = frozenset({LinkKind.REPORT, LinkKind.TEST})
_WORST_FIRST = ("error", "failed", "passed", "skipped")


class Recorded(Struct, frozen=True):
    """What a report said: outcomes by source and criterion, and links that name no criterion.

    ``absent`` are tests that were recorded before and are gone, ``outdated`` the files that were
    written after the report, so that it says nothing about them, and ``superseded`` the tests with
    another outcome that is newer than the report. ``unlisted`` are parameter sets that are not in
    the report, and whose last outcome stays, where it does not prove the criterion. ``fault`` says why nothing is stored, None where
    it is.
    """

    tests: int
    outcomes: tuple[tuple[str, str, str], ...]
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    fault: str | None = None


class _Ended(Struct):
    """How a test, or a parameter set of it, ended: repetitions are one."""

    outcomes: list[str] = field(default_factory=list)
    duration_s: float = 0.0

    def outcome(self) -> str:
        """Return the worst outcome."""
        return min(self.outcomes, key=_WORST_FIRST.index)


class _Source(Struct):
    """The tests of one source, by parameter set; None: the test has none."""

    fingerprint: str
    criteria: dict[str, Criterion] = field(default_factory=dict)
    sets: dict[str | None, _Ended] = field(default_factory=dict)


class _Found(Struct):
    """What a report says, by kind of link and source; ``seen`` are all its tests."""

    sources: dict[tuple[LinkKind, str], _Source] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)

    def add(
        self, key: tuple[LinkKind, str], fingerprint: str, criteria: Iterable[Criterion]
    ) -> None:
        """Note that a source names criteria."""
        source = self.sources.setdefault(key, _Source(fingerprint))
        source.criteria |= {it.key: it for it in criteria}

    def take_outcome(
        self, key: tuple[LinkKind, str], test: ReportedTest, parameters: str | None
    ) -> None:
        """Note how a test of a source ended, if that names criteria."""
        if key in self.sources:
            ended = self.sources[key].sets.setdefault(parameters, _Ended())
            ended.outcomes.append(test.outcome)
            ended.duration_s += test.duration_s


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
    in the report are gone. ``written_at_s`` is when the report was written, which dates its
    outcomes: it says nothing about tests and requirements that were written later, and replaces no
    newer outcome. None: it is of now.
    """
    specs = read_specs(workspace)
    known = resolve(specs)
    scenarios = scenarios_by_title(known.values())
    files = TestFiles(workspace.files)
    marks = _by_dotted_name(test_links(workspace, []))
    newest = {_key(it): it for it in workspace.evidence.newest()} if workspace.evidence else {}
    earlier = _criteria_by_source(newest.values(), known)
    found = _Found()
    ended: list[tuple[tuple[LinkKind, str], str | None, ReportedTest]] = []
    for test in tests:
        links = [it for it in marks.get(_dotted(test), ()) if it.criterion in known]
        for link in links:
            found.add((LinkKind.TEST, link.source), link.fingerprint, [known[link.criterion]])
        file = files.file_of(test)
        name = workspace.redactor.text(_name(test, file))
        found.seen.add(name)
        found.unknown |= dict.fromkeys(_unknown(test, name, known, specs))
        marked = {known[it.criterion].key for it in links}
        named = [*_criteria(test, known, scenarios)]
        if test.outcome != "passed":  # it may have ended before it could name them
            named += earlier.get(name, ())
        named = [it for it in named if it.key not in marked]
        if named:
            fingerprint = file_fingerprint(workspace.files, file) if file else ""
            found.add((LinkKind.REPORT, name), fingerprint, named)
        parameters = _parameters(workspace, test) if links or file.endswith(".py") else None
        ended += [
            (key, parameters, test)
            for key in {(LinkKind.REPORT, name), *((LinkKind.TEST, it.source) for it in links)}
        ]
    for key, parameters, test in ended:  # also of the sets before the first that names a criterion
        found.take_outcome(key, test, parameters)
    outdated = _newer_files(workspace, found.sources, written_at_s)
    at = datetime.now(UTC) if written_at_s is None else datetime.fromtimestamp(written_at_s, UTC)
    reported = [
        it
        for it in _evidence(found.sources, environment, at)
        if outdated.isdisjoint({it.source.partition("::")[0], known[it.criterion].span.file})
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
    fault = append_evidence(workspace, [*new, *absent]) if new or absent else None
    return Recorded(
        len(tests),
        tuple((it.source, it.criterion, it.outcome) for it in new),
        tuple(found.unknown),
        tuple(map(_shown, absent)),
        tuple(sorted(outdated)),
        tuple(map(_shown, superseded)),
        tuple(map(_shown, kept)),
        fault or workspace.state_warning,
    )


def _criteria_by_source(
    newest: Iterable[Evidence], known: Mapping[str, Criterion]
) -> Mapping[str, list[Criterion]]:
    """Return the criteria that each test of an earlier report named."""
    found: dict[str, list[Criterion]] = {}
    for fact in newest:
        if fact.kind == LinkKind.REPORT and fact.outcome != ABSENT and fact.criterion in known:
            found.setdefault(fact.source, []).append(known[fact.criterion])
    return found


def _newer_files(
    workspace: Workspace,
    sources: Mapping[tuple[LinkKind, str], _Source],
    written_at_s: float | None,
) -> set[str]:
    """Return the tests and requirements that were written after the report."""
    if written_at_s is None:
        return set()
    files = {name.partition("::")[0] for _, name in sources}
    files |= {it.span.file for source in sources.values() for it in source.criteria.values()}
    return {it for it in files if is_newer(workspace.files, it, written_at_s)}


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
    sources: Mapping[tuple[LinkKind, str], _Source], environment: str, at: datetime
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
                    environment=environment if kind is LinkKind.REPORT else "",
                    data_row=parameters,
                )


def _absent(
    newest: Iterable[Evidence],
    found: _Found,
    reported: Container[_Key],
    complete_in: str | None,
) -> Iterator[Evidence]:
    """Yield what earlier reports said and this one ends: of tests, parameter sets and links.

    ``complete_in`` is the environment whose tests the report lists all; None: it does not.
    """
    for fact in newest:
        if fact.kind not in _REPORTED or fact.outcome == ABSENT or _key(fact) in reported:
            continue
        where = fact.environment if fact.kind == LinkKind.REPORT else complete_in
        is_complete = complete_in is not None and where == complete_in
        source = found.sources.get((LinkKind(fact.kind), fact.source))
        if source is not None and fact.criterion in source.criteria:
            if is_complete:  # a parameter set that is gone, or the test from before it had some
                yield fact
        elif fact.kind == LinkKind.REPORT and (is_complete or fact.source in found.seen):
            yield fact


def _unlisted(
    newest: Mapping[_Key, Evidence], new: Sequence[Evidence], reported: Container[_Key]
) -> Iterator[Evidence]:
    """Yield what still counts beside the report, and is no proof of the test as it is now."""
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


def _says_the_same(before: Evidence, fact: Evidence) -> bool:
    return (
        before.outcome == "passed"
        and before.criterion_fingerprint == fact.criterion_fingerprint
        and before.source_fingerprint == fact.source_fingerprint
    )


def _criteria(
    test: ReportedTest, known: Mapping[str, Criterion], scenarios: Mapping[str, Criterion]
) -> Iterator[Criterion]:
    yield from (known[it] for it in test.criteria if it in known)
    yield from keys_in(test.name, known)
    yield from scenarios_in(f"{test.classname} > {test.name}", scenarios)


def _unknown(
    test: ReportedTest, name: str, known: Mapping[str, Criterion], specs: SpecSet
) -> Iterator[str]:
    for written in test.criteria:
        if written not in known:
            named, near = candidates_of(written, specs)
            problem = unresolved(written, named or near)
            yield f"{name}: {problem.message} {problem.hint}".rstrip()


def _by_dotted_name(links: Iterable[Link]) -> Mapping[str, list[Link]]:
    """Return the marks of Python tests by the name that JUnit reports give them."""
    found: dict[str, list[Link]] = {}
    for link in links:
        file, _, test = link.source.partition("::")
        name = f"{file.removesuffix('.py').replace('/', '.')}.{test.replace('::', '.')}"
        found.setdefault(name, []).append(link)
    return found


def _dotted(test: ReportedTest) -> str:
    return f"{test.classname}.{test.name.partition('[')[0]}"


def _parameters(workspace: Workspace, test: ReportedTest) -> str | None:
    """Return the name of the parameter set of a Python test; None where the test has none."""
    _, bracket, rest = test.name.partition("[")
    return workspace.redactor.text(rest.removesuffix("]")) if bracket else None


def _name(test: ReportedTest, file: str) -> str:
    """Return the source of a test: its file, or the name of its class, and its name."""
    name = test.name
    if file.endswith(".py"):
        module = file.removesuffix(".py").replace("/", ".")
        inner = test.classname.removeprefix(module).strip(".").replace(".", "::")
        name = "::".join(filter(None, (inner, name.partition("[")[0])))
    return f"{file or test.classname}::{name}"
