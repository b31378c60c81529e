"""Finds the criteria that the tests of a report name, and how each test ended."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct, field

from shall.actions.comment_links import CommentedTests
from shall.actions.link_sources import recorded_files, test_links
from shall.actions.reported_files import TestFiles, file_fingerprint
from shall.specs.junit import ReportedTest
from shall.specs.matrix import candidates_of, places_of_repeated, resolve, unresolved
from shall.specs.model import Criterion, Link, LinkKind, SpecSet
from shall.specs.status import ABSENT
from shall.specs.test_names import keys_in, scenarios_by_title, scenarios_in
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

_Key = tuple[LinkKind, str]
"""The kind of link and the source of a test."""

_WORST_FIRST = ("error", "failed", "passed", "skipped")


class _Ended(Struct):
    """How a test, or a parameter set of it, ended: repetitions are one."""

    outcomes: list[str] = field(default_factory=list)
    duration_s: float = 0.0

    def outcome(self) -> str:
        """Return the worst outcome."""
        return min(self.outcomes, key=_WORST_FIRST.index)


class ReportedSource(Struct):
    """The tests of one source, by parameter set; None: the test has none."""

    fingerprint: str
    criteria: dict[str, Criterion] = field(default_factory=dict)
    sets: dict[str | None, _Ended] = field(default_factory=dict)


class ReportedSources(Struct):
    """What a report says, by kind of link and source; ``seen`` are all its tests.

    ``not_reported`` are tests whose comments name criteria, in files that the report has, which it
    does not list under their names.
    """

    sources: dict[_Key, ReportedSource] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)
    not_reported: dict[str, None] = field(default_factory=dict)

    def add(self, key: _Key, fingerprint: str, criteria: Iterable[Criterion]) -> None:
        """Note that a source names criteria."""
        source = self.sources.setdefault(key, ReportedSource(fingerprint))
        source.criteria |= {it.key: it for it in criteria}

    def take_outcome(self, key: _Key, test: ReportedTest, parameters: str | None) -> None:
        """Note how a test of a source ended, if that names criteria."""
        if key in self.sources:
            ended = self.sources[key].sets.setdefault(parameters, _Ended())
            ended.outcomes.append(test.outcome)
            ended.duration_s += test.duration_s


def tests_in(
    workspace: Workspace,
    tests: Iterable[ReportedTest],
    specs: SpecSet,
    newest: Collection[Evidence],
) -> ReportedSources:
    """Return what the tests of a report say about criteria.

    ``newest`` is what was recorded before: a test that did not pass may have ended before it could
    name its criteria.
    """
    reader = _Reader(workspace, specs, newest)
    found = ReportedSources()
    ended = [(reader.add(test, found), test) for test in tests]
    for keys, test in ended:  # also of sets before the first that names a criterion
        for key, parameters in keys.items():
            found.take_outcome(key, test, parameters)
    found.not_reported = reader.comments.not_reported
    return found


class _Reader:
    """Reads one test after the other."""

    def __init__(self, workspace: Workspace, specs: SpecSet, newest: Collection[Evidence]) -> None:
        self._workspace = workspace
        self._specs = specs
        self._known = resolve(specs)
        self._scenarios = scenarios_by_title(self._known.values())
        self._files = TestFiles(workspace.files)
        self.comments = CommentedTests(workspace.files)
        self._marks = _by_dotted_name(test_links(workspace, [], recorded_files(newest)))
        self._earlier = _criteria_by_source(newest, self._known)

    def add(self, test: ReportedTest, found: ReportedSources) -> Mapping[_Key, str | None]:
        """Note what a test names; return its sources, with its parameter set in each."""
        links = [it for it in self._marks.get(_dotted(test), ()) if it.criterion in self._known]
        for link in links:
            criterion = self._known[link.criterion]
            found.add((LinkKind.TEST, link.source), link.fingerprint, [criterion])
        file = self._files.file_of(test)
        name = self._workspace.redactor.text(_name(test, file))
        found.seen.add(name)
        found.unknown |= dict.fromkeys(self._unknown(test, name))
        marked = {self._known[it.criterion].key for it in links}
        named = [it for it in self._criteria(test, name) if it.key not in marked]
        if named:
            fingerprint = file_fingerprint(self._workspace.files, file) if file else ""
            found.add((LinkKind.REPORT, name), fingerprint, named)
        is_python = links or file.endswith(".py")
        parameters = _parameters(self._workspace, test) if is_python else None
        keys = [(LinkKind.REPORT, name), *((LinkKind.TEST, it.source) for it in links)]
        return {**dict.fromkeys(keys, parameters), **self._commented(test, file, found)}

    def _commented(
        self, test: ReportedTest, file: str, found: ReportedSources
    ) -> Mapping[_Key, str | None]:
        """Note what the comments at a test name; return its source, as its file names it."""
        file = file or self._files.commented_file_of(test)
        sources = [(it, sets) for it in self.comments.of(file) for sets in it.sets_of(test)]
        if len(sources) != 1:
            return {}
        [(commented, parameters)] = sources
        source = self._workspace.redactor.text(commented.source)
        found.seen.add(source)
        self.comments.not_reported.pop(commented.source, None)
        named = [self._known[it.criterion] for it in commented.named if it.criterion in self._known]
        key = LinkKind.REPORT, source
        if named:
            found.add(key, file_fingerprint(self._workspace.files, file), named)
        if parameters is not None:
            parameters = self._workspace.redactor.text(parameters)
        return {key: parameters}

    def _criteria(self, test: ReportedTest, name: str) -> Iterator[Criterion]:
        yield from (self._known[it] for it in test.criteria if it in self._known)
        yield from keys_in(test.name, self._known)
        yield from scenarios_in(f"{test.classname} > {test.name}", self._scenarios)
        if test.outcome != "passed":  # it may have ended before it could name them
            yield from self._earlier.get(name, ())

    def _unknown(self, test: ReportedTest, name: str) -> Iterator[str]:
        for written in test.criteria:
            if written not in self._known:
                named, near = candidates_of(written, self._specs)
                places = places_of_repeated(named, self._specs.criteria())
                problem = unresolved(written, named or near, places=places)
                yield f"{name}: {problem.message} {problem.hint}".rstrip()


def _criteria_by_source(
    newest: Collection[Evidence], known: Mapping[str, Criterion]
) -> Mapping[str, list[Criterion]]:
    """Return the criteria that each test of an earlier report named."""
    found: dict[str, list[Criterion]] = {}
    for fact in newest:
        if fact.kind == LinkKind.REPORT and fact.outcome != ABSENT and fact.criterion in known:
            found.setdefault(fact.source, []).append(known[fact.criterion])
    return found


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
