"""Decisions as committed, mergeable text: ``<state>/decisions/YYYY-MM.jsonl``, one line each."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import MAXYEAR, UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from shall.store.folders import Folder
from shall.store.line_files import (
    UnreadableLine,
    append_whole,
    data_of_lines,
    names_of_lines,
    open_locked,
    translated,
    values_of_lines,
)

if TYPE_CHECKING:
    from shall.specs.decisions import Decision

FORMAT = 1
"""The version of a line; a line with a higher one is skipped."""

_ATTRIBUTES = ".gitattributes"
_MERGE = b"*.jsonl merge=union\n"
_INSTANT = timedelta(microseconds=1)


class DecisionLog:
    """Appends decisions; reads the newest of each kind, criterion and source.

    Lines are only added, and their order means nothing: git may merge two branches' files by
    union. A decision is dated after the one that it replaces, also where a clock was set back.
    """

    def __init__(self, folder: Path | Folder) -> None:
        self._folder = folder if isinstance(folder, Folder) else Folder(folder)
        self._unreadable: list[UnreadableLine] = []

    def append(self, decisions: "Iterable[Decision]") -> None:
        """Append decisions in one write.

        Raises:
            StoreUnavailable: The folder cannot be written, or its files cannot be read.
        """
        decisions = list(decisions)
        if not decisions:
            return
        month = max(it.at for it in decisions).astimezone(UTC).strftime("%Y-%m")
        with (
            translated(self._folder, "decisions"),
            open_locked(self._folder, f"{month}.jsonl") as descriptor,
        ):
            self._prepare_merge()
            known = {it.key: it for it in self.newest()}
            new = []
            for decision in decisions:
                before = known.get(decision.key)
                if before is not None and decision.at <= before.at:
                    decision = replace(decision, at=before.at + _INSTANT)
                known[decision.key] = decision
                new.append(decision)
            append_whole(descriptor, "".join(map(_line, new)).encode("ascii"))

    def newest(self) -> "list[Decision]":
        """Return the newest decision of each kind, criterion and source, withdrawn ones too.

        A torn or unreadable line is skipped and named in a warning.

        Raises:
            StoreUnavailable: A file cannot be read.
        """
        found: dict[tuple[str, str, str], Decision] = {}
        for decision in self.history():
            before = found.get(decision.key)
            if before is None or _order(before) < _order(decision):
                found[decision.key] = decision
        return sorted(found.values(), key=lambda it: it.key)

    def history(self) -> "list[Decision]":
        """Return every decision, in the order of the files; unreadable lines as in ``newest``.

        Raises:
            StoreUnavailable: A file cannot be read.
        """
        found: list[Decision] = []
        self._unreadable = []
        with (
            translated(self._folder, "decisions"),
            suppress(FileNotFoundError),
            self._folder.opened() as folder,
        ):
            for name in names_of_lines(folder):
                data = data_of_lines(folder, name)
                decisions, wrong = values_of_lines(self._folder.path / name, data, _decision)
                self._unreadable += wrong
                found += decisions
        return found

    def unreadable(self) -> list[UnreadableLine]:
        """Return the lines that were skipped when the decisions were last read."""
        return list(self._unreadable)

    def _prepare_merge(self) -> None:
        """Write once what lets git merge the files."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # O_EXCL follows no link
        with self._folder.opened() as folder, suppress(FileExistsError):
            descriptor = os.open(_ATTRIBUTES, flags, 0o644, dir_fd=folder)
            try:
                os.write(descriptor, _MERGE)
            finally:
                os.close(descriptor)


def _order(decision: "Decision") -> tuple[datetime, bool, str]:
    return decision.at, decision.is_withdrawn, _line(decision)  # the order of lines never decides


def _line(decision: "Decision") -> str:
    data = {**msgspec.to_builtins(decision), "format": FORMAT}
    return json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"


def _decision(data: dict[str, Any]) -> "Decision":
    if data["format"] > FORMAT:
        raise ValueError(f"format {data['format']} was written by a newer release")
    from shall.specs.decisions import Decision  # a run opens the log and need not read it

    decision = msgspec.convert(data, Decision)
    if decision.at.tzinfo is None or decision.at.year == MAXYEAR:
        raise ValueError("the time has no zone, or nothing can follow it")
    return decision
