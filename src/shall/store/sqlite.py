"""Store in a SQLite file, the default."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shall.engine.result import CaseResult, Outcome, RunStatus
from shall.engine.serial import result_to_json
from shall.store import rows
from shall.store.base import CallRecord, CallStatistics, RunRecord
from shall.store.connection import Row, SqliteFile
from shall.store.process import is_alive, this_process
from shall.store.statistics import percentile_rank

MAX_CALLS = 100_000
"""How many tool calls are kept."""

_PRUNE_EVERY = 1000


def _insert(table: str, *columns: str) -> str:
    marks = ", ".join("?" for _ in columns)
    return f"insert into {table} ({', '.join(columns)}) values ({marks})"


_INSERT_RUN = _insert("runs", "run_id", "started_at", "status", "total", "environment", "process")
_INSERT_CASE = _insert("cases", "run_id", *rows.CASE_COLUMNS, "fingerprint", "rest")
_INSERT_STEP = _insert("steps", "case_id", "is_teardown", "step_id", *rows.STEP_COLUMNS, "rest")
_INSERT_CHECK = _insert("checks", "step_id", *rows.CHECK_COLUMNS, "rest")
_INSERT_CRITERION = _insert("case_criteria", "case_id", "position", "criterion", "fingerprint")
_INSERT_CALL = _insert(
    "calls", "at", "tool", "request_id", "status", "latency_ms", "error_code", "meta"
)

_NEWEST_CALLS = """
with newest as (
    select status, latency_ms, error_code from calls where at > ? order by id desc limit ?
)
"""
_COUNT_CALLS = f"""{_NEWEST_CALLS}
select count(*), coalesce(sum(status = 'ok'), 0), coalesce(avg(latency_ms), 0) from newest
"""
_COUNT_CODES = f"""{_NEWEST_CALLS}
select error_code, count(*) as number from newest where error_code is not null
group by error_code order by number desc, error_code
"""
_LATENCY_AT = f"{_NEWEST_CALLS} select latency_ms from newest order by latency_ms limit 1 offset ?"


class SqliteStore:
    """Keeps runs and tool calls in one file. Methods may be called from any thread."""

    def __init__(self, path: Path, *, max_runs: int, max_age_days: int) -> None:
        """Open the file, making it and its schema where needed.

        Raises:
            StoreUnavailable: It cannot be opened.
            StoreTooNew: A newer release wrote it.
        """
        self._max_runs = max_runs
        self._max_age_days = max_age_days
        self._calls_since_prune = 0
        self._file = SqliteFile(path)

    def start_run(self, run_id: str, started_at: datetime, total: int, environment: str) -> None:
        """Note that a run began."""
        status = RunStatus.RUNNING.value
        with self._file.writing() as db:
            db.execute(
                _INSERT_RUN,
                (run_id, _text(started_at), status, total, environment, this_process()),
            )

    def save_cases(self, results: Sequence[CaseResult]) -> None:
        """Keep finished cases with every step and check, in one transaction."""
        with self._file.writing() as db:
            for result in results:
                _save_case(db.execute, result)

    def finish_run(self, run_id: str, status: RunStatus, duration_s: float) -> None:
        """Note that a run ended, and drop runs beyond the history's bounds."""
        with self._file.writing() as db:
            kept = db.execute(
                "select name, outcome from cases where run_id = ? order by id", (run_id,)
            ).fetchall()
            outcomes = [row["outcome"] for row in kept]
            db.execute(
                "update runs set status = ?, duration_s = ?, passed = ?, failed = ?, errors = ?,"
                " skipped = ?, test_names = ? where run_id = ?",
                (
                    status.value,
                    duration_s,
                    *(outcomes.count(outcome.value) for outcome in Outcome),
                    json.dumps([row["name"] for row in kept]),
                    run_id,
                ),
            )
            oldest = _text(datetime.now(UTC) - timedelta(days=self._max_age_days))
            db.execute(
                "delete from runs where status != 'running' and (started_at < ? or run_id not in"
                " (select run_id from runs order by started_at desc, rowid desc limit ?))",
                (oldest, self._max_runs),
            )

    def runs(self, limit: int) -> list[RunRecord]:
        """Give the newest runs, newest first. A run whose process died reads INTERRUPTED."""
        with self._file.reading() as db:
            found = db.execute(
                "select * from runs order by started_at desc, rowid desc limit ?", (limit,)
            )
            return [_run(row) for row in found]

    def run(self, run_id: str) -> RunRecord | None:
        """Give one run."""
        with self._file.reading() as db:
            row = db.execute("select * from runs where run_id = ?", (run_id,)).fetchone()
            return _run(row) if row else None

    def cases(self, run_id: str, case_key: str | None = None) -> list[CaseResult]:
        """Give the cases of a run in the order they were kept, with steps and checks."""
        with self._file.reading() as db:
            found = db.execute(
                "select * from cases where run_id = ? and (? is null or case_key = ?) order by id",
                (run_id, case_key, case_key),
            ).fetchall()
            return [_read_case(db.execute, run_id, row) for row in found]

    def save_call(self, call: CallRecord) -> None:
        """Keep one tool call."""
        row = (
            _text(call.at),
            call.tool,
            call.request_id,
            call.status,
            call.latency_ms,
            call.error_code,
            json.dumps(dict(call.meta)),
        )
        with self._file.writing() as db:
            db.execute(_INSERT_CALL, row)
            self._calls_since_prune += 1
            if self._calls_since_prune >= _PRUNE_EVERY:
                self._calls_since_prune = 0
                db.execute(
                    "delete from calls where id <= (select max(id) from calls) - ?", (MAX_CALLS,)
                )

    def call_statistics(self, limit: int, since: datetime | None) -> CallStatistics:
        """Count the newest ``limit`` calls (0: all), only those after ``since`` if given."""
        chosen = (_text(since) if since else "", limit or -1)
        with self._file.reading() as db:
            total, success, average = db.execute(_COUNT_CALLS, chosen).fetchone()
            codes = db.execute(_COUNT_CODES, chosen).fetchall()
            slow = db.execute(_LATENCY_AT, (*chosen, percentile_rank(total, 95))).fetchone()
        return CallStatistics(
            total=total,
            success=success,
            error=total - success,
            success_rate=success / total if total else 0.0,
            avg_latency_ms=average,
            p95_latency_ms=slow[0] if slow else 0.0,
            error_codes={row["error_code"]: row["number"] for row in codes},
        )

    def close(self) -> None:
        """Close the database."""
        self._file.close()


def _save_case(execute: Any, result: CaseResult) -> None:
    data = result_to_json(result)
    case = execute(_INSERT_CASE, rows.case_row(result.run_id, data)).lastrowid
    for name, is_teardown in (("steps", False), ("teardowns", True)):
        for step in data[name]:
            row = rows.step_row(case, step, is_teardown=is_teardown)
            step_id = execute(_INSERT_STEP, row).lastrowid
            for check in step["checks"]:
                execute(_INSERT_CHECK, rows.check_row(step_id, check))
    for position, criterion in enumerate(result.criteria):
        execute(_INSERT_CRITERION, (case, position, criterion.key, criterion.fingerprint))


def _read_case(execute: Any, run_id: str, case: Row) -> CaseResult:
    steps = execute("select * from steps where case_id = ? order by id", (case["id"],)).fetchall()
    checks = {
        step["id"]: execute(
            "select * from checks where step_id = ? order by id", (step["id"],)
        ).fetchall()
        for step in steps
    }
    criteria = execute(
        "select * from case_criteria where case_id = ? order by position", (case["id"],)
    )
    return rows.case_of_rows(run_id, case, steps, checks, criteria)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _run(row: Row) -> RunRecord:
    values: dict[str, Any] = dict(row)
    process = values.pop("process")
    status = RunStatus(values["status"])
    if status is RunStatus.RUNNING and not is_alive(process):
        status = RunStatus.INTERRUPTED
    values["status"] = status
    values["started_at"] = datetime.fromisoformat(values["started_at"])
    values["test_names"] = tuple(json.loads(values["test_names"]))
    return RunRecord(**values)
