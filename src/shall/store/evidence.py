"""Evidence as committed, mergeable text: ``<state>/evidence/YYYY-MM.jsonl``, one line a fact."""

import dataclasses
import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shall.errors import StoreUnavailable
from shall.store.base import Evidence

FORMAT = 1
"""The version of a line; a line of a higher one is skipped with a warning."""

_log = logging.getLogger(__name__)

_Key = tuple[str, str, str | None]


class EvidenceLog:
    """Appends evidence lines and reads the newest one of each criterion, source and data row.

    A line is written only when it says something new (outcome or a fingerprint differs from the
    newest line of the same criterion, source and row), so a green run on a green project changes
    no committed file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, facts: Sequence[Evidence]) -> int:
        """Append what is new in one atomic write; give how many lines were written.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        if not facts:
            return 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                known = {_key(fact): fact for fact in self.newest()}
                new = [fact for fact in facts if _says_more(fact, known.get(_key(fact)))]
                self._write(new)
        except OSError as error:
            raise StoreUnavailable(
                f"The evidence in {self._folder} cannot be written: {error.strerror or error}."
            ) from error
        return len(new)

    def newest(self) -> list[Evidence]:
        """Give the newest line (by ``at``) of each criterion, source and data row.

        A torn or unreadable line is skipped and named in a warning.
        """
        newest: dict[_Key, Evidence] = {}
        for fact in self._read():
            known = newest.get(_key(fact))
            if known is None or fact.at >= known.at:
                newest[_key(fact)] = fact
        return list(newest.values())

    def _write(self, facts: Iterable[Evidence]) -> None:
        months: dict[str, list[str]] = {}
        for fact in facts:
            months.setdefault(f"{fact.at.astimezone(UTC):%Y-%m}.jsonl", []).append(_line(fact))
        for name, lines in months.items():
            data = "".join(lines).encode("utf-8")
            descriptor = os.open(
                self._folder / name, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644
            )
            try:
                size = os.fstat(descriptor).st_size
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    data = b"\n" + data  # the line before was torn: it must not take ours along
                if os.write(descriptor, data) != len(data):
                    os.ftruncate(descriptor, size)
                    raise OSError(28, "No space left on device")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _read(self) -> Iterator[Evidence]:
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob("*.jsonl")):
            for number, line in enumerate(path.read_bytes().splitlines(), 1):
                if not line.strip():
                    continue
                try:
                    yield _fact(json.loads(line))
                except (ValueError, TypeError, KeyError) as error:
                    _log.warning("%s:%d: this line is no evidence: %s", path, number, error)


def _key(fact: Evidence) -> _Key:
    return fact.criterion, fact.source, fact.data_row


def _says_more(fact: Evidence, known: Evidence | None) -> bool:
    return known is None or any(
        getattr(fact, name) != getattr(known, name)
        for name in ("outcome", "criterion_fingerprint", "source_fingerprint")
    )


def _line(fact: Evidence) -> str:
    data: dict[str, Any] = dataclasses.asdict(fact)
    data["at"] = fact.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    data["duration_s"] = round(fact.duration_s, 6)
    data["format"] = FORMAT
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _fact(data: dict[str, Any]) -> Evidence:
    version = data.pop("format")
    if version > FORMAT:
        raise ValueError(f"it has format {version}, this release reads up to {FORMAT}")
    data["at"] = datetime.fromisoformat(data["at"])
    return Evidence(**data)
