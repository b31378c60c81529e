"""Locks on files: they end with the process that holds them, however it ends.

``flock`` needs no clock and no process id, so neither a reused id nor a clock that jumps can make
a dead process look alive.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from shall.errors import StoreUnavailable

WAIT_S = 10.0
_BUSY = {errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN}


@contextmanager
def locked(descriptor: int, name: str, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock of an open file.

    Raises:
        StoreUnavailable: Another process held it for ``wait_s``, or the file system has no locks.
    """
    give_up_at = time.monotonic() + wait_s
    while not _take(descriptor, fcntl.LOCK_EX, name):
        if time.monotonic() >= give_up_at:
            raise StoreUnavailable(
                f"{name} has been locked by another process for {wait_s:g} s.",
                hint="Try again, or end the process that holds the lock.",
            )
        time.sleep(0.005)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _take(descriptor: int, kind: int, name: str) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise StoreUnavailable(
            f"{name} cannot be locked: {error.strerror}.",
            hint="Choose a state folder on a local disk with SHALL_STATE_DIR.",
        ) from error
    return True


@contextmanager
def locked_file(path: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock of a file that is there for nothing else; it is made if absent.

    Raises:
        StoreUnavailable: It cannot be made, or ``locked`` says so.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be written: {error.strerror}.",
            hint="Choose a writable folder with SHALL_STATE_DIR.",
        ) from error
    try:
        with locked(descriptor, str(path), wait_s):
            yield
    finally:
        os.close(descriptor)


def in_use_file(path: Path) -> Path:
    """Return the file whose lock says that a database is in use."""
    return path.with_name(path.name + ".open")


@contextmanager
def unused(path: Path) -> Iterator[None]:
    """Hold what ``share`` shares out for oneself: nobody begins to use it meanwhile.

    Raises:
        OSError: The file cannot be made.
        StoreUnavailable: Another process uses it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _take(descriptor, fcntl.LOCK_EX, str(path)):
            raise StoreUnavailable(
                f"The state in {path.parent} is in use by another process.",
                hint="Stop the server that uses it, and try again.",
            )
        yield
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Mark something as in use until the returned descriptor is closed.

    Waits while another process holds it for itself.

    Raises:
        OSError: The file cannot be made.
        StoreUnavailable: Another process held it for ``WAIT_S``.
    """
    give_up_at = time.monotonic() + WAIT_S
    while time.monotonic() < give_up_at:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Moved away while we waited? Then it is not the file that others look at.
            if _take(descriptor, fcntl.LOCK_SH, str(path)) and _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        time.sleep(0.005)
    raise StoreUnavailable(
        f"{path} has been locked by another process for {WAIT_S:g} s.",
        hint="Try again, or end the process that holds the lock.",
    )


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


class Lease:
    """Shows other processes that this one is alive: a locked file with a name of its own."""

    def __init__(self, folder: Path, name: str, descriptor: int) -> None:
        self.name = name
        self._path = folder / name
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Acquire a new lease and remove those of dead processes. Call it under a lock.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        name = os.urandom(16).hex()
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            _sweep(folder)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(folder / name, flags, 0o600)
        except OSError as error:
            raise StoreUnavailable(
                f"{folder} cannot be written: {error.strerror}.",
                hint="Choose a writable folder with SHALL_STATE_DIR.",
            ) from error
        _take(descriptor, fcntl.LOCK_EX, str(folder / name))
        return cls(folder, name, descriptor)

    def give_back(self) -> None:
        """End the lease."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_held(folder: Path, name: str) -> bool:
    """Return whether the process that took this lease still lives."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two who ask at once do not take each other for the holder.
        return not _take(descriptor, fcntl.LOCK_SH, name)
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if not is_held(folder, path.name):
            with suppress(OSError):
                path.unlink()
