"""Which runs lists show. Every function runs inside the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shall.results.listing import BAD, PAGE_LINES, RunFilter, RunLine, RunPage
from shall.results.records import Outcome, RunStatus
from shall.store.rows import plain

if TYPE_CHECKING:
    import sqlite3

StatusOf = Callable[[str, str], RunStatus]
"""Returns the true status of a run from the stored one and the name of its lock."""

_IS_BAD = """
    EXISTS (
        SELECT 1 FROM case_counts
        WHERE run = runs.id AND kind = 'outcome' AND value IN ('failed', 'error')
    )
"""
_COLUMNS = """
    id, run_id, started_at, status, lease, total, duration_s, environment, "commit", is_dirty, host
"""


def run_page(
    connection: "sqlite3.Connection",
    wanted: RunFilter,
    limit: int,
    offset: int,
    status_of: StatusOf,
) -> RunPage:
    """Return some of the runs that a filter lists, newest first."""
    total = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    found = connection.execute("SELECT DISTINCT environment FROM runs ORDER BY 1")
    environments = [name for (name,) in found]
    where, values = _condition(wanted)
    counted = f"SELECT count(*) FROM runs WHERE {where}"  # noqa: S608 - our own conditions
    matching = connection.execute(counted, values).fetchone()[0]
    asked = (
        f"SELECT {_COLUMNS} FROM runs WHERE {where}"  # noqa: S608 - as above
        " ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?"
    )
    bounds = (max(0, min(limit, PAGE_LINES)), max(0, offset))
    rows = connection.execute(asked, (*values, *bounds)).fetchall()
    counts = _outcomes(connection, [row[0] for row in rows])
    lines = [_line(row[1:], counts[row[0]], status_of) for row in rows]
    return RunPage(lines, matching, total, environments)


def run_line(connection: "sqlite3.Connection", run_id: str, status_of: StatusOf) -> RunLine | None:
    """Return one run."""
    asked = f"SELECT {_COLUMNS} FROM runs WHERE run_id = ?"  # noqa: S608 - our own columns
    row = connection.execute(asked, (plain(run_id),)).fetchone()
    if row is None:
        return None
    return _line(row[1:], _outcomes(connection, [row[0]])[row[0]], status_of)


def lines_where(
    connection: "sqlite3.Connection", where: str, values: Sequence[Any], status_of: StatusOf
) -> list[RunLine]:
    """Return the runs for which a condition of ours holds, newest first."""
    asked = f"SELECT {_COLUMNS} FROM runs WHERE {where} ORDER BY started_at DESC, id DESC"  # noqa: S608 - as above
    rows = connection.execute(asked, values).fetchall()
    counts = _outcomes(connection, [row[0] for row in rows])
    return [_line(row[1:], counts[row[0]], status_of) for row in rows]


def _condition(wanted: RunFilter) -> tuple[str, list[Any]]:
    conditions = ["1"]
    values: list[Any] = []
    if wanted.environment is not None:
        conditions.append("environment = ?")
        values.append(plain(wanted.environment))
    if wanted.run_id:
        conditions.append("run_id = ?")
        values.append(plain(wanted.run_id))
    if wanted.outcome == BAD:
        conditions.append(_IS_BAD)
    elif wanted.outcome:
        conditions.append(f"status = 'complete' AND NOT {_IS_BAD}")
    return " AND ".join(conditions), values


def _outcomes(
    connection: "sqlite3.Connection", runs: Sequence[int]
) -> Mapping[int, dict[Outcome, int]]:
    counts: dict[int, dict[Outcome, int]] = {run: {} for run in runs}
    places = ", ".join("?" * len(runs))
    query = (
        f"SELECT run, value, cases FROM case_counts WHERE run IN ({places}) AND kind = 'outcome'"  # noqa: S608 - only places
    )
    for run, value, count in connection.execute(query, runs):
        counts[run][Outcome(value)] = count
    return counts


def _line(row: Sequence[Any], outcomes: dict[Outcome, int], status_of: StatusOf) -> RunLine:
    run_id, started_at, status, lease, total, duration_s, environment, commit, dirty, host = row
    return RunLine(
        run_id,
        datetime.fromisoformat(started_at),
        status_of(status, lease),
        total,
        outcomes,
        duration_s,
        environment,
        commit,
        None if dirty is None else bool(dirty),
        host,
    )
