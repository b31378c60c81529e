"""Writes requests and tests of other tools as cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.discovery import case_folders
from shall.cases.model import Case
from shall.cases.reader import examine_data, read_case
from shall.cases.root import fields_of
from shall.cases.yaml_writer import to_yaml
from shall.diagnostics import Diagnostic, Severity
from shall.errors import AlreadyExists, InvalidCase
from shall.imports.formats import import_text
from shall.imports.result import Imported, ImportedCase
from shall.workspace.folders import CASE_FOLDERS, is_shared_path
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case


class ImportedFile(Struct, frozen=True):
    """A case file that was written, or would be."""

    path: str
    case: Case
    text: str


class Import(Struct, frozen=True):
    """What an import wrote, what it could not carry, and the secret variables without a value.

    ``environment`` is one of shall.yaml, by its name, which nothing writes there.
    """

    files: Sequence[ImportedFile]
    left_out: Sequence[Diagnostic]
    secrets: Sequence[str]
    environment: Mapping[str, Mapping[str, Any]] = {}


def read_cases(
    text: str, source: str, kind: str | None = None, environment: Imported | None = None
) -> Import:
    """Read a document of another tool; nothing is written. Paths are relative to a folder.

    ``environment`` is that of Postman, which a collection is read with.
    """
    given = None if environment is None else variables_of(environment)
    found = import_text(text, source, kind, given)
    files: list[ImportedFile] = []
    problems = list(found.left_out)
    for each in found.cases:
        try:
            files.append(_file_of(each))
        except InvalidCase as error:
            problems += [_left_out(each, it) for it in error.diagnostics]
    if environment is None:
        return Import(files, problems, found.secrets, found.environment)
    problems += environment.left_out
    return Import(files, problems, found.secrets, environment.environment)


def variables_of(environment: Imported) -> frozenset[str]:
    """Return the names of the variables that an environment sets, secret ones too."""
    settings = environment.environment.values()
    return frozenset(name for it in settings for part in it.values() for name in part)


def write_cases(
    workspace: Workspace,
    found: Import,
    folder: str | None = None,
    *,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Import:
    """Write cases that were read below a folder of the workspace; return them with their paths.

    ``dry_run``: write nothing, and refuse what could not be written.

    Raises:
        AlreadyExists: A case exists and ``overwrite`` is false; nothing was written.
        OutsideWorkspace: The folder leads out.
        WriteRefused: It is not a folder of cases.
    """
    below = workspace.files.relative(folder or _folder_of(workspace))
    files = [_below(below, it) for it in found.files]
    for it in files:
        check_case(workspace, it.path)
    there = [it.path for it in files if workspace.files.is_file(it.path)]
    if there and not overwrite:
        raise AlreadyExists(
            f"{there[0]} exists.",
            hint="Nothing was written. Pass overwrite=true, or choose another folder.",
        )
    for it in () if dry_run else files:
        workspace.files.write_text(it.path, it.text, overwrite=overwrite)
    return replace(found, files=files)


def _below(folder: str, found: ImportedFile) -> ImportedFile:
    """Return a file with its path in the workspace."""
    path = f"{folder}/{found.path}".removeprefix("./")
    text = to_yaml(found.case, is_wrapped=True) if is_shared_path(path) else found.text
    return ImportedFile(path, found.case, text)


def _folder_of(workspace: Workspace) -> str:
    return next(iter(case_folders(workspace)), CASE_FOLDERS[0])


def _file_of(found: ImportedCase) -> ImportedFile:
    """Return a case with its text, which is read back. Raises ``InvalidCase``."""
    text = to_yaml(examine_data(found.data).case)
    return ImportedFile(found.path, read_case(text, found.path), text)


def _left_out(found: ImportedCase, problem: Diagnostic) -> Diagnostic:
    data: Mapping[str, Any] = found.data
    name = str(fields_of(data).get("name", found.path))
    return Diagnostic(
        "import.left-out",
        Severity.WARNING,
        f"The case was left out: {problem.text}",
        field=name[:80],
    )
