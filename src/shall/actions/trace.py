"""Traces criteria to cases, tests and their latest outcome."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from shall.actions.discovery import UNREADABLE, case_folders, root_at
from shall.actions.requirements import read_specs
from shall.cases.fingerprint import case_fingerprint
from shall.cases.nearest import nearest
from shall.cases.reader import locate, read_case
from shall.diagnostics import Diagnostic, Severity
from shall.errors import BadValue, InvalidInput, StoreUnavailable
from shall.results.records import Outcome
from shall.span import Span
from shall.specs.links import link_of_case, read_marks
from shall.specs.matrix import Latest, Matrix, build_matrix
from shall.specs.model import Link, SpecSet
from shall.store.base import Evidence
from shall.workspace.stray_cases import YAML_ENDINGS
from shall.workspace.workspace import Workspace

_BAD = frozenset({Outcome.FAILED.value, Outcome.ERROR.value})


def trace_requirements(workspace: Workspace, feature: str | None = None) -> Matrix:
    """Build the coverage matrix of the workspace, or of one feature.

    A case or test file that cannot be read is named in the matrix's problems; the rest counts.

    Raises:
        InvalidSpec: A requirements document cannot be read.
        BadValue: No feature has that name.
    """
    specs = read_specs(workspace)
    problems: list[Diagnostic] = []
    links = [*_case_links(workspace, problems), *_test_links(workspace, problems)]
    matrix = build_matrix(specs, links, _latest(_newest(workspace, problems)))
    matrix = replace(matrix, problems=tuple(problems))
    return matrix if feature is None else _of_feature(matrix, specs, feature)


def _case_links(workspace: Workspace, problems: list[Diagnostic]) -> Iterator[Link]:
    files = workspace.files
    for folder in case_folders(workspace):
        for path in files.find(folder, YAML_ENDINGS):
            if root_at(workspace, path) not in {"testcase", UNREADABLE}:
                continue
            try:
                text = files.read_text(path)
                case = read_case(text, path)
            except InvalidInput as error:
                problems.extend(_problems_of(error, path))
                continue
            if case.verifies:
                span = locate(text, path, "verifies")
                yield from link_of_case(path, case.verifies, span, case_fingerprint(case))


def _test_links(workspace: Workspace, problems: list[Diagnostic]) -> Iterator[Link]:
    for path in workspace.files.find(".", (".py",)):
        name = PurePosixPath(path).name
        if name.startswith("test_") or name.endswith("_test.py"):
            try:
                marks = read_marks(workspace.files.read_text(path), path)
            except InvalidInput as error:
                problems.extend(_problems_of(error, path))
                continue
            problems.extend(marks.problems)
            yield from marks.links


def _newest(workspace: Workspace, problems: list[Diagnostic]) -> Sequence[Evidence]:
    if workspace.evidence is None:
        return ()
    try:
        return workspace.evidence.newest()
    except StoreUnavailable as error:
        span = Span(str(workspace.state), 1)
        problems.append(
            Diagnostic("state.unreadable", Severity.ERROR, error.message, span, error.hint or "")
        )
        return ()


def _problems_of(error: InvalidInput, path: str) -> Sequence[Diagnostic]:
    """Return the problems of a file that cannot be read."""
    span = error.span or Span(path, 1)
    return error.diagnostics or [
        Diagnostic("file.unreadable", Severity.ERROR, error.message, span, error.hint or "")
    ]


def _latest(evidence: Iterable[Evidence]) -> list[Latest]:
    """Join the rows of data of one source: one bad row makes the source bad."""
    joined: dict[tuple[str, str], Evidence] = {}
    for fact in evidence:
        key = (fact.criterion, fact.source)
        known = joined.get(key)
        if known is None or (fact.outcome in _BAD and known.outcome not in _BAD):
            joined[key] = fact
    return [
        Latest(fact.criterion, fact.source, fact.outcome, fact.run_id) for fact in joined.values()
    ]


def _of_feature(matrix: Matrix, specs: SpecSet, feature: str) -> Matrix:
    names = [known.name for known in specs.features]
    if feature not in names:
        near = nearest(feature, names)
        raise BadValue(
            f"No feature is named {feature}.",
            hint=f"Did you mean {near}?" if near else f"There are: {', '.join(names)}.",
        )
    prefix = f"{feature}#"
    return replace(
        matrix,
        rows=tuple(row for row in matrix.rows if row.criterion.key.startswith(prefix)),
        unknown=tuple(link for link in matrix.unknown if link.link.criterion.startswith(prefix)),
    )
