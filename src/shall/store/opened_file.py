"""Checks which file SQLite opened where it takes a path, and resolves the links in it itself."""

import os
from _thread import allocate_lock
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from shall.errors import StoreUnavailable
from shall.store.folders import Folder

_LOCK = allocate_lock()  # the descriptors of a process are one table
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
    now = _descriptors()
    opened = dict(it for number, it in now.items() if before.get(number) != it)
    with folder.opened() as descriptor:
        expected = {ending: _identity(descriptor, f"{name}{ending}") for ending in _ENDINGS}
    # SQLite takes a descriptor of the same file again where one was closed while another was in
    # use. Then every database of that name in this process must be the expected one.
    is_new = expected[""] in opened
    files = _named(opened if is_new else dict(now.values()), name)
    if (not is_new and not files) or not files <= set(expected.values()):
        raise StoreUnavailable(
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
