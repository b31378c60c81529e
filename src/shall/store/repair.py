"""Repairs the state: what is replaced is retained beside it, never deleted."""

import os
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from shall.bounded import EVIDENCE_BYTES, read_descriptor
from shall.errors import StoreUnavailable
from shall.store.copies import Recovered, recover_database
from shall.store.evidence import unreadable_lines
from shall.store.locks import in_use_file, locked, locked_file, unused
from shall.store.state_checks import refuse_another_users

_PARTS = ("", "-wal", "-shm")


class Moved(Struct, frozen=True):
    """What was taken out, and the file that keeps it."""

    kept: Path
    count: int


def repair_database(path: Path, now: datetime) -> tuple[Path, Recovered]:
    """Replace a damaged database by a new one with all that can be read.

    Return the new path of the damaged file, and what was recovered. ``now`` is aware UTC.

    Raises:
        StoreUnavailable: Another process has it open, or the folder cannot be written or is
            another user's.
        StoreTooNew: A newer release wrote it.
    """
    kept = path.with_name(f"{path.name}.damaged-{stamp(now)}")
    new = path.with_name(f"{path.name}.new-{stamp(now)}")
    try:
        refuse_another_users(path.parent)
        with unused(in_use_file(path)), locked_file(path.with_name(path.name + ".lock")):
            recovered = recover_database(path, new)
            for part in _PARTS:
                held = path.with_name(path.name + part)
                if held.exists():
                    held.rename(kept.with_name(kept.name + part))
            new.rename(path)
    except OSError as error:
        raise StoreUnavailable(
            f"The store {path} cannot be repaired: {error.strerror}.",
            hint="Make its folder writable; nothing was deleted.",
        ) from error
    finally:
        new.unlink(missing_ok=True)
    return kept, recovered


def repair_evidence(path: Path, folder: Path, now: datetime) -> Moved | None:
    """Remove the lines that cannot be read from an evidence file.

    The original file is copied to ``folder``. None where every line can be read. Lines that a
    newer release wrote stay.

    Raises:
        StoreUnavailable: It cannot be read or written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            with locked(descriptor, str(path)):
                return _repair_lines(descriptor, folder / f"{path.name}.{stamp(now)}")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be repaired: {error.strerror}.") from error


def _repair_lines(descriptor: int, kept: Path) -> Moved | None:
    data = read_descriptor(descriptor, EVIDENCE_BYTES)
    bad = set(unreadable_lines(data))
    if not bad:
        return None
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with kept.open("xb") as copy:
        copy.write(data)
        copy.flush()
        os.fsync(copy.fileno())
    lines = data.split(b"\n")
    good = b"\n".join(line for number, line in enumerate(lines, start=1) if number not in bad)
    good = good if not good or good.endswith(b"\n") else good + b"\n"
    # In place, not by renaming: who waits for the lock has this file open.
    with open(descriptor, "r+b", closefd=False) as file:
        file.seek(0)
        file.write(good)
        file.truncate()
    os.fsync(descriptor)
    return Moved(kept, len(bad))


def stamp(now: datetime) -> str:
    """Return a time as a part of a file's name."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
