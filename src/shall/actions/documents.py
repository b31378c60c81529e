"""Creates and reads text files of the workspace."""

from collections.abc import Sequence

from msgspec import Struct

from shall.actions.masking import refuse_masked_text, shown_text
from shall.actions.requirements import note_unread
from shall.diagnostics import Diagnostic
from shall.errors import BadValue
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_document

MAX_BYTES = 1 << 20
"""The largest file that is read or written, in bytes."""


class Written(Struct, frozen=True):
    """A document that was written; ``is_overwritten``: there was one before."""

    path: str
    is_overwritten: bool
    notes: Sequence[Diagnostic] = ()


def create_file(
    workspace: Workspace,
    path: str,
    content: str,
    *,
    overwrite: bool = False,
    is_known: bool = True,
) -> Written:
    """Write a document. A note says where no reader of requirements looks for it.

    ``is_known`` False: the caller showed no token, where anybody may come in over the network.

    Raises:
        WriteRefused: It is not a document that a tool writes (``actions.writable``).
        OutsideWorkspace: The path leads out or into the state or a version-control folder, or to
            ``shall.yaml`` or ``.env*`` of the workspace, which are the operator's.
        AlreadyExists: It exists and ``overwrite`` is false.
        BadValue: The content is larger than 1 MiB, or would put a mask in a secret's place.
    """
    relative = workspace.files.relative(path)
    check_document(workspace, relative, is_known=is_known)
    if overwrite:
        refuse_masked_text(workspace, relative, content)
    if len(content.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadValue(f"{relative} would be larger than 1 MiB.", hint="Split it.")
    was_there = overwrite and workspace.files.is_file(relative)
    workspace.files.write_text(relative, content, overwrite=overwrite)
    note = note_unread(relative)
    return Written(relative, was_there, (note,) if note else ())


def read_file(workspace: Workspace, path: str) -> str:
    """Read text of up to 1 MiB, but no ``.env``; secrets in it are masked.

    Raises ``OutsideWorkspace``, ``FileMissing``, ``BadValue``.
    """
    relative = workspace.files.relative(path)
    text = workspace.files.read_text(relative, MAX_BYTES, settings=True)
    return shown_text(workspace.redactor, relative, text)
