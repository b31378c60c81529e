"""Which criteria, cases and tests a change, a file or a criterion touches."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shall.actions.affected_cases import SETTINGS
from shall.actions.at_commit import at_commit
from shall.actions.discovery import root_at
from shall.actions.link_sources import files_of_source
from shall.actions.mentions import with_mentions
from shall.actions.trace import trace_requirements
from shall.errors import ShallError
from shall.specs.matrix import Matrix, Row, row_of
from shall.specs.model import LinkKind
from shall.specs.status import LinkOutcome
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.git import changed_files, commit_of
from shall.workspace.workspace import Workspace

_MOST_FILES = 10
"""Files that a note names."""


class Touched(Struct, frozen=True):
    """A criterion with the reasons why it is to be looked at."""

    key: str
    place: str
    reasons: tuple[str, ...]


class Task(Struct, frozen=True):
    """A task that implements a criterion that is touched."""

    title: str
    place: str
    is_done: bool


class Impact(Struct, frozen=True):
    """What is touched. ``unlinked`` are changed files of which nobody says what they affect."""

    criteria: tuple[Touched, ...] = ()
    tasks: tuple[Task, ...] = ()
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()

    def unlinked_note(self) -> str:
        """Return what is not known of a change; empty where all of it is linked."""
        if not self.unlinked:
            return ""
        shown = ", ".join(self.unlinked[:_MOST_FILES])
        more = len(self.unlinked) - _MOST_FILES
        listed = f"{shown} and {more} more" if more > 0 else shown
        return f"These files are linked to no criterion: {listed}. Run all cases if they matter."


def impact_since(workspace: Workspace, name: str) -> Impact:
    """Return what the changes since a commit touch, uncommitted and untracked ones included.

    Raises:
        BadValue: There is no such commit, or git does not answer.
    """
    commit = commit_of(workspace.root, name)
    with at_commit(workspace, commit) as then:
        before = trace_requirements(then)
    return _impact(workspace, before, changed_files(workspace.root, commit))


def impact_of(workspace: Workspace, names: Sequence[str]) -> Impact:
    """Return what files and criteria touch.

    Raises:
        BadValue: A name is neither that of a file nor that of one criterion.
    """
    matrix = with_mentions(workspace, trace_requirements(workspace))
    reasons: dict[str, list[str]] = {}
    run: dict[str, LinkKind] = {}
    files: list[str] = []
    for name in names:
        path = _file(workspace, name)
        if path is not None:
            files.append(path)
            continue
        row = row_of(matrix, name)
        reasons.setdefault(row.criterion.key, []).append("named")
        run |= _sources(row)
    for row in matrix.rows:
        if why := _why_documents(row, files):
            reasons.setdefault(row.criterion.key, []).extend(why)
        if row.criterion.span.file in files:
            run |= _sources(row)
        for link in row.links:
            source = link.link.source
            if why := _why_source(workspace, link, files):
                reasons.setdefault(row.criterion.key, []).extend(why)
                run[source] = link.link.kind
    return _made(workspace, matrix, reasons, run, files)


def _why_documents(row: Row, files: Sequence[str]) -> list[str]:
    """Return why documents touch a criterion: its own, or a design or tasks that name it."""
    own = [f"in {row.criterion.span.file}"] if row.criterion.span.file in files else []
    return [*own, *(f"named at {it.span}" for it in row.mentions if it.span.file in files)]


def _why_source(workspace: Workspace, found: LinkOutcome, files: Sequence[str]) -> list[str]:
    """Return why files touch the criteria of a case or test: its own, or those that it names."""
    source = found.link.source
    own = [f"linked by {source}"] if _file_of(source) in files else []
    named = [it for it in files_of_source(workspace, source) if it in files]
    if SETTINGS in files and _reads_settings(workspace, found):
        named.append(SETTINGS)
    return [*own, *(f"{source} uses {it}" for it in named)]


def _impact(workspace: Workspace, before: Matrix, changed: Sequence[str]) -> Impact:
    matrix = with_mentions(workspace, trace_requirements(workspace))
    old = {row.criterion.key: row for row in before.rows}
    links = {it.link.source: it.link.fingerprint for row in before.rows for it in row.links}
    reasons: dict[str, list[str]] = {}
    run: dict[str, LinkKind] = {}
    for row in matrix.rows:
        known = old.get(row.criterion.key)
        why = _why_text(row, known)
        if why:
            run |= _sources(row)
        linked = _why_links(workspace, row, known, links, changed)
        run |= {source: kind for source, kind in _sources(row).items() if source in linked}
        if why or linked:
            reasons[row.criterion.key] = [*why, *linked.values()]
    return _made(workspace, matrix, reasons, run, changed)


def _why_text(row: Row, known: Row | None) -> list[str]:
    if known is None:
        return ["new"]
    is_same = known.criterion.fingerprint == row.criterion.fingerprint
    return [] if is_same else ["the text changed"]


def _why_links(
    workspace: Workspace,
    row: Row,
    known: Row | None,
    before: Mapping[str, str],
    changed: Collection[str],
) -> dict[str, str]:
    """Map each source whose link to a criterion, or whose own text, changed to what happened."""
    was = _sources(known) if known is not None else {}
    found = {}
    for it in row.links:
        source = it.link.source
        if source not in before:
            found[source] = f"{source} is new"
        elif before[source] != it.link.fingerprint:
            used = [file for file in files_of_source(workspace, source) if file in changed]
            if _file_of(source) in changed or not used:
                found[source] = f"{source} changed"
            else:
                found[source] = f"{source} uses {', '.join(used)}, which changed"
        elif SETTINGS in changed and _reads_settings(workspace, it):
            found[source] = f"{source} uses {SETTINGS}, which changed"
        elif source not in was and known is not None:
            found[source] = f"{source} is linked now"
    gone = sorted(was.keys() - _sources(row).keys())
    return found | {source: f"{source} is no longer linked" for source in gone}


def _reads_settings(workspace: Workspace, found: LinkOutcome) -> bool:
    """Return whether a case reads a variable of the settings, or read one that is gone."""
    if found.latest is not None and found.latest.variables:
        return True
    defaults = workspace.defaults
    given = [defaults.variables, defaults.secret_sources]
    for own in defaults.environment_settings.values():
        given += [own.get("variables", {}), own.get("secret_sources", {})]
    return any(name[0] in it for name in found.link.run_names for it in given)


def _made(
    workspace: Workspace,
    matrix: Matrix,
    reasons: Mapping[str, Sequence[str]],
    run: Mapping[str, LinkKind],
    files: Iterable[str],
) -> Impact:
    known = {row.criterion.span.file for row in matrix.rows}
    known |= {it.span.file for row in matrix.rows for it in row.mentions}
    sources = {it.link.source for row in matrix.rows for it in row.links}
    known |= {_file_of(it) for it in sources}
    known |= {path for it in sources for path in files_of_source(workspace, it)}
    cases = {source for source, kind in run.items() if kind is LinkKind.CASE}
    unlinked = []
    for file in sorted(set(files)):
        if file in known or _is_state(workspace, file):
            continue
        if file.endswith(YAML_ENDINGS) and _is_case(workspace, file):
            cases.add(file)  # it verifies nothing, and is to be run all the same
        else:
            unlinked.append(file)
    return Impact(
        criteria=tuple(
            Touched(
                row.criterion.key,
                str(row.criterion.span),
                tuple(dict.fromkeys(reasons[row.criterion.key])),
            )
            for row in matrix.rows
            if row.criterion.key in reasons
        ),
        tasks=tuple(_tasks(row for row in matrix.rows if row.criterion.key in reasons)),
        cases=tuple(sorted(cases)),
        tests=tuple(sorted(it for it, kind in run.items() if kind is LinkKind.TEST)),
        unlinked=tuple(unlinked),
    )


def _tasks(rows: Iterable[Row]) -> Iterator[Task]:
    """Yield each task that names one of some criteria, in the order of the documents."""
    found = {it.span: it for row in rows for it in row.mentions if it.kind == "task"}
    for it in sorted(found.values(), key=lambda it: (it.span.file, it.span.line)):
        title = f"{it.number} {it.title}".strip()
        yield Task(title, str(it.span), it.state.lower() == "x")


def _sources(row: Row) -> dict[str, LinkKind]:
    return {it.link.source: it.link.kind for it in row.links}


def _file_of(source: str) -> str:
    return source.partition("::")[0]


def _file(workspace: Workspace, name: str) -> str | None:
    """Return the path of a file of the workspace; None where the name is not that of one."""
    try:
        path = workspace.files.relative(name)
    except ShallError:
        return None
    return path if "#" not in name and workspace.files.is_file(path) else None


def _is_case(workspace: Workspace, path: str) -> bool:
    try:
        return root_at(workspace, path) in ("testcase", "unittest")
    except ShallError:  # deleted
        return False


def _is_state(workspace: Workspace, path: str) -> bool:
    return (workspace.root / path).is_relative_to(workspace.state)
