"""What the store asks of its database. Every function runs inside the caller's transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from shall.errors import StoreUnavailable
from shall.results.encoding import encode_case
from shall.results.records import CaseResult, RunStatus
from shall.store.case_columns import count_cases, last_number, line_row
from shall.store.records import RunOrigin
from shall.store.rows import RunRow, case_row, plain, time_text

if TYPE_CHECKING:
    import sqlite3

_NEWEST_RUNS = """
    SELECT id, run_id, started_at, status, total, duration_s, environment, lease
    FROM runs ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?
"""
_ONE_RUN = """
    SELECT id, run_id, started_at, status, total, duration_s, environment, lease
    FROM runs WHERE run_id = ?
"""
_RUNS_BEFORE = """
    SELECT id, run_id, started_at, status, total, duration_s, environment, lease
    FROM runs WHERE started_at < ?
"""
_INSERT_RUN = """
    INSERT OR IGNORE INTO runs (
        run_id, started_at, status, total, environment, lease, stop_asked_at
    ) VALUES (?, ?, ?, ?, ?, ?, '')
"""
_WRITE_ORIGIN = 'UPDATE runs SET "commit" = ?, is_dirty = ?, host = ? WHERE run_id = ?'
_INSERT_CASE = (
    "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DOCUMENTS = """
    SELECT document FROM cases JOIN runs ON runs.id = cases.run
    WHERE run_id = :run AND (:case IS NULL OR case_key = :case) ORDER BY cases.id
"""
_FAILED_LAST = """
    SELECT DISTINCT case_key FROM cases JOIN (
        SELECT case_key AS newest_key, max(run) AS newest_run FROM cases
        WHERE outcome != 'skipped' GROUP BY case_key
    ) ON case_key = newest_key AND run = newest_run
    WHERE outcome IN ('failed', 'error') OR teardown_outcome IN ('failed', 'error')
"""


def insert_run(
    connection: "sqlite3.Connection",
    run_id: str,
    started_at: datetime,
    total: int,
    environment: str,
    lease: str,
) -> None:
    """Add a run that has just begun."""
    start = (plain(run_id), time_text(started_at), RunStatus.RUNNING)
    cursor = connection.execute(_INSERT_RUN, (*start, total, plain(environment), lease))
    if cursor.rowcount == 0:
        raise StoreUnavailable(f"A run with the id {run_id} is already stored.")


def write_origin(connection: "sqlite3.Connection", run_id: str, origin: RunOrigin) -> None:
    """Write where a run began."""
    host = None if origin.host is None else plain(origin.host)
    connection.execute(_WRITE_ORIGIN, (origin.commit, origin.is_dirty, host, plain(run_id)))


def end_run(
    connection: "sqlite3.Connection", run_id: str, status: RunStatus, duration_s: float
) -> None:
    """Write how a run ended."""
    connection.execute(
        "UPDATE runs SET status = ?, duration_s = ? WHERE id = ?",
        (status, duration_s, _run_number(connection, run_id)),
    )


def newest_runs(connection: "sqlite3.Connection", limit: int) -> list[RunRow]:
    """Return the newest runs, newest first."""
    return [RunRow(*row) for row in connection.execute(_NEWEST_RUNS, (limit, 0))]


def one_run(connection: "sqlite3.Connection", run_id: str) -> RunRow | None:
    """Return one run."""
    row = connection.execute(_ONE_RUN, (plain(run_id),)).fetchone()
    return None if row is None else RunRow(*row)


def runs_beyond(connection: "sqlite3.Connection", oldest: str, keep: int) -> Iterator[RunRow]:
    """Return the runs that began before ``oldest``, and all but the newest ``keep``."""
    old = connection.execute(_RUNS_BEFORE, (oldest,)).fetchall()
    many = connection.execute(_NEWEST_RUNS, (-1, keep)).fetchall()
    return (RunRow(*row) for row in {*old, *many})


def delete_run(connection: "sqlite3.Connection", number: int) -> None:
    """Delete a run with everything that belongs to it."""
    connection.execute("DELETE FROM runs WHERE id = ?", (number,))


def names_and_outcomes(connection: "sqlite3.Connection", run: int) -> list[tuple[str, str]]:
    """Return the name and outcome of each case of a run, in the order in which they were stored."""
    found = "SELECT name, outcome FROM cases WHERE run = ? ORDER BY id"
    return connection.execute(found, (run,)).fetchall()


def documents(connection: "sqlite3.Connection", run_id: str, case_key: str | None) -> list[str]:
    """Return the whole results of a run's cases, or of one case, as JSON texts."""
    sought = {"run": plain(run_id), "case": None if case_key is None else plain(case_key)}
    return [text for (text,) in connection.execute(_DOCUMENTS, sought)]


def failed_last(connection: "sqlite3.Connection") -> frozenset[str]:
    """Return the keys of the cases that were bad in the newest run that ran them."""
    return frozenset(key for (key,) in connection.execute(_FAILED_LAST))


def insert_cases(
    connection: "sqlite3.Connection",
    cases: Iterable[CaseResult],
    encoded: Iterable[bytes | None],
) -> None:
    """Add cases to their runs.

    The caller holds the write lock, so the next free number is known: one statement is enough.
    """
    runs: dict[str, int] = {}
    numbers: dict[int, int] = {}
    number = connection.execute("SELECT coalesce(max(id), 0) FROM cases").fetchone()[0]
    case_rows, counted = [], []
    for case, data in zip(cases, encoded, strict=True):
        if case.run_id not in runs:
            run = runs[case.run_id] = _run_number(connection, case.run_id)
            numbers[run] = last_number(connection, run)
        run = runs[case.run_id]
        number += 1
        numbers[run] += 1
        row = case_row(case, data or encode_case(case))
        case_rows.append((number, run, *row, *line_row(case, numbers[run])))
        counted.append((run, case))
    connection.executemany(_INSERT_CASE, case_rows)
    count_cases(connection, counted)


def _run_number(connection: "sqlite3.Connection", run_id: str) -> int:
    row = one_run(connection, run_id)
    if row is None:
        raise StoreUnavailable(
            f"The store has no run {run_id}.", hint="It was never started, or was deleted."
        )
    return row.id
