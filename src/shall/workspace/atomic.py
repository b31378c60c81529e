"""Writes a file whole or not at all, in a folder that is open already."""

import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path

_BEGIN, _END = ".shall-", ".tmp"
_LEFTOVER_AFTER_S = 600


def write_whole(
    folder: int,
    name: str,
    data: bytes,
    *,
    mode: int | None,
    overwrite: bool,
    owner: tuple[int, int] | None = None,
) -> None:
    """Write a file of the folder: a temporary file beside it, synced, then renamed.

    ``mode`` are the permissions of the file that is replaced; None for a new one. ``owner`` are
    its user and group; None for our own. A link that is put at ``name`` meanwhile is replaced,
    never followed.

    Raises:
        FileExistsError: The file exists and ``overwrite`` is false.
        OSError: It cannot be written; what stood there is untouched.
    """
    sweep(folder)
    temporary = f"{_BEGIN}{os.urandom(8).hex()}{_END}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o666, dir_fd=folder)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            if owner is not None:
                os.fchown(descriptor, *owner)
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if overwrite:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            _rename_to_new(folder, temporary, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
    sync_folder(folder)


def _rename_to_new(folder: int, temporary: str, name: str) -> None:
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise
        # A file system without hard links: claim the name, then put the file in its place.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(name, flags, 0o666, dir_fd=folder))
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        with suppress(FileNotFoundError):  # a reader may have finished it: see finish_write
            os.unlink(temporary, dir_fd=folder)


def finish_write(folder: int, status: os.stat_result) -> None:
    """Remove a new file's temporary name, where its writer stopped before it could."""
    for name in _temporary_names(folder):
        with suppress(FileNotFoundError):
            if os.path.samestat(os.stat(name, dir_fd=folder, follow_symlinks=False), status):
                os.unlink(name, dir_fd=folder)


def sweep(folder: int) -> None:
    """Remove what writers that died left in the folder; a living one is not that slow."""
    for name in _temporary_names(folder):
        with suppress(OSError):
            if _is_old(os.stat(name, dir_fd=folder, follow_symlinks=False)):
                os.unlink(name, dir_fd=folder)


def is_leftover(path: Path) -> bool:
    """Return whether a writer that died left this file or folder: a living one is not that slow."""
    try:
        return is_temporary(path.name) and _is_old(path.lstat())
    except FileNotFoundError:
        return False


def _is_old(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime > _LEFTOVER_AFTER_S


def sync_folder(folder: int) -> None:
    """Make the names in a folder durable, where the file system can."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise


def _temporary_names(folder: int) -> list[str]:
    return [name for name in os.listdir(folder) if is_temporary(name)]


def is_temporary(name: str) -> bool:
    """Return whether a file is one that is being written, or was when its writer died."""
    return name.startswith(_BEGIN) and name.endswith(_END)
