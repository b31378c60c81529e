"""Creates and reads text files of the workspace."""

from shall.actions.masking import refuse_masked_text, shown_text
from shall.actions.workspace import Workspace
from shall.actions.writable import check_document
from shall.errors import BadValue

MAX_BYTES = 1 << 20
"""The largest file that is read or written, in bytes."""


def create_file(
    workspace: Workspace,
    path: str,
    content: str,
    *,
    overwrite: bool = False,
    is_known: bool = True,
) -> str:
    """Write a document; return its path in the workspace.

    ``is_known`` False: the caller showed no token, where anybody may come in over the network.

    Raises:
        WriteRefused: It is no document that a tool writes (``actions.writable``).
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
    workspace.files.write_text(relative, content, overwrite=overwrite)
    return relative


def read_file(workspace: Workspace, path: str) -> str:
    """Read text of up to 1 MiB, but no ``.env``; secrets in it are masked.

    Raises ``OutsideWorkspace``, ``FileMissing``, ``BadValue``.
    """
    relative = workspace.files.relative(path)
    text = workspace.files.read_text(relative, MAX_BYTES, settings=True)
    return shown_text(workspace, relative, text)
