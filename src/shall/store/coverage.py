"""What was measured of OpenAPI documents. Every function runs inside the caller's transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from shall.results.listing import CoverageLine
from shall.store.rows import plain

if TYPE_CHECKING:
    import sqlite3

_INSERT = """
    INSERT OR REPLACE INTO coverage
    SELECT id, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE run_id = ?
"""
_NEWEST = """
    SELECT run_id, started_at, source, operations, operations_total, statuses, statuses_total,
        content_types, content_types_total
    FROM coverage JOIN runs ON runs.id = coverage.run
    ORDER BY started_at DESC, runs.id DESC, source LIMIT ?
"""


def insert_coverage(connection: "sqlite3.Connection", line: CoverageLine) -> None:
    """Store what was measured of a run, in the place of what was measured before."""
    values = (*line.operations, *line.statuses, *line.content_types)
    connection.execute(_INSERT, (plain(line.source), *values, plain(line.run_id)))


def newest_coverage(connection: "sqlite3.Connection", limit: int) -> list[CoverageLine]:
    """Return what was measured of the newest runs, newest first."""
    rows = connection.execute(_NEWEST, (limit,))
    return [
        CoverageLine(run_id, datetime.fromisoformat(at), source, (a, b), (c, d), (e, f))
        for run_id, at, source, a, b, c, d, e, f in rows
    ]
