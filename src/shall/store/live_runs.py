"""The runs that go on, as pages follow them.

Every function runs inside the caller's transaction.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from shall.results.listing import LiveRun, RunLine
from shall.results.records import RunStatus
from shall.store.reasons import reason_from_text
from shall.store.rows import plain
from shall.store.run_lines import StatusOf, lines_where
from shall.store.stops import asked_at

if TYPE_CHECKING:
    import sqlite3

MOST_NAMED = 100
"""Runs that are looked for by their ids, at most."""

_NEWEST_BAD = """
    SELECT name, reason FROM cases
    WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND is_bad = 1 ORDER BY number DESC LIMIT 1
"""


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
        bad_reason=None if reason is None else reason_from_text(reason),
    )
