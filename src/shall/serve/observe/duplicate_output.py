"""Finds out whether what goes to standard error reaches the log file anyway.

``MCP_LOG_FILE=F ... 2>&1 | tee F`` names one file twice. Two writers would tear and double its
lines: ``tee`` without ``-a`` writes at an offset of its own, over what anybody else appended.
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FileId = tuple[int, int]
"""Device and inode: two names of one file have the same."""

_PROC = Path("/proc")
_STDERR = 2


def file_id(path: str | os.PathLike[str] | int) -> FileId | None:
    """Return which file a path or descriptor is; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a descriptor, too
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def is_piped_into(path: str | os.PathLike[str]) -> bool:
    """Return whether stderr is a pipe whose reader, such as ``tee``, writes to a file.

    Linux only, and only for processes that this one may look into (its own user's, and inside its
    container): elsewhere the answer is no.
    """
    wanted = file_id(path)
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(_STDERR).st_mode)
    except OSError:
        return False
    if wanted is None or not is_pipe or sys.platform != "linux":
        return False
    pipe = file_id(_STDERR)
    return any(
        _has(process, pipe, os.O_RDONLY) and _has(process, wanted, os.O_WRONLY, os.O_RDWR)
        for process in _others()
    )


def _others() -> Iterator[Path]:
    own = str(os.getpid())
    with suppress(OSError):
        for process in _PROC.iterdir():
            if process.name.isdigit() and process.name != own:
                yield process


def _has(process: Path, wanted: FileId | None, *modes: int) -> bool:
    """Return whether a process has a file open in one of some modes."""
    with suppress(OSError):  # it ended, or is somebody else's
        for opened in (process / "fd").iterdir():
            if file_id(opened) == wanted and _mode(process, opened.name) in modes:
                return True
    return False


def _mode(process: Path, descriptor: str) -> int | None:
    """Read how a descriptor was opened (proc_pid_fdinfo(5): ``flags``, in octal)."""
    with suppress(OSError):
        for line in (process / "fdinfo" / descriptor).read_text("ascii").splitlines():
            name, _, value = line.partition(":")
            if name == "flags":
                return int(value, 8) & os.O_ACCMODE
    return None
