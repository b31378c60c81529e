"""Runs that go on, and requests to stop them: made by any process, looked for by the one that runs.

Every function runs inside the caller's transaction.
"""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from shall.results.listing import LiveRun, Reason, RunLine
from shall.results.records import RunStatus
from shall.store.rows import plain, time_text
from shall.store.run_lines import StatusOf, lines_where

if TYPE_CHECKING:
    import sqlite3

LISTENS = ""
"""What a run has in ``stop_asked_at`` whose process looks there."""

MOST_NAMED = 100
"""Runs that are looked for by their ids, at most."""

_ASK = "UPDATE runs SET stop_asked_at = ? WHERE run_id = ? AND stop_asked_at = ''"
_ASKED = "SELECT stop_asked_at FROM runs WHERE run_id = ?"
_NEWEST_BAD = """
    SELECT name, reason FROM cases
    WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND is_bad = 1 ORDER BY number DESC LIMIT 1
"""

_reasons = msgspec.json.Decoder(Reason)


def ask(connection: "sqlite3.Connection", run_id: str, at: datetime) -> bool:
    """Ask a run to stop; False where its process does not look for that."""
    asked = asked_at(connection, run_id)
    if asked == LISTENS:
        connection.execute(_ASK, (time_text(at), plain(run_id)))
    return asked is not None


def asked_at(connection: "sqlite3.Connection", run_id: str) -> str | None:
    """Return when a run was asked to stop; None where its process does not look for that."""
    row = connection.execute(_ASKED, (plain(run_id),)).fetchone()
    return None if row is None else row[0]


def live_runs(
    connection: "sqlite3.Connection", named: Collection[str], status_of: StatusOf
) -> list[LiveRun]:
    """Return the runs that go on, and those that are named, whether or not they do."""
    names = [plain(name) for name in named][:MOST_NAMED]
    places = ", ".join("?" * len(names))
    where = f"status = 'running' OR run_id IN ({places})"
    found = lines_where(connection, where, names, status_of)
    shown = [it for it in found if it.status is RunStatus.RUNNING or it.run_id in names]
    return [_live(connection, line) for line in shown]


def _live(connection: "sqlite3.Connection", line: RunLine) -> LiveRun:
    asked = asked_at(connection, line.run_id)
    bad = connection.execute(_NEWEST_BAD, (line.run_id,)).fetchone()
    name, reason = bad or ("", None)
    return LiveRun(
        line,
        can_stop=line.status is RunStatus.RUNNING and asked is not None,
        is_asked_to_stop=bool(asked),
        bad_name=name,
        bad_reason=None if reason is None else _reasons.decode(reason),
    )
