"""Writes unit case files."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shall.actions.cases import case_path, link_notes
from shall.actions.masking import refuse_masks
from shall.actions.unit_cases import UnitFound, examine_unit
from shall.cases.reader import load_yaml
from shall.cases.yaml_writer import dump
from shall.diagnostics import Diagnostic
from shall.errors import AlreadyExists
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_case


class UnitWritten(Struct, frozen=True):
    """What ``write_unit`` did, or would do; ``found.script`` is the pytest file that is run."""

    written_files: Sequence[str]
    found: UnitFound
    text: str
    dry_run: bool
    notes: Sequence[Diagnostic] = ()
    overwritten_files: Sequence[str] = ()


def write_unit(
    workspace: Workspace,
    path: str,
    data: Mapping[str, Any] | str,
    *,
    overwrite: bool = False,
    dry_run: bool = False,
) -> UnitWritten:
    """Check a unit case file and write it as YAML.

    ``data`` is the file as data, or as YAML or JSON text, with or without its ``unittest`` root.
    Code that it calls and that is not there is noted: it may be written later.

    Raises:
        InvalidCase: The data has problems; nothing was written.
        AlreadyExists: The file exists and ``overwrite`` is false.
        BadValue: A value in it is the mask of a secret.
        OutsideWorkspace: The path leads out, or into a hidden folder, or is no ``.yaml``.
        WriteRefused: It is not below a folder of cases, nor matches the setting ``writable``.
    """
    relative = case_path(workspace, path)
    check_case(workspace, relative)
    found = examine_unit(workspace, data, relative)
    held = load_yaml(data, relative) if isinstance(data, str) else data
    refuse_masks(held)
    is_there = workspace.files.is_file(relative)
    if is_there and not overwrite:
        raise AlreadyExists(f"{relative} exists.", hint="Pass overwrite=true to replace it.")
    text = dump(held if "unittest" in held else {"unittest": held})
    notes = (*found.notes, *link_notes(workspace, found.unit.verifies))
    if dry_run:
        return UnitWritten([], found, text, dry_run, notes)
    workspace.files.write_text(relative, text)
    return UnitWritten([relative], found, text, dry_run, notes, [relative] if is_there else [])
