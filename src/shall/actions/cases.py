"""Lists, reads, writes and deletes test cases."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall.actions.discovery import UNREADABLE, case_folders, case_not_found, root_at
from shall.actions.links import LinkCheck
from shall.actions.masking import refuse_masks
from shall.cases.model import Case
from shall.cases.reader import Reading, examine_data, examine_text, load_yaml, read_case, root_of
from shall.cases.root import ROOT, fields_of
from shall.cases.script import script_name, to_script
from shall.diagnostics import Diagnostic
from shall.errors import (
    AlreadyExists,
    BadValue,
    InvalidCase,
    OutsideWorkspace,
    ScriptNotWritten,
    ShallError,
)
from shall.workspace.case_root import root_in
from shall.workspace.folders import YAML_ENDINGS, is_shared_path
from shall.workspace.paths import refuse_operators
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case

if TYPE_CHECKING:
    from shall.cases.unit.model import Unit

SCRIPTS = "tests/scripts"
"""Where generated pytest scripts lie; nothing is generated unless the folder exists."""

TEST_TYPES: Mapping[str, frozenset[str | None]] = {
    "all": frozenset({"testcase", "unittest", UNREADABLE}),
    "integration": frozenset({"testcase"}),
    "unit": frozenset({"unittest"}),
}


class CaseFound(Struct, frozen=True):
    """A case file as read: a ``case`` or a ``unit``. Neither: ``problems`` say why it cannot be."""

    path: str
    test_type: str  # "integration" (requests) or "unit" (root unittest:)
    case: Case | None
    data: Mapping[str, Any]
    problems: Sequence[Diagnostic] = ()
    unit: "Unit | None" = None


class CaseWritten(Struct, frozen=True):
    """What ``write_case`` did, or would do. ``script_path`` None: no script is stored here."""

    written_files: Sequence[str]
    case: Case
    text: str
    script: str | None
    script_path: str | None
    dry_run: bool
    notes: Sequence[Diagnostic] = ()
    overwritten_files: Sequence[str] = ()


def list_cases(
    workspace: Workspace, root_path: str | None = None, test_type: str = "all"
) -> list[str]:
    """List case files, sorted, as paths in the workspace. ``test_type``: all, integration, unit.

    Creates nothing. Raises ``FolderNotFound``, ``OutsideWorkspace``, ``BadValue``.
    """
    if test_type not in TEST_TYPES:
        raise BadValue(
            f"test_type {test_type!r} is not valid.", hint=f"Use one of {', '.join(TEST_TYPES)}."
        )
    files = workspace.files
    folders: Sequence[str] = [root_path] if root_path else case_folders(workspace)
    return [
        path
        for folder in folders
        for path in files.find(folder, YAML_ENDINGS)
        if root_at(workspace, path) in TEST_TYPES[test_type]
    ]


def get_case(workspace: Workspace, path: str) -> CaseFound:
    """Read one case file. Raises ``CaseNotFound``, ``OutsideWorkspace``."""
    relative = workspace.files.relative(path)
    if not workspace.files.is_file(relative):
        raise case_not_found(workspace, relative)
    text = workspace.files.read_text(relative)
    test_type = "unit" if root_of(text) == "unittest" else "integration"
    try:
        data = load_yaml(text, relative)
    except InvalidCase as error:
        return CaseFound(relative, test_type, None, {}, error.diagnostics)
    held = data if isinstance(data, dict) else {}
    if test_type == "unit":
        from shall.actions.unit_cases import read_unit_file  # as a run does

        try:
            unit = read_unit_file(workspace, relative, text).unit
        except InvalidCase as error:
            return CaseFound(relative, test_type, None, held, error.diagnostics)
        return CaseFound(relative, test_type, None, held, unit=unit)
    held = {ROOT: fields_of(held)}  # replies have the root in either form
    try:
        return CaseFound(relative, test_type, read_case(text, relative), held)
    except InvalidCase as error:
        return CaseFound(relative, test_type, None, held, error.diagnostics)


def write_case(
    workspace: Workspace,
    path: str,
    data: Mapping[str, Any] | str,
    *,
    overwrite: bool = True,
    dry_run: bool = False,
) -> CaseWritten:
    """Check a case and write it as YAML (and a script where ``tests/scripts/`` exists).

    ``data`` is the case as data, or as YAML or JSON text, in either form.

    Raises:
        InvalidCase: The data has problems; nothing was written.
        AlreadyExists: The file exists and ``overwrite`` is false.
        BadValue: A value in it is the mask of a secret.
        OutsideWorkspace: The path leads out, or into a hidden folder, or is no ``.yaml``, or
            is ``shall.yaml``, which is the operator's.
        WriteRefused: It is not below a folder of cases, nor matches the setting ``writable``.
    """
    from shall.cases.yaml_writer import to_yaml

    relative = case_path(workspace, path)
    check_case(workspace, relative)
    reading = _checked(data, relative)
    refuse_masks(load_yaml(data, relative) if isinstance(data, str) else data)
    case = reading.case
    text = _with_comments(
        workspace, relative, to_yaml(case, is_wrapped=is_shared_path(relative)), case
    )
    if not overwrite and workspace.files.is_file(relative):
        raise AlreadyExists(f"{relative} exists.", hint="Pass overwrite=true to replace it.")
    script = script_path = None
    if workspace.files.is_folder(SCRIPTS):
        script, script_path = to_script(relative), f"{SCRIPTS}/{script_name(relative)}"
    written = [relative] if script_path is None else [relative, script_path]
    notes = (*reading.notes, *link_notes(workspace, case.verifies))
    if dry_run:
        return CaseWritten([], case, text, script, script_path, dry_run, notes)
    there = [name for name in written if workspace.files.is_file(name)]
    write_both(workspace, relative, text, script_path, script)
    return CaseWritten(written, case, text, script, script_path, dry_run, notes, there)


def _with_comments(workspace: Workspace, path: str, text: str, case: Case) -> str:
    """Return the text of a case with the comments of the file that it replaces."""
    if not workspace.files.is_file(path):
        return text
    from shall.cases.comments import with_comments  # as above

    commented = with_comments(workspace.files.read_text(path), text)
    if commented == text:
        return text
    try:
        return commented if read_case(commented, path) == case else text
    except InvalidCase:
        return text


def link_notes(workspace: Workspace, verifies: Sequence[str]) -> list[Diagnostic]:
    """Return what is wrong with the criteria that a case names."""
    links = LinkCheck(workspace)
    found = [links.problem(each, f"verifies[{index}]") for index, each in enumerate(verifies)]
    return [problem for problem in found if problem is not None]


def delete_case(workspace: Workspace, path: str, *, delete_script: bool = True) -> list[str]:
    """Delete a case file and its script; return the deleted paths. Raises ``CaseNotFound``."""
    files = workspace.files
    relative = case_path(workspace, path)
    if not files.is_file(relative):
        raise case_not_found(workspace, relative)
    if root_in(files.read_text(relative), relative) is None:
        raise BadValue(f"{relative} is not a test case.")
    files.delete(relative)
    script_path = f"{SCRIPTS}/{script_name(relative)}"
    generated = files.is_file(script_path) and files.read_text(script_path) == to_script(relative)
    if not (delete_script and generated):
        return [relative]
    files.delete(script_path)
    return [relative, script_path]


def case_path(workspace: Workspace, path: str) -> str:
    """Return the path of a case that may be written. Raises ``OutsideWorkspace``."""
    relative = workspace.files.relative(path)
    parts = PurePosixPath(relative).parts
    if any(part.startswith(".") for part in parts):
        raise OutsideWorkspace(f"{relative} is in a hidden folder.", hint="Use tests/cases/.")
    if not relative.endswith(YAML_ENDINGS):
        raise OutsideWorkspace(f"{relative} is not a YAML file.", hint="End it with .yaml.")
    if len(parts) == 1:
        raise OutsideWorkspace(
            f"{relative} is not in a case folder.", hint=f"Write tests/cases/{relative}."
        )
    refuse_operators(relative)
    return relative


def _checked(data: Mapping[str, Any] | str, path: str) -> Reading:
    if not isinstance(data, str):
        return examine_data(data)
    held = load_yaml(data, path)
    if not isinstance(held, dict):
        raise BadValue("The test case is text that contains no YAML or JSON object.")
    return examine_text(data, path)


def write_both(
    workspace: Workspace, path: str, text: str, script_path: str | None, script: str | None
) -> None:
    """Write the case and its script, or neither."""
    files = workspace.files
    before = files.read_text(path) if files.is_file(path) else None
    files.write_text(path, text)
    if script_path is None or script is None:
        return
    try:
        files.write_text(script_path, script)
    except ShallError as error:
        if before is None:
            files.delete(path)
        else:
            files.write_text(path, before)
        raise ScriptNotWritten(f"{script_path} could not be written: {error}") from error
