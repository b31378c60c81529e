"""Files of lines that are committed and merged by union: appended whole, read without links."""

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from shall.bounded import EVIDENCE_BYTES, read_descriptor
from shall.errors import StoreUnavailable
from shall.log import Log
from shall.store.folders import Folder
from shall.store.locks import locked

_log = Log(__name__)

Value = TypeVar("Value")

# O_NOFOLLOW: the files are committed, and a link in them could name any file of the user.
_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW


@contextmanager
def translated(folder: Folder, what: str) -> Iterator[None]:
    """Raise what the operating system refuses within the block as ``StoreUnavailable``."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The {what} in {folder.path} cannot be used: {error.strerror}.",
            hint="Make it writable, or name another state folder with SHALL_STATE_DIR.",
        ) from error


@contextmanager
def open_locked(folder: Folder, name: str) -> Iterator[int]:
    """Open a file to append to it, made with its folder if absent, and hold its lock.

    Raises:
        OSError: It cannot be opened, or is a link.
        StoreUnavailable: Another process holds the lock.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | _FLAGS
    with folder.opened(make=True) as opened:
        is_current = False
        while not is_current:
            descriptor = os.open(name, flags, 0o644, dir_fd=opened)
            try:
                with locked(descriptor, str(folder.path / name)):
                    is_current = _is_at(opened, name, descriptor)
                    if is_current:  # else another process replaced it while we waited
                        yield descriptor
            finally:
                os.close(descriptor)


def _is_at(folder: int, name: str, descriptor: int) -> bool:
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))


def append_whole(descriptor: int, data: bytes) -> None:
    """Append lines to an open file and sync it: all of them or none.

    Raises:
        OSError: They cannot be written.
    """
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data  # the last line is torn: it stays alone
    written = 0
    try:
        written = os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        if written < len(data):
            os.ftruncate(descriptor, size)
    if written < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def replace_whole(folder: int, name: str, data: bytes) -> None:
    """Replace the content of a file in an open folder, whose lock is held: all of it or nothing.

    A process that waits for the lock opens the new file (``open_locked``).

    Raises:
        OSError: It cannot be written.
    """
    temporary = f".{name}.{os.getpid()}.tmp"
    mode = stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
    descriptor = os.open(temporary, flags, mode, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
    os.fsync(folder)


def names_of_lines(folder: int) -> list[str]:
    """Return the names of the files of lines in an open folder, sorted."""
    names = os.listdir(folder)
    return sorted(name for name in names if name.endswith(".jsonl"))


def data_of_lines(folder: int, name: str) -> bytes:
    """Return the content of a file in an open folder; nothing of what is not a regular file.

    Raises:
        OSError: It cannot be read, or is too large.
    """
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):  # a link may lead anywhere
        return b""
    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | _FLAGS, dir_fd=folder)
    try:
        return read_descriptor(descriptor, EVIDENCE_BYTES)
    except OSError as error:
        raise OSError(error.errno, f"{name}: {error.strerror}") from None
    finally:
        os.close(descriptor)


class UnreadableLine(Struct, frozen=True):
    """A line that does not count, since this release cannot read it."""

    path: Path
    line: int
    reason: str


_decode = msgspec.json.Decoder().decode


def _json(line: bytes) -> Any:
    try:
        return _decode(line)
    except msgspec.DecodeError:  # halves of surrogate pairs, or no JSON
        return json.loads(line)


def values_of_lines(
    path: Path, data: bytes, read: Callable[[dict[str, Any]], Value], first: int = 1
) -> tuple[list[Value], list[UnreadableLine]]:
    """Return the values of lines of JSON, and the lines that ``read`` refuses, which are logged.

    ``first`` is the number of the first line.
    """
    values: list[Value] = []
    unreadable: list[UnreadableLine] = []
    for number, line in enumerate(data.split(b"\n"), start=first):
        if not line.strip():
            continue
        try:
            values.append(read(_json(line)))
        except (ValueError, TypeError, KeyError) as error:
            _log.warning("%s:%d: skipped an unreadable line: %s", path, number, error)
            unreadable.append(UnreadableLine(path, number, str(error)))
    return values, unreadable
