"""What changes when a file of a workspace does, for values that hold as long as none did."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from shall.workspace.file_memory import Stamp
from shall.workspace.workspace import Workspace

_NEVER_LISTED = frozenset({"node_modules", "__pycache__"})
_STATE = ("evidence", "decisions", "baseline.jsonl", "local/unreachable.json")
"""What a matrix is made of in the state folder."""

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW


def stamps_of(workspace: Workspace, more: Iterable[str] = ()) -> Mapping[str, Stamp | None]:
    """Return the stamps of every file that a matrix may be made of.

    These are all files outside of hidden folders, the evidence and decisions, and ``more``: files
    and folders by their paths, with None where there is none.
    """
    found: dict[str, Stamp | None] = {}
    base = workspace.files.fileno()
    _walk(base, "", found)
    for path in more:
        _stamp(base, path, found)
    for name in _STATE:
        _stamp(base, str(workspace.state / name), found)
    return found


def newest_ns(stamps: Mapping[str, Stamp | None]) -> int:
    """Return when the file that changed last did, in nanoseconds since the epoch."""
    return max((max(it[2:4]) for it in stamps.values() if it is not None), default=0)


def is_young(stamp: Stamp, settled_ns: int) -> bool:
    """Return whether a file changed at a time or later."""
    return max(stamp[2], stamp[3]) >= settled_ns


def _stamp(base: int, path: str, found: dict[str, Stamp | None]) -> None:
    """Record a file, or everything in a folder."""
    found[path] = None
    with suppress(OSError, ValueError):
        looked = os.stat(path, dir_fd=base, follow_symlinks=False)
        found[path] = _stamp_of(looked)
        folder = os.open(path, _FLAGS, dir_fd=base)
        try:
            _walk(folder, f"{path}/", found)
        finally:
            os.close(folder)


def _walk(folder: int, prefix: str, found: dict[str, Stamp | None]) -> None:
    """Record all that lies below an open folder; what cannot be opened is recorded as it is."""
    below: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            with suppress(OSError):
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder and (name.startswith(".") or name in _NEVER_LISTED):
                    continue
                if is_folder:
                    below.append(name)
                found[f"{prefix}{name}"] = _stamp_of(entry.stat(follow_symlinks=False))
    for name in below:
        with suppress(OSError):
            inner = os.open(name, _FLAGS, dir_fd=folder)
            try:
                _walk(inner, f"{prefix}{name}/", found)
            finally:
                os.close(inner)


def _stamp_of(looked: os.stat_result) -> Stamp:
    return (
        looked.st_ino,
        looked.st_size,
        looked.st_mtime_ns,
        looked.st_ctime_ns,
        looked.st_mode,
    )
