"""Checks which file SQLite opened where it takes a path, and resolves the links in it itself."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shall.errors import StoreUnavailable
from shall.store.folders import Folder

_LOCK = threading.Lock()  # the descriptors of a process are one table
_DESCRIPTORS = "/dev/fd"
_ENDINGS = ("", "-wal", "-shm")

_File = tuple[int, int]


@contextmanager
def opens_only(folder: Folder | None, name: str) -> Iterator[Callable[[], None]]:
    """Check at the end of the block that the database it opened is ``name`` in the folder.

    The block may check earlier by calling what it is given. Without a folder, or one without a
    base, there is nothing to check: nothing can be replaced, or the operator named the path.

    Raises:
        StoreUnavailable: Another file was opened: a part of the path was replaced meanwhile.
    """
    if folder is None or folder.base is None:
        yield lambda: None
        return
    with _LOCK:
        before = _descriptors()

        def check() -> None:
            _check_opened(before, folder, name)

        yield check
        check()


def _check_opened(before: dict[int, tuple[_File, str]], folder: Folder, name: str) -> None:
    opened = dict(it for number, it in _descriptors().items() if before.get(number) != it)
    with folder.opened() as descriptor:
        expected = {ending: _identity(descriptor, f"{name}{ending}") for ending in _ENDINGS}
    named = {file for file, said in opened.items() if said.startswith(name)}
    if expected[""] not in opened or not named <= set(expected.values()):
        raise StoreUnavailable(
            f"The store {folder.path / name} was replaced while it was opened.",
            hint="Do not rename the folders of a workspace while a server works in it.",
        )


def _descriptors() -> dict[int, tuple[_File, str]]:
    """Return the file of each descriptor, and its name where the system reports it."""
    found = {}
    for number in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names, not paths
        with suppress(OSError):  # the one of the listing itself is closed again
            status = os.fstat(int(number))
            found[int(number)] = ((status.st_dev, status.st_ino), _name_of(number))
    return found


def _name_of(number: str) -> str:
    try:
        return Path(_DESCRIPTORS, number).readlink().name
    except OSError:  # they are links on Linux only
        return ""


def _identity(folder: int, name: str) -> _File | None:
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
