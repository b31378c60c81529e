"""Evidence as committed, mergeable text: ``<state>/evidence/YYYY-MM.jsonl``, one line a fact."""

import json
import os
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from shall.rules import Renewal
from shall.store.base import Evidence, IsUnchanged
from shall.store.folders import Folder
from shall.store.line_files import (
    UnreadableLine,
    append_whole,
    data_of_lines,
    names_of_lines,
    open_locked,
    replace_whole,
    translated,
    values_of_lines,
)

FORMAT = 1
"""The version of a line; a line with a higher one is skipped."""

_NAMES = frozenset(Evidence.__struct_fields__)
_OUTCOMES = frozenset({"passed", "failed", "error", "skipped", "absent"})
_BAD = frozenset({"failed", "error"})
_INSTANT = timedelta(microseconds=1)
_NEVER = Renewal()

Revision = tuple[str, bool | None]
"""A commit in hex, and whether tracked files differ from it."""

_Key = tuple[str, str, str, str | None]
_Source = tuple[str, str, str]


def _no_revision() -> Revision:
    return "", None


def _differs(_recorded: str, _fact: Evidence) -> bool:
    return False


class _Newer(ValueError):
    """A newer release wrote the line."""


def unreadable_lines(data: bytes) -> list[int]:
    """Return the numbers of the lines that nobody can read: torn ones, conflict markers.

    Lines that a newer release wrote are not among them.
    """
    numbers = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            if line.strip():
                _fact(json.loads(line))
        except _Newer:
            continue
        except (ValueError, TypeError, KeyError):
            numbers.append(number)
    return numbers


class _ReadFile(Struct, frozen=True):
    """A file of lines as it was read. ``data`` is empty where its last line may still grow."""

    stamp: tuple[int, int, int]
    data: bytes
    facts: list[Evidence]
    unreadable: list[UnreadableLine]


class EvidenceLog:
    """Appends evidence lines; reads the newest of each criterion, source, environment and row.

    A line is written only when it says something new (outcome or a fingerprint differs from the
    newest line of the same criterion, source, environment and row, or a newer line of the whole
    source, or of a row, says something else), so a green run on a green project changes no
    committed file. The order of lines means nothing: git may merge two
    branches' files by union. Therefore a fact is dated after the one that it follows, also where
    the clock was set back or another machine's is ahead (a hybrid logical clock: Kulkarni et
    al., 2014).
    """

    def __init__(self, folder: Path | Folder) -> None:
        self._folder = folder if isinstance(folder, Folder) else Folder(folder)
        self._read: dict[str, _ReadFile] = {}

    def append(
        self,
        facts: Sequence[Evidence],
        revision: Callable[[], Revision] | None = None,
        *,
        is_unchanged: IsUnchanged = _differs,
        renewal: Renewal = _NEVER,
        seen: Collection[Evidence] | None = None,
        superseded: list[Evidence] | None = None,
    ) -> int:
        """Append what is new in one atomic write; return how many lines were written.

        The lines go to the file of the newest fact's month. ``revision`` is called only where
        something may be written, and returns the commit of the code and whether it is dirty.
        ``is_unchanged`` is asked where a fingerprint of a source differs from the recorded one
        and an older release recorded it. ``renewal`` says what is written again though it is
        recorded already. ``seen`` are the newest lines as they were when the facts' run began,
        None: as they are now. A pass that is older than a failure which was recorded since is not
        written, but put into ``superseded``.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        late = superseded if superseded is not None else []
        ask_revision = cache(revision or _no_revision)

        def is_due(before: Evidence, fact: Evidence) -> bool:
            if renewal.after is not None and fact.at - before.at > renewal.after:
                return True
            is_clean = before.is_dirty is False
            return renewal.if_dirty and not is_clean and ask_revision()[1] is False

        new, late[:] = self._new(facts, is_unchanged, is_due, seen)
        if not new:
            return 0
        commit, is_dirty = ask_revision()
        facts = [replace(fact, commit=commit, is_dirty=is_dirty) for fact in facts]
        month = max(fact.at for fact in facts).astimezone(UTC).strftime("%Y-%m")
        with (
            translated(self._folder, "evidence"),
            open_locked(self._folder, f"{month}.jsonl") as descriptor,
        ):
            # Another process may have written meanwhile.
            new, late[:] = self._new(facts, is_unchanged, is_due, seen)
            if new:
                append_whole(descriptor, "".join(_line(fact) for fact in new).encode("ascii"))
        return len(new)

    def newest(self) -> list[Evidence]:
        """Return the newest line (by ``at``) of each criterion, source, environment and row.

        A torn or unreadable line is skipped and named in a warning.

        Raises:
            StoreUnavailable: A file cannot be read.
        """
        return list(self._newest().values())

    def history(self, criterion: str) -> list[Evidence]:
        """Return the lines of a criterion, by the key at that time; the newest come first.

        Raises:
            StoreUnavailable: A file cannot be read.
        """
        found: list[Evidence] = []
        with (
            translated(self._folder, "evidence"),
            suppress(FileNotFoundError),
            self._folder.opened() as folder,
        ):
            for name in names_of_lines(folder):
                found += [it for it in self._facts(folder, name) if it.criterion == criterion]
        return sorted(found, key=_order, reverse=True)

    def unreadable(self) -> list[UnreadableLine]:
        """Return the lines that were skipped when the evidence was last read."""
        return [line for it in self._read.values() for line in it.unreadable]

    def compact(self, keep: Callable[[str, bytes], None]) -> int:
        """Drop lines that a newer one replaced; return how many.

        Lines that stay are unchanged, and so are those that cannot be read. ``keep`` takes the
        name and content of each file before it is shortened. Lines that another process appends
        meanwhile stay.

        Raises:
            StoreUnavailable: A file cannot be read or written.
        """
        newest = self._newest()
        dropped = 0
        with (
            translated(self._folder, "evidence"),
            suppress(FileNotFoundError),
            self._folder.opened() as folder,
        ):
            for name in names_of_lines(folder):
                if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    continue
                with open_locked(self._folder, name):
                    data = data_of_lines(folder, name)
                    lines = data.splitlines(keepends=True)
                    left = [line for line in lines if not _is_replaced(line, newest)]
                    if len(left) < len(lines):
                        keep(name, data)
                        replace_whole(folder, name, b"".join(left))
                        dropped += len(lines) - len(left)
        return dropped

    def _new(
        self,
        facts: Iterable[Evidence],
        is_unchanged: IsUnchanged,
        is_due: Callable[[Evidence, Evidence], bool],
        seen: Collection[Evidence] | None,
    ) -> tuple[list[Evidence], list[Evidence]]:
        """Return the facts to write, dated, and the superseded ones."""
        known = self._newest()
        overlap = _Overlap(known.values())
        new, superseded = [], []
        for fact in facts:
            before = known.get(_key(fact))
            if (
                before is not None
                and _is_known(before, fact, is_unchanged)
                and not overlap.differs(before)
                and not is_due(before, fact)
            ):
                continue
            if before is not None and fact.at <= before.at:
                was_worse = fact.outcome == "passed" and before.outcome in _BAD
                if was_worse and seen is not None and before not in seen:
                    superseded.append(fact)
                    continue
                fact = replace(fact, at=before.at + _INSTANT)
            new.append(fact)
            known[_key(fact)] = fact
            overlap.add(fact)
        return new, superseded

    def _newest(self) -> dict[_Key, Evidence]:
        found: dict[_Key, Evidence] = {}
        names: list[str] = []
        with (
            translated(self._folder, "evidence"),
            suppress(FileNotFoundError),
            self._folder.opened() as folder,
        ):
            names = names_of_lines(folder)
            for name in names:
                for fact in self._facts(folder, name):
                    key = _key(fact)
                    if key not in found or _order(found[key]) < _order(fact):
                        found[key] = fact
        for gone in self._read.keys() - names:
            del self._read[gone]
        return found

    def _facts(self, folder: int, name: str) -> list[Evidence]:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._read.get(name)
        if known is None or known.stamp != stamp:
            data = data_of_lines(folder, name)
            known = _read_file(self._folder.path / name, data, stamp, known)
            self._read[name] = known
        return known.facts


def _read_file(
    path: Path, data: bytes, stamp: tuple[int, int, int], before: _ReadFile | None
) -> _ReadFile:
    """Return the lines of a file; where lines were appended since ``before``, read only those."""
    if before is None or not before.data or not data.startswith(before.data):
        before = _ReadFile(stamp, b"", [], [])
    first = before.data.count(b"\n") + 1
    facts, wrong = values_of_lines(path, data[len(before.data) :], _fact, first)
    whole = data if data.endswith(b"\n") else b""
    return _ReadFile(stamp, whole, before.facts + facts, before.unreadable + wrong)


def _key(fact: Evidence) -> _Key:
    return fact.criterion, fact.source, fact.environment, fact.data_row


class _Overlap:
    """Lines of a source as a whole, and of its rows: the newer ones replace the older."""

    def __init__(self, facts: Iterable[Evidence]) -> None:
        self._whole: dict[_Source, Evidence] = {}
        self._rows: dict[_Source, dict[str, Evidence]] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Evidence) -> None:
        """Add the newest line of its key."""
        if fact.data_row is None:
            self._whole[_key(fact)[:3]] = fact
        else:
            self._rows.setdefault(_key(fact)[:3], {})[fact.data_row] = fact

    def differs(self, fact: Evidence) -> bool:
        """Return whether a newer line of the whole, or of a row, says something else."""
        source = _key(fact)[:3]
        if fact.data_row is None:
            others = [*self._rows.get(source, {}).values()]
        else:
            others = [self._whole[source]] if source in self._whole else []
        return any(it.at > fact.at and _says(it) != _says(fact) for it in others)


def _is_known(before: Evidence, fact: Evidence, is_unchanged: IsUnchanged) -> bool:
    """Return whether a line says already what a fact says."""
    if _says(before) != _says(fact) or before.variables != fact.variables:
        return False
    recorded, now = before.source_fingerprint, fact.source_fingerprint
    if recorded == now:
        return True
    return _version(recorded) != _version(now) and is_unchanged(recorded, fact)


def _says(fact: Evidence) -> tuple[str, bool, str | None]:
    is_vacuous = fact.outcome == "passed" and not fact.checks_executed
    return fact.outcome, is_vacuous, fact.criterion_fingerprint


def _version(fingerprint: str) -> str:
    """Return the version of the function that made a fingerprint; the first one wrote none."""
    return fingerprint.rpartition(":")[0]


def _order(fact: Evidence) -> tuple[datetime, str, str]:
    return fact.at, fact.run_id, fact.outcome  # so that the order of lines never decides


def _line(fact: Evidence) -> str:
    at = fact.at.astimezone(UTC).isoformat(timespec="microseconds")
    data = {**asdict(fact), "at": at, "format": FORMAT}
    if not fact.variables:
        del data["variables"]
    return json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"


def _is_replaced(line: bytes, newest: Mapping[_Key, Evidence]) -> bool:
    """Return whether a newer line says more of the same; a line that cannot be read is not."""
    try:
        fact = _fact(json.loads(line))
    except (ValueError, TypeError, KeyError):
        return False
    newer = newest.get(_key(fact))
    return newer is not None and _order(fact) < _order(newer)


def _fact(data: dict[str, Any]) -> Evidence:
    if data["format"] > FORMAT:
        raise _Newer(f"format {data['format']} was written by a newer release")
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError("the time has no zone")
    if at.year == MAXYEAR:
        raise ValueError("nothing can follow the time")
    known = {**data, "at": at}
    for name in known.keys() - _NAMES:  # the format
        del known[name]
    fact = Evidence(**known)
    names = (*_key(fact), fact.run_id, fact.outcome, fact.variables)
    if not all([name is None or isinstance(name, str) for name in names]):  # noqa: C419 - faster
        raise ValueError("a name is not text")
    if fact.outcome not in _OUTCOMES:
        raise ValueError(f"the outcome {fact.outcome[:40]} is not known")
    return fact
