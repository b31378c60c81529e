"""Creates and reads text files of the workspace."""

from pathlib import PurePosixPath

from shall.actions.masking import refuse_masked_text, shown_text
from shall.actions.paths import is_version_control, refuse_environment, refuse_operators
from shall.actions.workspace import Workspace
from shall.errors import BadValue, OutsideWorkspace

MAX_BYTES = 1 << 20
"""The largest file that is read or written, in bytes."""


def create_file(workspace: Workspace, path: str, content: str, *, overwrite: bool = False) -> str:
    """Write a text file; give its path in the workspace.

    Raises:
        OutsideWorkspace: The path leads out or into the state or a version-control folder, or to
            ``shall.yaml`` or ``.env*`` of the workspace, which are the operator's.
        AlreadyExists: It exists and ``overwrite`` is false.
        BadValue: The content is larger than 1 MiB, or would put a mask in a secret's place.
    """
    relative = _guarded(workspace, path)
    refuse_operators(relative)
    if overwrite:
        refuse_masked_text(workspace, relative, content)
    if len(content.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadValue(f"{relative} would be larger than 1 MiB.", hint="Split it.")
    workspace.files.write_text(relative, content, overwrite=overwrite)
    return relative


def read_file(workspace: Workspace, path: str) -> str:
    """Read text of up to 1 MiB, but no ``.env``; secrets in it are masked.

    Raises ``OutsideWorkspace``, ``FileMissing``, ``BadValue``.
    """
    relative = _guarded(workspace, path)
    refuse_environment(relative)
    text = workspace.files.read_text(relative)
    if len(text) > MAX_BYTES:
        raise BadValue(f"{relative} is larger than 1 MiB.", hint="Read it with another tool.")
    return shown_text(workspace, relative, text)


def _guarded(workspace: Workspace, path: str) -> str:
    relative = workspace.files.relative(path)
    parts = PurePosixPath(relative).parts
    if any(is_version_control(part) for part in parts):
        raise OutsideWorkspace(f"{relative} is inside a version-control folder.")
    if (workspace.root / relative).is_relative_to(workspace.state):
        raise OutsideWorkspace(f"{relative} is inside the state folder.")
    return relative
