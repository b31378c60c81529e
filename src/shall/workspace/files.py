"""Files inside a workspace, reached by a no-follow walk from a directory handle."""

import errno
import os
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby
from pathlib import Path

from shall.bounded import TEXT_BYTES, read_descriptor, size_text
from shall.errors import (
    AlreadyExists,
    BadValue,
    FileMissing,
    FileUnavailable,
    FolderNotFound,
    InvalidInput,
    OutsideWorkspace,
)
from shall.log import Log
from shall.transport.exchange import LARGE_BYTES, FileContent
from shall.workspace.paths import names_below, usable
from shall.workspace.refusals import Refusals

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK
_FILE = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_NEVER_LISTED = {"node_modules"}
_NOTHING_MORE = Refusals()

READ_BYTES = 32 << 20
"""The largest file that is read as a whole, in bytes."""

_log = Log(__name__)


class Files:
    """Reads, writes and lists files below one folder; nothing outside it can be reached.

    Paths are relative to the folder, with ``/``; an absolute path inside it is accepted. Every
    component is opened with ``O_NOFOLLOW`` from the handle of the one before, so neither ``..``
    nor a symbolic link, not even one swapped in between, leads out. The folder itself may be
    reached through links: it is opened once. What ``refusals`` names is not reached either,
    by any caller. Every method may be called from any thread, and raises ``FileUnavailable`` when
    the operating system refuses.
    """

    def __init__(
        self, root: Path, refusals: Refusals = _NOTHING_MORE, *, descriptor: int | None = None
    ) -> None:
        """Open the folder, or take a copy of the ``descriptor`` with which it was opened.

        Raises:
            FolderNotFound: It cannot be opened.
        """
        try:
            self._root = os.open(root, _FOLDER) if descriptor is None else os.dup(descriptor)
        except OSError as error:
            raise FolderNotFound(
                f"The folder {root} cannot be opened: {error.strerror}."
            ) from error
        # With a descriptor the path is resolved already, and may mean another folder by now.
        resolved = root.resolve() if descriptor is None else root
        self._root_names = (str(root.absolute()), str(resolved))
        self._refusals = refusals

    def fileno(self) -> int:
        """Return the descriptor of the folder, which stays ours. Raises ``FolderNotFound``."""
        if self._root < 0:
            raise FolderNotFound("The workspace is closed.", hint="Retry the call.")
        return self._root

    def has_own_links(self) -> bool:
        """Return whether a link names a file of the server, which may lead anywhere by now."""
        return self._refusals.has_links()

    def relative(self, path: str) -> str:
        """Return the path relative to the folder, normalised.

        Raises:
            OutsideWorkspace: It leads out, contains a NUL, ``~`` or an over-long name.
        """
        return "/".join(self._names(path)) or "."

    def _names(self, path: str) -> tuple[str, ...]:
        return names_below(path, self._root_names)

    def read_bytes(self, path: str, limit: int = READ_BYTES, *, settings: bool = False) -> bytes:
        """Read a plain file of at most ``limit`` bytes. ``settings`` allows ``shall.yaml``.

        Raises:
            OutsideWorkspace: It leads out, is a link, a device, a FIFO or a hard link, or what
                ``Refusals.check_read`` refuses.
            FileMissing: There is no such file.
            BadValue: It is larger. No more than ``limit + 1`` bytes were read.
        """
        self._refusals.check_read(self._root_names[1], self._file_names(path), settings=settings)
        with self._parent(path) as (folder, name):
            return _read(folder, name, path, limit)

    def open(self, path: str) -> int:
        """Open a plain file of any size; return its descriptor, which the caller closes.

        Raises as ``read_bytes`` does.
        """
        self._refusals.check_read(self._root_names[1], self._file_names(path))
        with self._parent(path) as (folder, name):
            return _open(folder, name, path)[0]

    def upload(self, path: str) -> bytes | FileContent:
        """Return the bytes of a plain file, or of a large one what reads it while it is sent.

        Raises as ``read_bytes`` does.
        """
        descriptor = self.open(path)
        try:
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size <= LARGE_BYTES:
            return self.read_bytes(path)
        return FileContent(path, size, partial(self.open, path))

    def path_of(self, path: str) -> str:
        """Return the absolute path of a plain file that a library opens itself.

        Raises as ``read_bytes`` does. It is for files that the operator names: another program
        could swap the file before it is opened.
        """
        names = self._file_names(path)
        self._refusals.check_read(self._root_names[1], names)
        with self._parent(path) as (folder, name):
            _look(folder, name, path)
        return "/".join((self._root_names[1].rstrip("/"), *names))

    def read_text(self, path: str, limit: int = TEXT_BYTES, *, settings: bool = False) -> str:
        """Read a UTF-8 file (a byte-order mark is dropped). Raises also ``BadValue``."""
        return _as_text(self.read_bytes(path, limit, settings=settings), path)

    def read_texts(self, paths: Iterable[str]) -> Iterator[tuple[str, str | InvalidInput]]:
        """Read files that were listed; yield each path with its text, or why there is none.

        They are read as by ``read_text``, those that follow one another and lie in one folder
        through one handle of it.
        """
        for above, group in groupby(paths, lambda path: path.rpartition("/")[0]):
            together = list(group)
            try:
                names = self._names(above or ".")
                passes = self._refusals.passes(names)
                with self._folder(names, above) as folder:
                    for path in together:
                        yield path, self._text_in(folder, path, passes)
            except InvalidInput as error:  # of the folder
                yield from ((path, error) for path in together)

    def _text_in(self, folder: int, path: str, passes: Callable[[str], bool]) -> str | InvalidInput:
        """Read a file of an open folder."""
        try:
            name = path.rpartition("/")[2]
            if name in {"", "."} or not (usable(path) and passes(name)):
                names = self._file_names(path)
                self._refusals.check_read(self._root_names[1], names)
                name = names[-1]
            return _as_text(_read_listed(folder, name, path), path)
        except FileNotFoundError:
            return FileMissing(f"{path} does not exist.")
        except OSError as error:
            raise FileUnavailable(f"{path} cannot be used: {error.strerror}.") from error
        except InvalidInput as error:
            return error

    def write_text(self, path: str, text: str, *, overwrite: bool = True) -> None:
        """Write a UTF-8 file whole or not at all; folders on the way are made.

        Raises:
            OutsideWorkspace: It leads out, to something but a plain file, or to what
                ``Refusals.check_written`` refuses.
            AlreadyExists: It exists and ``overwrite`` is false.
            BadValue: The text holds what UTF-8 cannot say.
        """
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            raise BadValue(f"The text for {path} contains a lone surrogate.") from error
        self._check_written(path)
        with self._parent(path, make=True) as (folder, name):
            from shall.workspace.atomic import write_whole  # no run writes, as below

            mode = None
            with suppress(FileMissing):
                mode = _look(folder, name, path).st_mode
            try:
                write_whole(folder, name, data, mode=mode, overwrite=overwrite)
            except FileExistsError as error:
                raise AlreadyExists(
                    f"{path} exists.", hint="Use overwrite to replace it."
                ) from error

    def delete(self, path: str) -> None:
        """Delete a plain file. Raises ``OutsideWorkspace`` and ``FileMissing``."""
        self._check_written(path)
        with self._parent(path) as (folder, name):
            _look(folder, name, path)
            from shall.workspace.atomic import sync_folder

            os.unlink(name, dir_fd=folder)
            sync_folder(folder)

    def delete_scratch(self, paths: Sequence[str], folders: Sequence[str]) -> None:
        """Delete plain files below folders of the setting ``scratch``, as far as they exist.

        Every path is checked before the first file is deleted.

        Raises:
            OutsideWorkspace: As for ``delete``, or ``check_scratch`` refuses a path.
        """
        from shall.workspace.scratch import check_scratch  # few cases delete files

        for path in paths:
            check_scratch(self._file_names(path), folders)
            self._check_written(path)
        for path in paths:
            with suppress(FileMissing):
                self.delete(path)

    def is_file(self, path: str) -> bool:
        """Return whether there is a plain file (False for anything outside)."""
        with suppress(OutsideWorkspace, FileMissing), self._parent(path) as (folder, name):
            return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        return False

    def stamp(self, path: str) -> tuple[int, ...] | None:
        """Return values that change with a plain file: inode, size, time; None where none is."""
        with suppress(OutsideWorkspace, FileMissing), self._parent(path) as (folder, name):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                return found.st_ino, found.st_size, found.st_mtime_ns
        return None

    def modified_s(self, path: str) -> float:
        """Return when a plain file was last written, in seconds since the epoch."""
        with self._parent(path) as (folder, name):
            return _look(folder, name, path).st_mtime

    def is_folder(self, path: str) -> bool:
        """Return whether there is a folder (False for anything outside)."""
        with suppress(OutsideWorkspace, FileMissing), self._folder(self._names(path), path):
            return True
        return False

    def find(
        self, folder: str, endings: Sequence[str], links: list[str] | None = None
    ) -> list[str]:
        """List plain files below a folder by ending, sorted; links and hidden folders left out.

        What is passed over is appended to ``links``: links, to a folder or a file of any name, and
        files whose ending has capitals.
        ``folder`` may be ``.``; ``.kiro`` is entered when it is named. Raises ``FolderNotFound``,
        and ``OutsideWorkspace`` for a version-control or state folder.
        """
        start = self._names(folder)
        if start:
            self._refusals.check_written(self._root_names[1], start)
        try:
            with self._folder(start, folder):
                pass
        except FileMissing as error:
            raise FolderNotFound(f"The folder {folder} does not exist.") from error
        found: list[str] = []
        waiting = [start]
        while waiting:
            names = waiting.pop()
            files, folders = self._entries(names, tuple(endings), links)
            found += ["/".join((*names, name)) for name in files]
            waiting += [(*names, name) for name in folders]
        return sorted(found)

    def _entries(
        self, names: tuple[str, ...], endings: tuple[str, ...], links: list[str] | None
    ) -> tuple[list[str], list[str]]:
        """Return the files with one of the endings, and the folders to enter."""
        path = "/".join(names) or "."
        try:
            with self._folder(names, path) as folder, os.scandir(folder) as entries:
                files, folders = [], []
                for entry in entries:
                    name = entry.name
                    if name.endswith(endings) and entry.is_file(follow_symlinks=False):
                        files.append(name)
                    elif entry.is_dir(follow_symlinks=False):
                        if not name.startswith(".") and name not in _NEVER_LISTED:
                            folders.append(name)
                    elif links is not None and (
                        entry.is_symlink() or name.lower().endswith(endings)
                    ):
                        links.append("/".join((*names, name)))
        except (FileMissing, OutsideWorkspace):
            return [], []  # gone, or swapped, since it was listed
        except FileUnavailable as error:
            _log.warning("left out of the listing: %s", error)
            return [], []
        # What is not asked for needs no check, and most of what is there is not.
        passes = self._refusals.passes(names)
        return (
            [
                name
                for name in files
                if (passes(name) and usable("/".join((*names, name))))
                or self._is_listed((*names, name))
            ],
            [name for name in folders if self._is_listed((*names, name))],
        )

    def _is_listed(self, names: Sequence[str]) -> bool:
        return usable("/".join(names)) and not self._refusals.hides(names)

    def close(self) -> None:
        """Close the folder's handle."""
        if self._root >= 0:
            os.close(self._root)
            self._root = -1  # no later call may reach a handle that was reused

    def _check_written(self, path: str) -> None:
        self._refusals.check_written(self._root_names[1], self._file_names(path))

    def _file_names(self, path: str) -> tuple[str, ...]:
        names = self._names(path)
        if not names:
            raise OutsideWorkspace(f"{path} is the workspace itself, not a file in it.")
        return names

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        names = self._file_names(path)
        with self._folder(names[:-1], path, make=make) as folder:
            yield folder, names[-1]

    @contextmanager
    def _folder(self, names: Sequence[str], path: str, *, make: bool = False) -> Iterator[int]:
        try:
            # A handle of its own for the top, too: listing moves the place in what is open.
            first, *rest = names or (".",)
            folder = _enter(self._root, first, first, make=make)
            try:
                for number, name in enumerate(rest, start=2):
                    below = _enter(folder, name, "/".join(names[:number]), make=make)
                    os.close(folder)
                    folder = below
                yield folder
            finally:
                os.close(folder)
        except FileNotFoundError as error:
            raise FileMissing(f"{path} does not exist.") from error
        except OSError as error:
            raise FileUnavailable(f"{path} cannot be used: {error.strerror}.") from error


def _enter(folder: int, name: str, path: str, *, make: bool) -> int:
    """Open a folder in a folder."""
    if make:
        from shall.workspace.atomic import sync_folder

        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
            sync_folder(folder)
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:  # which one a link gives differs between systems: look what it is
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            raise
        if stat.S_ISREG(mode):
            raise FileMissing(f"{path} is a file, not a folder.") from error
        raise OutsideWorkspace(f"{path} is {_kind(mode)}, not a folder.") from error


def _read(folder: int, name: str, path: str, limit: int) -> bytes:
    """Read a plain file of a folder."""
    return _content(*_open(folder, name, path), path, limit)


def _read_listed(folder: int, name: str, path: str) -> bytes:
    """Read a file that was plain when its folder was listed: it need not be looked at again."""
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError:  # it has changed since then
        return _read(folder, name, path, TEXT_BYTES)
    return _content(descriptor, _size(descriptor, folder, path), path, TEXT_BYTES)


def _content(descriptor: int, size: int, path: str, limit: int) -> bytes:
    """Return what is in an open file, and close it."""
    try:
        return read_descriptor(descriptor, limit, size)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise BadValue(f"{path} is larger than {size_text(limit)}.") from None
        raise
    finally:
        os.close(descriptor)


def _open(folder: int, name: str, path: str) -> tuple[int, int]:
    """Open a plain file of a folder; return its descriptor and its size in bytes."""
    _look(folder, name, path)
    descriptor = os.open(name, _FILE, dir_fd=folder)
    return descriptor, _size(descriptor, folder, path)


def _size(descriptor: int, folder: int, path: str) -> int:
    """Return the size of a file that was opened; close what is not a plain one.

    Its name may mean something else than when it was looked at.
    """
    try:
        status = os.fstat(descriptor)
        if not _is_plain(status):
            status = _settled(status, partial(os.fstat, descriptor), folder, path)
    except BaseException:
        os.close(descriptor)
        raise
    return status.st_size


def _as_text(data: bytes, path: str) -> str:
    data = data.removeprefix(BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        from shall.span import Span  # only where something is wrong

        line = data.count(b"\n", 0, error.start) + 1
        raise BadValue(
            f"Byte 0x{data[error.start]:02x} is not UTF-8.",
            hint="Save the file as UTF-8.",
            span=Span(path, line),
        ) from error


def _look(folder: int, name: str, path: str) -> os.stat_result:
    """Check before opening, since opening a device may already do something."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if _is_plain(status):
            return status
        look = partial(os.stat, name, dir_fd=folder, follow_symlinks=False)
        return _settled(status, look, folder, path)
    except FileNotFoundError as error:
        raise FileMissing(f"{path} does not exist.") from error


def _is_plain(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def _settled(
    status: os.stat_result, look: Callable[[], os.stat_result], folder: int, path: str
) -> os.stat_result:
    """Return the status of a file that is plain once a write that was broken off is finished."""
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        from shall.workspace.atomic import finish_write

        finish_write(folder, status)
        status = look()
    if not stat.S_ISREG(status.st_mode):
        raise OutsideWorkspace(f"{path} is {_kind(status.st_mode)}, not a plain file.")
    if status.st_nlink > 1:
        raise OutsideWorkspace(
            f"{path} is a hard link: it may be a file outside the workspace.",
            hint="Replace it by a copy.",
        )
    return status


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "a special file")
