"""How cases ended in the newest runs. Every function runs inside the caller's transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from shall.results.listing import (
    CaseBrief,
    PastCase,
    PastCases,
    PastFilter,
    PastOutcome,
    PastTotal,
    PastTotals,
)
from shall.results.records import Outcome, outage_of
from shall.store.lines import item_beginning
from shall.store.rows import case_from_text, plain

if TYPE_CHECKING:
    import sqlite3

_NEWEST_RUNS = """
    SELECT id, run_id FROM runs ORDER BY started_at DESC, id DESC LIMIT ?
"""
# An outage of 2: only the result itself says it, beside another error of the case. 3: none, but
# the run was interrupted.
_COLUMNS = """
    id, number, case_key, name, data_row, outcome, is_bad, started_at, duration_s, environment,
    fingerprint, CASE
        WHEN outcome != 'error' OR reason IS NULL THEN 0
        WHEN json_extract(reason, '$.message.params.why') IS NOT NULL THEN 1
        WHEN json_extract(reason, '$.message.code') = 'run.interrupted' THEN 3
        WHEN json_extract(reason, '$.step') IS NULL THEN 2
        ELSE 0
    END
"""
_IN_RUN = f"SELECT {_COLUMNS} FROM cases INDEXED BY cases_of_run WHERE run = ? AND "  # noqa: S608 - our own columns
_OF_KEY = f"SELECT {_COLUMNS} FROM cases INDEXED BY cases_by_key WHERE run = ? AND case_key = ? "  # noqa: S608 - as above
_RUNS_WITH_COUNTS = """
    SELECT id, run_id, (
        SELECT coalesce(sum(cases), 0) FROM case_counts WHERE run = runs.id AND kind = 'outcome'
    )
    FROM runs ORDER BY started_at DESC, id DESC LIMIT ?
"""
_DURATIONS = """
    SELECT case_key, data_row, duration_s FROM cases INDEXED BY cases_of_run
    WHERE run = ? AND outcome = 'passed' ORDER BY is_bad DESC, number
"""
_BRIEFS = """
    SELECT case_key, data_row, attempt, number, name, outcome, is_bad, duration_s, fingerprint
    FROM cases INDEXED BY cases_of_run WHERE run = (SELECT id FROM runs WHERE run_id = ?)
"""
_TOTALS = """
    SELECT case_key, data_row, environment, fingerprint,
        sum(is_bad = 0 AND outcome = 'passed'),
        sum(is_bad = 1 AND NOT (
            outcome = 'error' AND (
                json_extract(coalesce(reason, '{{}}'), '$.message.params.why') IS NOT NULL
                OR json_extract(coalesce(reason, '{{}}'), '$.message.code') = 'run.interrupted'
            )
        ))
    FROM cases INDEXED BY cases_of_run WHERE run IN ({places}) GROUP BY 1, 2, 3, 4
"""
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DOCUMENT = "SELECT document FROM cases WHERE id = ?"


def past_cases(connection: "sqlite3.Connection", runs: int, wanted: PastFilter) -> PastCases:
    """Return how cases ended in the newest runs, by key and row of data, the newest run first."""
    newest = connection.execute(_NEWEST_RUNS, (runs,)).fetchall()
    outcomes: dict[tuple[str, str | None], list[PastOutcome]] = {}
    names: dict[str, str] = {}
    for run, run_id in newest:
        for row in _rows(connection, run, wanted):
            case, number, key, name, data_row, outcome, is_bad, at, *rest, outage = row
            duration_s, environment, fingerprint = rest
            if key not in names:
                names[key] = name  # the newest run comes first
            if outage == 2:
                outage = _says_outage(connection, case)
            past = PastOutcome(
                run_id,
                datetime.fromisoformat(at),
                _OUTCOMES[outcome],
                duration_s,
                environment,
                fingerprint,
                is_bad == 1,
                outage == 1,
                number,
                outage == 3,
            )
            outcomes.setdefault((key, data_row), []).append(past)
    found = [PastCase(key, names[key], row, it) for (key, row), it in outcomes.items()]
    found.sort(key=lambda it: (it.case_key, it.data_row or ""))
    return PastCases([run_id for _, run_id in newest], found)


def past_totals(connection: "sqlite3.Connection", runs: int, most: int) -> PastTotals:
    """Count how cases ended in the newest runs, which together have at most ``most`` results.

    The newest run counts whatever its size.
    """
    newest: list[tuple[int, str]] = []
    results = 0
    for run, run_id, count in connection.execute(_RUNS_WITH_COUNTS, (runs,)):
        results += count
        if newest and results > most:
            break
        newest.append((run, run_id))
    places = ", ".join("?" * len(newest))
    rows = connection.execute(_TOTALS.format(places=places), [run for run, _ in newest])
    totals = [PastTotal(*row) for row in rows]
    durations: dict[str, list[float]] = {}
    times: dict[tuple[str, str | None], list[float]] = {}
    for run, run_id in newest:
        took = durations[run_id] = []
        for key, row, duration_s in connection.execute(_DURATIONS, (run,)):
            took.append(duration_s)
            times.setdefault((key, row), []).append(duration_s)
    return PastTotals(durations, times, totals)


def case_briefs(connection: "sqlite3.Connection", run_id: str) -> list[CaseBrief]:
    """Return the cases of a run as comparing reads them."""
    return [
        CaseBrief(key, row, attempt, number, name, _OUTCOMES[outcome], bad == 1, took_s, text)
        for key, row, attempt, number, name, outcome, bad, took_s, text in connection.execute(
            _BRIEFS, (plain(run_id),)
        )
    ]


def _rows(connection: "sqlite3.Connection", run: int, wanted: PastFilter) -> "sqlite3.Cursor":
    if wanted.case_key is not None:
        return connection.execute(f"{_OF_KEY} ORDER BY number", (run, plain(wanted.case_key)))
    if wanted.criterion is not None:
        begins = item_beginning(wanted.criterion, '"')
        condition = "(instr(verifies, ?) OR instr(verifies, ?)) ORDER BY number"
        return connection.execute(f"{_IN_RUN}{condition}", (run, *begins))
    if wanted.case is not None:
        named = plain(wanted.case)
        condition = "(case_key = ? OR name = ?) ORDER BY number"
        return connection.execute(f"{_IN_RUN}{condition}", (run, named, named))
    return connection.execute(f"{_IN_RUN}1 ORDER BY number", (run,))


def _says_outage(connection: "sqlite3.Connection", case: int) -> bool:
    document = connection.execute(_DOCUMENT, (case,)).fetchone()[0]
    return outage_of(case_from_text(document)) is not None
