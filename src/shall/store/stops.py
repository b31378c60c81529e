"""Requests to stop a run: made by any process, looked for by the one that runs.

Every function runs inside the caller's transaction.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from shall.store.rows import plain, time_text

if TYPE_CHECKING:
    import sqlite3

LISTENS = ""
"""What a run has in ``stop_asked_at`` whose process looks there."""

_ASK = "UPDATE runs SET stop_asked_at = ? WHERE run_id = ? AND stop_asked_at = ''"
_ASKED = "SELECT stop_asked_at FROM runs WHERE run_id = ?"


def ask(connection: "sqlite3.Connection", run_id: str, at: datetime) -> bool:
    """Request a run to stop; False where its process does not look for that."""
    asked = asked_at(connection, run_id)
    if asked == LISTENS:
        connection.execute(_ASK, (time_text(at), plain(run_id)))
    return asked is not None


def asked_at(connection: "sqlite3.Connection", run_id: str) -> str | None:
    """Return when a run was asked to stop; None where its process does not look for that."""
    row = connection.execute(_ASKED, (plain(run_id),)).fetchone()
    return None if row is None else row[0]
