"""Backs up the state of a workspace: one ``.tar.gz`` with a manifest that names every file.

The archive holds the files of the state folder by their path in it, and as its last member
``manifest.json``: format, version, schema of the database, and size and SHA-256 of each file. What
belongs to running processes (locks, leases, temporary files) is left out.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from msgspec import Struct, to_builtins

from shall import __version__
from shall.errors import AlreadyExists, FileUnavailable, FolderNotFound, InvalidInput
from shall.store.copies import copy_database
from shall.store.locks import locked
from shall.store.state import DATABASE, EVIDENCE, LOCAL
from shall.workspace.atomic import is_temporary

FORMAT = 1
"""The version of the archive's layout."""

MANIFEST = "manifest.json"

_TRANSIENT = (f"{LOCAL}/live/", f"{LOCAL}/shall.db")  # the database comes as a copy of one moment


class Entry(Struct, frozen=True):
    """A file of the archive: its path in the state folder, bytes and hash."""

    path: str
    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What an archive says it holds. ``created_at`` is aware UTC; ``schema`` 0: no database."""

    format: int
    version: str
    created_at: str
    schema: int
    files: tuple[Entry, ...]

    def to_text(self) -> str:
        """Return the manifest as JSON text."""
        return json.dumps(to_builtins(self), indent=2, sort_keys=True) + "\n"


def archive_name(now: datetime) -> str:
    """Return the name of an archive where nobody names one."""
    return f"shall-backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz"


def back_up(state: Path, target: Path, now: datetime) -> Manifest:
    """Copy a state folder to an archive, while servers work on it. ``now`` is aware UTC.

    The archive is whole or not there at all, and only its owner may read it (mode 0600).

    Raises:
        FolderNotFound: There is no state.
        AlreadyExists: ``target`` exists.
        InvalidInput: ``target`` lies in the state folder.
        StoreUnavailable: The database cannot be copied.
        FileUnavailable: A file cannot be read or written.
    """
    _check(state, target)
    try:
        with TemporaryDirectory(prefix=".shall-", suffix=".tmp", dir=target.parent) as folder:
            temporary = Path(folder) / "archive"
            manifest = _write_archive(temporary, state, Path(folder) / "database", now)
            temporary.rename(target)
    except OSError as error:
        raise FileUnavailable(f"{target} cannot be written: {error}.") from error
    return manifest


def _check(state: Path, target: Path) -> None:
    if not state.is_dir():
        raise FolderNotFound(
            f"No state was found in {state}.",
            hint="Choose a project with --workspace, or a state folder with SHALL_STATE_DIR "
            "(mcp_server_spec: logs/shall).",
        )
    if not target.parent.is_dir():
        raise FolderNotFound(f"The folder {target.parent} does not exist.", hint="Create it first.")
    if target.resolve().is_relative_to(state.resolve()):
        raise InvalidInput(
            f"{target} is inside the state folder.", hint="Choose a file outside it."
        )
    if os.path.lexists(target):
        raise AlreadyExists(f"{target} already exists.", hint="Choose another file with --to.")


def _write_archive(target: Path, state: Path, database: Path, now: datetime) -> Manifest:
    entries = []
    schema = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
            if (state / DATABASE).is_file():
                schema = copy_database(state / DATABASE, database)
                entries.append(_add(archive, database, DATABASE, now))
            entries += [_add(archive, state / name, name, now) for name in _files(state)]
            created_at = now.astimezone(UTC).isoformat()
            manifest = Manifest(FORMAT, __version__, created_at, schema, tuple(entries))
            data = manifest.to_text().encode("ascii")
            archive.addfile(_member(MANIFEST, len(data), now), io.BytesIO(data))
        file.flush()
        os.fsync(descriptor)
    return manifest


def _files(state: Path) -> Iterator[str]:
    """Return the plain files of the state by their path in it; links are not followed."""
    for path in sorted(state.rglob("*")):
        name = path.relative_to(state).as_posix()
        transient = name.startswith(_TRANSIENT) or is_temporary(path.name)
        if path.is_file() and not path.is_symlink() and not transient:
            yield name


def _add(archive: tarfile.TarFile, path: Path, name: str, now: datetime) -> Entry:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not name.startswith(f"{EVIDENCE}/"):
            return _add_open(archive, file, name, now)
        with locked(descriptor, str(path)):  # so that its last line is whole
            return _add_open(archive, file, name, now)


def _add_open(archive: tarfile.TarFile, file: IO[bytes], name: str, now: datetime) -> Entry:
    hashing = _Hashing(file)
    member = _member(name, os.fstat(file.fileno()).st_size, now)
    archive.addfile(member, hashing)
    return Entry(name, member.size, hashing.digest.hexdigest())


def _member(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    member.mtime = now.timestamp()
    return member


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._file.read(size)
        self.digest.update(data)
        return data


def manifest_from(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        InvalidInput: It is not one, or a newer release wrote it.
    """
    try:
        held: dict[str, Any] = json.loads(data)
        if held["format"] > FORMAT:
            raise InvalidInput(
                f"A newer release of shall wrote this backup (format {held['format']}).",
                hint="Upgrade shall.",
            )
        files = tuple(
            Entry(str(it["path"]), int(it["size"]), str(it["sha256"])) for it in held["files"]
        )
        return Manifest(
            FORMAT, str(held["version"]), str(held["created_at"]), int(held["schema"]), files
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidInput(f"The manifest of the backup cannot be read: {error!r}.") from None
