"""Files inside a workspace, reached by a no-follow walk from a directory handle."""

import errno
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from shall.errors import AlreadyExists, BadValue, FileMissing, FolderNotFound, OutsideWorkspace

MAX_NAME_BYTES = 255
MAX_DEPTH = 64
TEMP_PREFIX = ".shall-"
TEMP_SUFFIX = ".tmp"
SWEEP_AFTER_S = 600
"""A temporary file this old was left by a process that died."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO must not wait for somebody at its other end.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LEFT_OUT = frozenset({"node_modules", "__pycache__"})


class Files:
    """Reads, writes and lists files below one folder; nothing outside it can be reached.

    Paths are relative to the folder, with ``/``; an absolute path inside it is accepted. Every
    component is opened with ``O_NOFOLLOW`` from the handle of the one before, so neither ``..``
    nor a symbolic link, not even one swapped in between, leads out. (Checking a resolved path
    and opening it afterwards would leave a gap for that.)
    """

    def __init__(self, root: Path) -> None:
        """Open the folder; the way to it may hold links.

        Raises:
            FolderNotFound: There is no such folder.
        """
        self._roots = (str(root), os.path.realpath(root))
        try:
            self._handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise FolderNotFound(f"{root} cannot be opened: {error.strerror}.") from None

    def relative(self, path: str) -> str:
        """Give the path relative to the folder, normalised.

        Raises:
            OutsideWorkspace: It leads out, holds a NUL, ``~`` or an over-long name.
        """
        if path.startswith("/"):
            for root in self._roots:
                if path == root or path.startswith(f"{root}/"):
                    path = path[len(root) + 1 :] or "."
                    break
            else:
                raise OutsideWorkspace(
                    f"{path!r} is outside the workspace.", hint=f"It is {self._roots[0]}."
                )
        parts = [part for part in path.split("/") if part not in {"", "."}]
        reason = _wrong_with(parts)
        if reason is not None:
            raise OutsideWorkspace(f"{path!r} cannot be used: {reason}.")
        return "/".join(parts) or "."

    def read_bytes(self, path: str) -> bytes:
        """Read a plain file.

        Raises:
            OutsideWorkspace: It leads out, or is a link, a device, a FIFO or a hard link.
            FileMissing: There is no such file.
        """
        relative = self.relative(path)
        with self._parent(relative) as (folder, name), _told(relative):
            descriptor = os.open(name, _READ, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as file:
                _check_plain(os.fstat(descriptor), relative)
                return file.read()

    def read_text(self, path: str) -> str:
        """Read a UTF-8 file (a byte-order mark is dropped). Raises also ``BadValue``."""
        data = self.read_bytes(path)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadValue(
                f"{path} is not UTF-8 text: byte {error.start} is {data[error.start]:#04x}."
            ) from None

    def write_text(self, path: str, text: str, *, overwrite: bool = True) -> None:
        """Write a UTF-8 file whole or not at all; folders on the way are made.

        Raises:
            OutsideWorkspace: It leads out.
            AlreadyExists: It exists and ``overwrite`` is false.
        """
        relative = self.relative(path)
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadValue(f"The text for {relative} is not Unicode: {error.reason}.") from None
        with self._parent(relative, make=True) as (folder, name), _told(relative):
            self._check_replaceable(folder, name, relative, overwrite=overwrite)
            _sweep(folder)
            temporary = f"{TEMP_PREFIX}{secrets.token_hex(8)}{TEMP_SUFFIX}"
            try:
                _write_whole(folder, temporary, data)
                _move(folder, temporary, name, relative, overwrite=overwrite)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=folder)
                raise
            os.fsync(folder)

    def delete(self, path: str) -> None:
        """Delete a plain file. Raises ``OutsideWorkspace`` and ``FileMissing``."""
        relative = self.relative(path)
        with self._parent(relative) as (folder, name), _told(relative):
            _check_plain(os.stat(name, dir_fd=folder, follow_symlinks=False), relative)
            os.unlink(name, dir_fd=folder)

    def is_file(self, path: str) -> bool:
        """Tell whether a plain file stands there (False for anything outside)."""
        return self._is(path, stat.S_ISREG)

    def is_folder(self, path: str) -> bool:
        """Tell whether a folder stands there (False for anything outside)."""
        return self._is(path, stat.S_ISDIR)

    def find(self, folder: str, endings: Sequence[str]) -> list[str]:
        """List plain files below a folder by ending, sorted; links and hidden folders left out.

        ``folder`` may be ``.``; ``.kiro`` is entered when it is named. Raises ``FolderNotFound``.
        """
        relative = self.relative(folder)
        try:
            with self._folder(relative) as handle:
                prefix = "" if relative == "." else f"{relative}/"
                return sorted(_walk(handle, prefix, tuple(endings)))
        except FileMissing:
            raise FolderNotFound(f"The folder {relative} does not exist.") from None

    def close(self) -> None:
        """Close the folder's handle."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _is(self, path: str, kind: Callable[[int], bool]) -> bool:
        try:
            relative = self.relative(path)
            if relative == ".":
                return kind is stat.S_ISDIR
            with self._parent(relative) as (folder, name):
                return kind(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        except (OutsideWorkspace, FileMissing, OSError):
            return False

    @contextmanager
    def _parent(self, relative: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Give a handle of the folder that holds a path, and the path's last name."""
        if relative == ".":
            raise OutsideWorkspace("The workspace itself is not a file.")
        head, _, name = relative.rpartition("/")
        with self._folder(head or ".", make=make) as handle:
            yield handle, name

    @contextmanager
    def _folder(self, relative: str, *, make: bool = False) -> Iterator[int]:
        handle = os.dup(self._handle)
        try:
            for part in PurePosixPath(relative).parts:
                with _told(relative):
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(part, dir_fd=handle)
                    inner = os.open(part, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def _check_replaceable(self, folder: int, name: str, relative: str, *, overwrite: bool) -> None:
        try:
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        _check_plain(found, relative)
        if not overwrite:
            raise _exists(relative)


def _wrong_with(parts: Sequence[str]) -> str | None:
    if len(parts) > MAX_DEPTH:
        return f"it is deeper than {MAX_DEPTH} folders"
    for part in parts:
        if part == "..":
            return "it leads upwards"
        if part.startswith("~"):
            return "~ is not expanded here"
        if any(ord(char) < 0x20 or ord(char) == 0x7F for char in part):
            return "it holds a control character"
        if len(part.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
            return f"a name in it is longer than {MAX_NAME_BYTES} bytes"
    return None


def _check_plain(found: os.stat_result, relative: str) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise OutsideWorkspace(f"{relative} is a symbolic link.", hint="Name the file itself.")
    if stat.S_ISDIR(found.st_mode):
        raise FileMissing(f"{relative} is a folder, not a file.")
    if not stat.S_ISREG(found.st_mode):
        raise OutsideWorkspace(f"{relative} is not a plain file.")
    if found.st_nlink > 1:
        raise OutsideWorkspace(f"{relative} is a hard link.", hint="Copy the file instead.")


def _write_whole(folder: int, name: str, data: bytes) -> None:
    descriptor = os.open(name, _WRITE, 0o644, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _move(folder: int, temporary: str, name: str, relative: str, *, overwrite: bool) -> None:
    if overwrite:
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        return
    try:  # a link fails where something stands already, even if it came a moment ago
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise _exists(relative) from None
    os.unlink(temporary, dir_fd=folder)


def _sweep(folder: int) -> None:
    """Delete temporary files that a dead process left."""
    oldest = time.time() - SWEEP_AFTER_S
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMP_PREFIX) and entry.name.endswith(TEMP_SUFFIX):
                with suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < oldest:
                        os.unlink(entry.name, dir_fd=folder)


def _walk(handle: int, prefix: str, endings: tuple[str, ...], depth: int = 0) -> Iterator[str]:
    with os.scandir(handle) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_file(follow_symlinks=False):
            if entry.name.endswith(endings):
                yield prefix + entry.name
        elif entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
            if entry.name.startswith(".") or entry.name in _LEFT_OUT:
                continue
            try:
                inner = os.open(entry.name, _FOLDER, dir_fd=handle)
            except OSError:  # gone, or a link by now
                continue
            try:
                yield from _walk(inner, f"{prefix}{entry.name}/", endings, depth + 1)
            finally:
                os.close(inner)


def _exists(relative: str) -> AlreadyExists:
    return AlreadyExists(f"{relative} exists.", hint="Say that it may be overwritten.")


@contextmanager
def _told(relative: str) -> Iterator[None]:
    """Say a failure of the file system in our words."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing(f"{relative} does not exist.") from None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:
            raise OutsideWorkspace(
                f"{relative} leads through a symbolic link.", hint="Name the file itself."
            ) from None
        if error.errno in {errno.ENOTDIR, errno.ENXIO, errno.EOPNOTSUPP}:
            raise OutsideWorkspace(
                f"{relative} leads through a link or something that is no folder."
            ) from None
        raise BadValue(f"{relative}: {error.strerror}.") from error
