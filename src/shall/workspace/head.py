"""The checked-out commit, read from the files of git: a run must not wait for a process."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from shall.bounded import CONFIG_BYTES, read_descriptor

_DIGITS = frozenset("0123456789abcdef")


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
    if _is_commit(head):
        return head
    name = head.removeprefix("ref: ")
    if name == head or not name.startswith("refs/") or ".." in name or "\\" in name:
        return None
    if len(name.split()) != 1:
        return None
    commit = _text(shared / name)
    if not commit:
        packed = (it.partition(" ") for it in _text(shared / "packed-refs").split("\n"))
        commit = next((it for it, _, reference in packed if reference == name), "")
    return commit if _is_commit(commit) else None


def _is_commit(text: str) -> bool:
    """Return whether a text is a hash of git: SHA-1 or SHA-256."""
    return len(text) in (40, 64) and _DIGITS.issuperset(text)


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
