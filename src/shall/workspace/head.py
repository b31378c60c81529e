"""The checked-out commit, read from the files of git: a run must not wait for a process."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from shall.bounded import CONFIG_BYTES, read_descriptor
from shall.late_pattern import late_pattern

_COMMIT = late_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = late_pattern(r"ref: (refs/[^\s\\]+)")


def head_commit(root: Path) -> str | None:
    """Return the commit that is checked out in hex, empty where there is no repository.

    None: it cannot be read without git, as where references are in a table.
    """
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_dir():
            return _commit(git, git)
        if git.is_file():  # of a worktree or a submodule
            own = folder / _text(git).removeprefix("gitdir: ")
            shared = _text(own / "commondir")
            return _commit(own, own / shared if shared else own)
    return ""


def _commit(own: Path, shared: Path) -> str | None:
    head = _text(own / "HEAD")
    if _COMMIT.fullmatch(head):
        return head
    named = _REF.fullmatch(head)
    if named is None or ".." in named[1]:
        return None
    name = named[1]
    commit = _text(shared / name)
    if not commit:
        packed = re.search(rf"^(\S+) {re.escape(name)}$", _text(shared / "packed-refs"), re.M)
        commit = packed[1] if packed is not None else ""
    return commit if _COMMIT.fullmatch(commit) else None


def _text(path: Path) -> str:
    """Return the text of a plain file, stripped; empty where it cannot be read."""
    with suppress(OSError, ValueError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return read_descriptor(descriptor, CONFIG_BYTES).decode().strip()
        finally:
            os.close(descriptor)
    return ""
