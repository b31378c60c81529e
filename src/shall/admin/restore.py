"""Restores the state of a workspace from a backup."""

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from msgspec import Struct

from shall.admin.backup import MANIFEST, Entry, Manifest, manifest_from
from shall.errors import FileMissing, FileUnavailable, InvalidInput, StoreTooNew, StoreUnavailable
from shall.store.copies import examine_database, known_schema
from shall.store.locks import in_use_file, unused
from shall.store.repair import stamp
from shall.store.state import DATABASE, LOCAL
from shall.store.state_checks import refuse_another_users

MAX_FILES = 100_000
"""Files that a backup may hold."""

MAX_BYTES = 64 << 30
"""Bytes that a backup may hold, unpacked; what the disk has free bounds it too."""

_MAX_MANIFEST_BYTES = 64 << 20
_MAX_PADDING_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20


class Restored(Struct, frozen=True):
    """What was restored. ``kept`` is where the previous state is now; None: there was none."""

    manifest: Manifest
    kept: Path | None


def restore(archive: Path, state: Path, now: datetime, *, force: bool = False) -> Restored:
    """Replace a state folder by the state of a backup.

    Everything is unpacked beside it and checked before anything is touched: names, kinds, sizes and
    hashes of all files, the schema and the pages of the database. The state as it was stays beside
    the new one. ``force``: even while a server uses it, which goes on with the old files, and even
    where it is another user's.
    ``now`` is aware UTC.

    Raises:
        FileMissing: There is no such archive.
        InvalidInput: It is not a backup, or it is damaged.
        StoreTooNew: A newer release wrote its database.
        StoreUnavailable: A process uses the state, or it is another user's.
        FileUnavailable: The disk is full, or something cannot be read or written.
    """
    if not archive.is_file():
        raise FileMissing(f"The file {archive} does not exist.")
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix=".shall-", suffix=".tmp", dir=state.parent))
        try:
            manifest = _unpack(archive, staged / "state")
            _check_database(manifest, staged / "state" / DATABASE)
            with _unused(state, force=force):
                kept = _swap(staged / "state", state, now)
        finally:
            shutil.rmtree(staged)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InvalidInput(f"{archive} is not a whole backup: {error}.") from None
    except OSError as error:
        raise FileUnavailable(f"{archive} cannot be restored: {error}.") from error
    return Restored(manifest, kept)


def _unpack(archive: Path, folder: Path) -> Manifest:
    folder.mkdir(mode=0o755)
    (folder / LOCAL).mkdir(mode=0o700)
    found: dict[str, Entry] = {}
    manifest: Manifest | None = None
    with gzip.open(archive) as unzipped, tarfile.open(fileobj=unzipped, mode="r:") as opened:
        left = min(MAX_BYTES, shutil.disk_usage(folder).free)
        for member in opened:
            left -= member.size
            _check_member(member, found, left)
            if member.name == MANIFEST:
                manifest = manifest_from(_bytes_of(opened, member))
            else:
                found[member.name] = _unpack_one(opened, member, folder)
        _read_to_end(unzipped)
    if manifest is None:
        raise InvalidInput(f"{archive} is not a backup: it has no {MANIFEST}.")
    _compare(manifest, found)
    return manifest


def _read_to_end(unzipped: gzip.GzipFile) -> None:
    """Read what follows the last member: gzip compares length and checksum only at its end."""
    rest = unzipped.read(_MAX_PADDING_BYTES + 1)
    if len(rest) > _MAX_PADDING_BYTES or rest.strip(b"\0"):
        raise InvalidInput(
            "The backup is damaged: it contains something after its last file.",
            hint="Use another backup.",
        )


def _check_member(member: tarfile.TarInfo, found: dict[str, Entry], left: int) -> None:
    path = PurePosixPath(member.name)
    if not member.isreg() or member.issparse():
        raise InvalidInput(f"The backup contains {member.name!r}, which is not a plain file.")
    inside = not path.is_absolute() and path.parts and ".." not in path.parts
    if not inside or str(path) != member.name or "\0" in member.name:
        raise InvalidInput(f"The backup contains {member.name!r}, which leads outside the state.")
    if member.name in found:
        raise InvalidInput(f"The backup contains {member.name!r} twice.")
    if left < 0:
        raise InvalidInput(
            "The disk has not enough free space for the backup.",
            hint="Free some space and try again.",
        )
    if len(found) >= MAX_FILES:
        raise InvalidInput(f"The backup contains more than {MAX_FILES} files.")


def _bytes_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None or member.size > _MAX_MANIFEST_BYTES:
        raise InvalidInput("The manifest of the backup cannot be read.")
    with file:
        return file.read()


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> Entry:
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    # What is committed with the project gets its usual mode, the rest is for its owner alone.
    mode = 0o600 if member.name.startswith(f"{LOCAL}/") else 0o644
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    digest = hashlib.sha256()
    with os.fdopen(descriptor, "wb") as written:
        source = archive.extractfile(member)
        assert source is not None  # noqa: S101 - a plain file, as was checked
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(descriptor)
    return Entry(member.name, target.stat().st_size, digest.hexdigest())


def _compare(manifest: Manifest, found: dict[str, Entry]) -> None:
    named = {entry.path: entry for entry in manifest.files}
    missing = sorted(named.keys() - found.keys())
    unknown = sorted(found.keys() - named.keys())
    changed = sorted(path for path in named.keys() & found.keys() if named[path] != found[path])
    for what, paths in (("misses", missing), ("adds", unknown), ("changed", changed)):
        if paths:
            raise InvalidInput(
                f"The backup is damaged: it {what} {paths[0]!r} against its manifest.",
                hint="Use another backup.",
            )


def _check_database(manifest: Manifest, database: Path) -> None:
    if not database.exists():
        return
    version, damage = examine_database(database)
    if damage:
        raise InvalidInput(f"The database of the backup is damaged: {damage[0]}.")
    newest = known_schema()
    if max(version, manifest.schema) > newest:
        raise StoreTooNew(
            f"The backup has schema version {max(version, manifest.schema)}; this release of shall "
            f"({manifest.version} wrote it) knows versions up to {newest}.",
            hint="Upgrade shall.",
            details={"found": version, "known": newest},
        )


@contextmanager
def _unused(state: Path, *, force: bool) -> Iterator[None]:
    database = state / DATABASE
    if state.exists() and not force:
        refuse_another_users(state)
    with ExitStack() as held:
        if database.parent.is_dir():
            try:
                held.enter_context(unused(in_use_file(database)))
            except StoreUnavailable as error:
                if not force:
                    raise StoreUnavailable(
                        error.message, hint=f"{error.hint} Or use --force."
                    ) from None
        yield


def _swap(new: Path, state: Path, now: datetime) -> Path | None:
    kept = None
    if state.exists():
        kept = state.with_name(f"{state.name}.replaced-{stamp(now)}")
        state.rename(kept)
    try:
        new.rename(state)
    except OSError:
        if kept is not None:
            with suppress(OSError):  # the first error is the one to report
                kept.rename(state)
        raise
    return kept
