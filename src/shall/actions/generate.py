"""Writes drafts of cases and property tests from criteria that have no test."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from shall.actions.case_schema import schema_line, schema_path
from shall.actions.discovery import case_folders
from shall.actions.requirements import read_specs
from shall.actions.specs import find_feature
from shall.actions.trace import trace_requirements
from shall.cases.forms import METHODS
from shall.cases.reader import examine_data, read_case
from shall.cases.yaml_writer import to_yaml
from shall.diagnostics import Diagnostic, Severity
from shall.drafts.http_case import Example, draft_case
from shall.drafts.property_test import draft_property_test, name_of
from shall.errors import InvalidInput
from shall.imports.formats import import_text
from shall.specs.matrix import Matrix, Row, row_of
from shall.specs.model import Criterion, Kind
from shall.specs.status import UNCOUNTED
from shall.workspace.folders import CASE_FOLDERS, is_shared_path
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case

_PROPERTIES = "tests/properties"
_LEFT_OUT = "generate.left-out"
_UNSAFE = re.compile(r"[^\w.-]+")


class Draft(Struct, frozen=True):
    """A file that was written, or would be, for a criterion."""

    path: str
    criterion: str
    text: str


class Generated(Struct, frozen=True):
    """The drafts, the criteria of which none was made, and how many had a case or test."""

    drafts: tuple[Draft, ...]
    left_out: tuple[Diagnostic, ...]
    tested: int


class Wanted(Struct, frozen=True):
    """What drafts are wanted for, and where.

    ``chosen`` are features and keys of criteria; none means all. ``openapi`` is the name and text
    of a document whose bodies are used. ``again``: criteria that have a case or test get a draft
    too. ``programs``: property tests, which are Python files, are written too.
    """

    chosen: tuple[str, ...] = ()
    folder: str | None = None
    openapi: tuple[str, str] | None = None
    again: bool = False
    programs: bool = True


def generate_tests(workspace: Workspace, wanted: Wanted, *, dry_run: bool = False) -> Generated:
    """Write a draft for each criterion that names a request, or is a property; overwrite nothing.

    Raises:
        BadValue: No feature or criterion has a name that is chosen, or the document is none.
        WriteRefused: The folder is not a folder of cases.
        OutsideWorkspace: The folder leads out.
    """
    files = workspace.files
    folder = wanted.folder or next(iter(case_folders(workspace)), CASE_FOLDERS[0])
    below = files.relative(folder).removeprefix("./")
    examples = tuple(_examples(*wanted.openapi)) if wanted.openapi else ()
    drafts: list[Draft] = []
    left_out: list[Diagnostic] = []
    tested = 0
    for row in _rows(workspace, trace_requirements(workspace), wanted.chosen):
        if row.links and not wanted.again:
            tested += 1
            continue
        found = _draft_of(workspace, row, below, examples, programs=wanted.programs)
        if isinstance(found, Draft) and files.is_file(found.path):
            found = f"{found.path} exists."
        if isinstance(found, str):
            left_out.append(_left_out(row.criterion, found))
        else:
            drafts.append(found)
    for draft in () if dry_run else drafts:
        files.write_text(draft.path, draft.text, overwrite=False)
    return Generated(tuple(drafts), tuple(left_out), tested)


def _rows(workspace: Workspace, matrix: Matrix, chosen: Sequence[str]) -> Iterable[Row]:
    """Return the rows of what is chosen, in the order of the documents."""
    if not chosen:
        return matrix.rows
    keys: set[str] = set()
    specs = read_specs(workspace)
    names = {it.name for it in specs.features} | specs.aliases().keys()
    for name in chosen:
        if name in matrix.names or name not in names:
            keys.add(row_of(matrix, name).criterion.key)
        else:
            found = find_feature(specs, name)[0].name
            keys |= {
                key for row in matrix.rows if (key := row.criterion.key).startswith(f"{found}#")
            }
    return [row for row in matrix.rows if row.criterion.key in keys]


def _draft_of(
    workspace: Workspace, row: Row, folder: str, examples: Sequence[Example], *, programs: bool
) -> Draft | str:
    """Return the draft for a criterion, or why there is none."""
    criterion = row.criterion
    if row.status in UNCOUNTED:
        return f"It is {row.status.value}."
    if criterion.kind is Kind.PROPERTY:
        if not programs:
            return "It is a property: `shall generate` writes a test for pytest."
        path = f"{_PROPERTIES}/test_{name_of(criterion.key)}.py"
        return Draft(path, criterion.key, draft_property_test(criterion))
    data = draft_case(criterion, examples)
    if data is None:
        return "It names no HTTP method and path that the system is to answer."
    path = f"{folder}/{_path_of(criterion.key)}.yaml"
    check_case(workspace, path)
    try:
        text = to_yaml(examine_data(data).case, is_wrapped=is_shared_path(path))
        read_case(text, path)
    except InvalidInput as error:
        why = error.diagnostics[0].text if error.diagnostics else error.message
        return f"No case can be made of it: {why}"
    is_known = workspace.files.is_file(schema_path(workspace))
    return Draft(path, criterion.key, (schema_line(workspace, path) if is_known else "") + text)


def _path_of(key: str) -> str:
    """Return the path for a criterion below a folder of cases: ``orders/1.2``."""
    parts = [_UNSAFE.sub("-", part).strip("-.") for part in re.split(r"[#/]", key)]
    return "/".join(filter(None, parts)) or "criterion"


def _left_out(criterion: Criterion, why: str) -> Diagnostic:
    return Diagnostic(
        _LEFT_OUT, Severity.INFO, f"{criterion.key} was left out. {why}", criterion.span
    )


def _examples(name: str, text: str) -> Iterator[Example]:
    """Yield the JSON bodies that the operations of an OpenAPI document accept."""
    for case in import_text(text, name, "openapi").cases:
        for step in case.data["steps"]:
            status = str(step.get("expect", {}).get("status", ""))
            method = next(it for it in METHODS if it in step)
            if "json" in step and not status.startswith(("4", "5")):
                yield Example(method, step[method], step["json"])
