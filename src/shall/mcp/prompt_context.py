"""The parts of the project that prompts add to their instructions."""

from collections.abc import Collection, Iterable, Mapping

from shall.actions import documents
from shall.actions.requirements import read_specs
from shall.actions.specs import (
    design_path,
    documents_of_role,
    find_feature,
    list_features,
    new_document_path,
    requirements_path,
)
from shall.actions.tasks import TaskFound, find_task
from shall.actions.trace import trace_requirements
from shall.errors import BadValue, ShallError
from shall.specs.layouts import Role, document_at
from shall.specs.matrix import Row
from shall.specs.mentions import sections_in
from shall.specs.model import SpecSet
from shall.specs.references import keys_of, names_of
from shall.specs.status import Status
from shall.workspace.workspace import Workspace

Given = Mapping[str, str]
"""The arguments of a prompt."""

MOST_CRITERIA = 50
"""A prompt lists so many criteria; a longer list is worked through in several calls."""

MOST_SECTION = 4000
"""Characters of a section of a design; `read_file` returns the rest."""

_UNPROVED = frozenset(
    {Status.UNTESTED, Status.DRAFT, Status.VACUOUS, Status.NOT_RUN, Status.SKIPPED}
)
_CHANGED = frozenset({Status.SUSPECT, Status.STALE})


def for_requirements(workspace: Workspace, given: Given) -> str:
    """Return the features that exist, the path of the new document, and the description."""
    specs = read_specs(workspace)
    path = new_document_path(specs, given.get("feature", ""), given.get("layout", ""))
    return f"{_features(specs)}Path: {path}\n\n{given['requirements']}"


def for_clarifying(workspace: Workspace, given: Given) -> str:
    """Return the requirements documents of a feature, or of all."""
    specs = read_specs(workspace)
    chosen = find_feature(specs, given["feature"]) if given.get("feature") else specs.features
    paths = [feature.file for feature in chosen]
    if not paths:
        paths = [requirements_path(workspace, specs)]
    return "\n\n".join(_document(workspace, path) for path in paths)


def for_design(workspace: Workspace, given: Given) -> str:
    """Return one requirements document."""
    path = given.get("requirements_path") or requirements_path(workspace, read_specs(workspace))
    return _document(workspace, path)


def for_design_document(workspace: Workspace, given: Given) -> str:
    """Return one design."""
    return _document(workspace, given.get("design_path") or design_path(workspace))


def for_tests(workspace: Workspace, given: Given) -> str:
    """Return the criteria that nothing proves."""
    return _criteria(workspace, given, _UNPROVED)


def for_task(workspace: Workspace, given: Given) -> str:
    """Return a task with its criteria and the sections of the design that cover them."""
    found = find_task(workspace, given.get("feature", ""), given.get("task", ""))
    if found is None:
        raise BadValue("Every task is done or optional.", hint="Name a task to do it again.")
    place = f"{found.list.file}:{found.task.span.line}"
    keys = {it.key for it in found.criteria}
    matrix = trace_requirements(workspace)
    rows = [row for row in matrix.rows if row.criterion.key in keys]
    proposed = [it for it in found.criteria if it.key not in {row.criterion.key for row in rows}]
    lines = [
        *_lines(rows[:MOST_CRITERIA]),
        *(
            f"- {it.key} ({it.span.file}:{it.span.line})\n  {it.text}"
            for it in proposed[:MOST_CRITERIA]
        ),
    ]
    design = "\n\n".join(_design(workspace, found))
    parts = [f"{place}:\n\n{found.list.text_of(found.task)}", "\n".join(lines), design]
    return "\n\n".join(part for part in parts if part)


def _design(workspace: Workspace, found: TaskFound) -> Iterable[str]:
    """Yield the sections of designs that name a criterion of a task, else the places of designs."""
    wanted = {it.key for it in found.criteria}
    names = names_of(read_specs(workspace))
    others = []
    has_section = False
    for path in documents_of_role(workspace, Role.DESIGN):
        document = document_at(path)
        if document is None or (document.feature or document.change) != found.list.owner:
            continue
        try:
            text = documents.read_file(workspace, path)
        except ShallError:
            continue
        others.append(path)
        for section in sections_in(text, path):
            named = [keys_of(it, document.feature, names) or () for it in section.references]
            if any(wanted.intersection(keys) for keys in named):
                has_section = True
                yield f"{path}:{section.line}:\n\n{section.text[:MOST_SECTION]}"
    if not has_section and others:
        yield f"Design: {', '.join(others)}"


def for_suspects(workspace: Workspace, given: Given) -> str:
    """Return the criteria that changed since they were proved, or whose tests did."""
    return _criteria(workspace, given, _CHANGED)


def for_recovering(workspace: Workspace, given: Given) -> str:
    """Return the features that exist, the path of the new document, and the place of the code."""
    specs = read_specs(workspace)
    path = new_document_path(specs, given.get("feature", ""), "")
    return f"{_features(specs)}Path: {path}\nCode: {given.get('path') or '.'}"


def _features(specs: SpecSet) -> str:
    lines = [
        f"- {it.name}: {it.criteria} criteria, {', '.join(it.files)}" for it in list_features(specs)
    ]
    return "Features:\n" + "\n".join(lines) + "\n\n" if lines else ""


def _document(workspace: Workspace, path: str) -> str:
    return f"{path}:\n\n{documents.read_file(workspace, path)}"


def _criteria(workspace: Workspace, given: Given, statuses: Collection[Status]) -> str:
    matrix = trace_requirements(workspace, given.get("feature") or None)
    rows = [row for row in matrix.worst_first() if row.status in statuses]
    lines = list(_lines(rows[:MOST_CRITERIA]))
    if len(rows) > MOST_CRITERIA:
        lines.append(f"({len(rows) - MOST_CRITERIA} more)")
    return "\n".join(lines) or "(0)"


def _lines(rows: Iterable[Row]) -> Iterable[str]:
    for row in rows:
        criterion = row.criterion
        yield f"- {criterion.key} ({row.status.value}, {criterion.span.file}:{criterion.span.line})"
        yield f"  {criterion.text}"
        yield from (f"  verified by {outcome.link.source}" for outcome in row.links)
