"""Checks which file SQLite opened where it takes a path, and resolves the links in it itself."""

import os
from _thread import allocate_lock
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from shall.errors import StoreUnavailable
from shall.store.folders import Folder

if TYPE_CHECKING:
    from sqlite3 import Connection

_LOCK = allocate_lock()  # the descriptors of a process are one table
_DESCRIPTORS = "/dev/fd"
_ENDINGS = ("", "-wal", "-shm")

_MOST_CONNECTIONS = 64

_File = tuple[int, int]
_Connect = Callable[[], "Connection"]


@contextmanager
def opens_only(folder: Folder | None, name: str) -> Iterator[Callable[[_Connect], "Connection"]]:
    """Check at the end of the block that the database it opened is ``name`` in the folder.

    The block opens it by what it is given, which checks that, too, and takes what connects. Without
    a folder, or one without a base, there is nothing to check: nothing can be replaced, or the
    operator named the path.

    Raises:
        StoreUnavailable: Another file was opened: a part of the path was replaced meanwhile.
    """
    if folder is None or folder.base is None:
        yield lambda connect: connect()
        return
    with _LOCK:
        before = _descriptors()
        yield partial(_opened, before, folder, name)
        if not _is_opened(before, folder, name):
            raise _replaced(folder, name)


def _opened(
    before: dict[int, tuple[_File, str]], folder: Folder, name: str, connect: _Connect
) -> "Connection":
    """Connect until it is known to which file; that is known of a descriptor that is new.

    SQLite takes a descriptor of the same file again where one was closed while another was in use.
    Connections that have such ones stay open until one has none.
    """
    connections: list[Connection] = []
    try:
        while len(connections) < _MOST_CONNECTIONS:
            connections.append(connect())
            if _is_opened(before, folder, name):
                return connections.pop()
    finally:
        for each in connections:
            each.close()
    raise _replaced(folder, name)


def _is_opened(before: dict[int, tuple[_File, str]], folder: Folder, name: str) -> bool:
    now = _descriptors()
    opened = dict(it for number, it in now.items() if before.get(number) != it)
    with folder.opened() as descriptor:
        expected = {ending: _identity(descriptor, f"{name}{ending}") for ending in _ENDINGS}
    if not _named(opened, name) <= set(expected.values()):
        raise _replaced(folder, name)
    if expected[""] in opened:
        return True
    # One of this file was taken again where no other database of that name is open.
    files = _named(dict(now.values()), name)
    return bool(files) and files <= set(expected.values())


def _replaced(folder: Folder, name: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The store {folder.path / name} was replaced while it was opened.",
        hint="Do not rename the folders of a workspace while a server works in it.",
    )


def _named(files: Mapping[_File, str], name: str) -> set[_File]:
    """Return those of some files that are the database or, as SQLite names them, belong to it."""
    said = {file: it.removesuffix(" (deleted)") for file, it in files.items()}
    return {file for file, it in said.items() if it == name or it.startswith(f"{name}-")}


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
        path = os.readlink(f"{_DESCRIPTORS}/{number}")  # noqa: PTH115 - a process may have thousands
    except OSError:  # they are links on Linux only
        return ""
    return path.rpartition("/")[2]


def _identity(folder: int, name: str) -> _File | None:
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
