"""Files inside a workspace, reached by a no-follow walk from a directory handle."""

from collections.abc import Sequence
from pathlib import Path


class Files:
    """Reads, writes and lists files below one folder; nothing outside it can be reached.

    Paths are relative to the folder, with ``/``; an absolute path inside it is accepted. Every
    component is opened with ``O_NOFOLLOW`` from the handle of the one before, so neither ``..``
    nor a symbolic link, not even one swapped in between, leads out.
    """

    def __init__(self, root: Path) -> None:
        raise NotImplementedError

    def relative(self, path: str) -> str:
        """Give the path relative to the folder, normalised.

        Raises:
            OutsideWorkspace: It leads out, holds a NUL, ``~`` or an over-long name.
        """
        raise NotImplementedError

    def read_bytes(self, path: str) -> bytes:
        """Read a plain file.

        Raises:
            OutsideWorkspace: It leads out, or is a link, a device, a FIFO or a hard link.
            FileMissing: There is no such file.
        """
        raise NotImplementedError

    def read_text(self, path: str) -> str:
        """Read a UTF-8 file (a byte-order mark is dropped). Raises also ``BadValue``."""
        raise NotImplementedError

    def write_text(self, path: str, text: str, *, overwrite: bool = True) -> None:
        """Write a UTF-8 file whole or not at all; folders on the way are made.

        Raises:
            OutsideWorkspace: It leads out.
            AlreadyExists: It exists and ``overwrite`` is false.
        """
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Delete a plain file. Raises ``OutsideWorkspace`` and ``FileMissing``."""
        raise NotImplementedError

    def is_file(self, path: str) -> bool:
        """Tell whether a plain file stands there (False for anything outside)."""
        raise NotImplementedError

    def is_folder(self, path: str) -> bool:
        """Tell whether a folder stands there (False for anything outside)."""
        raise NotImplementedError

    def find(self, folder: str, endings: Sequence[str]) -> list[str]:
        """List plain files below a folder by ending, sorted; links and hidden folders left out.

        ``folder`` may be ``.``; ``.kiro`` is entered when it is named. Raises ``FolderNotFound``.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the folder's handle."""
        raise NotImplementedError
