"""Repairs what ``doctor`` found, and deletes nothing but temporary files."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from shall.admin.doctor import Examined, is_torn, leftovers
from shall.messages import plural
from shall.store.copies import examine_database
from shall.store.repair import repair_database, repair_evidence
from shall.store.state import DATABASE, EVIDENCE, LOCAL
from shall.workspace.atomic import sweep


def repair(subject: Examined, now: datetime) -> Iterator[str]:
    """Repair the state; return a line for each thing that was done. ``now`` is aware UTC.

    Raises:
        StoreUnavailable: A process uses the state, or it cannot be written.
        StoreTooNew: A newer release wrote the database.
    """
    yield from _repair_store(subject, now)
    yield from _repair_evidence(subject, now)
    yield from _repair_call_log(subject)
    yield from _sweep(subject)


def _repair_store(subject: Examined, now: datetime) -> Iterator[str]:
    database = subject.state / DATABASE
    if not database.exists() or not examine_database(database)[1]:
        return
    kept, recovered = repair_database(database, now)
    rows = ", ".join(f"{count} {table}" for table, count in recovered.rows.items() if count)
    yield f"store: the damaged database was moved to {kept}."
    lost = "" if recovered.complete else "; some could not be read"
    yield f"store: recovered {rows or 'nothing'}{lost}."


def _repair_evidence(subject: Examined, now: datetime) -> Iterator[str]:
    for path in sorted((subject.state / EVIDENCE).glob("*.jsonl")):
        moved = repair_evidence(path, subject.state / LOCAL / "repaired", now)
        if moved is not None:
            lines = plural(moved.count, "line", "lines")
            yield f"evidence: removed {moved.count} {lines} from {path}; original: {moved.kept}."


def _repair_call_log(subject: Examined) -> Iterator[str]:
    log = subject.call_log
    if log is None or not log.exists() or not is_torn(log):
        return
    with log.open("ab", buffering=0) as file:
        file.write(b"\n")
    yield f"call log: terminated the incomplete last line of {log}."


def _sweep(subject: Examined) -> Iterator[str]:
    before = leftovers(subject)
    for folder in {path.parent for path in before}:
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                sweep(descriptor)
            finally:
                os.close(descriptor)
    gone = [path for path in before if not path.exists()]
    if gone:
        yield f"temporary files: removed {len(gone)} left by interrupted writes."
