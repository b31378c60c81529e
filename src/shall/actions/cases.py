"""Lists, reads, writes and deletes test cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shall.actions.workspace import Workspace
from shall.cases.model import Case
from shall.errors import Problem


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case file as read. ``case`` None when it cannot be read: then ``problems`` say why."""

    path: str
    test_type: str  # "integration" (root testcase:) or "unit" (root unittest:)
    case: Case | None
    data: Mapping[str, Any]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class CaseWritten:
    """What ``write_case`` did, or would do."""

    written_files: Sequence[str]
    text: str
    script: str | None
    notes: Sequence[str]
    dry_run: bool


def list_cases(
    workspace: Workspace, root_path: str | None = None, test_type: str = "all"
) -> list[str]:
    """List case files, sorted, as paths in the workspace. ``test_type``: all, integration, unit.

    Creates nothing. Raises ``FolderNotFound``, ``OutsideWorkspace``, ``BadValue``.
    """
    raise NotImplementedError


def get_case(workspace: Workspace, path: str) -> CaseFound:
    """Read one case file. Raises ``CaseNotFound``, ``OutsideWorkspace``."""
    raise NotImplementedError


def write_case(
    workspace: Workspace,
    path: str,
    data: Mapping[str, Any] | str,
    *,
    overwrite: bool = True,
    dry_run: bool = False,
) -> CaseWritten:
    """Check a case and write it as YAML (and a script where ``tests/scripts/`` exists).

    ``data`` is the case as data, or as YAML or JSON text, with or without its ``testcase`` root.

    Raises:
        InvalidCase: The data has problems; nothing was written.
        AlreadyExists: The file exists and ``overwrite`` is false.
        OutsideWorkspace: The path leads out, or into a hidden folder, or is no ``.yaml``.
    """
    raise NotImplementedError


def delete_case(workspace: Workspace, path: str, *, delete_script: bool = True) -> list[str]:
    """Delete a case file and its script; give the deleted paths. Raises ``CaseNotFound``."""
    raise NotImplementedError
