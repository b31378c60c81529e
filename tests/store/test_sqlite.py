import sqlite3
import stat
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.errors import StoreUnavailable
from shall.results.encoding import encode_case
from shall.results.records import CaseResult, CriterionRef, Outcome, RunStatus
from shall.store.base import CallRecord
from shall.store.migrate import migrate
from shall.store.records import RunRecord
from shall.store.rows import case_from_text, case_row, time_text
from shall.store.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]


def rows_of(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_case_comes_back_as_it_was_kept(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    plain = replace(
        full_case,
        case_key="b",
        outcome=Outcome.PASSED,
        steps=(),
        teardowns=(),
        teardown_outcome=None,
        error=None,
        data_row=None,
    )
    store.start_run("r1", now, 2, "staging")
    store.save_cases([full_case, plain], [None, encode_case(plain)])

    assert store.cases("r1") == [full_case, plain]
    assert store.cases("r1", "b") == [plain]
    assert store.cases("r2") == store.cases("r1", "c") == []


@pytest.mark.verifies("store#1.10")
def test_the_last_cases_and_the_end_of_a_run_are_stored_in_one_transaction(
    store: SqliteStore, now: datetime, path: Path, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 1, "staging")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER refused BEFORE UPDATE OF status ON runs"
            " BEGIN SELECT raise(ABORT, 'refused'); END"
        )
    with pytest.raises(StoreUnavailable, match="refused"):
        store.finish_run("r1", RunStatus.COMPLETE, 1.5, [full_case])
    assert store.cases("r1") == []

    connection.execute("DROP TRIGGER refused")
    connection.close()
    store.finish_run("r1", RunStatus.COMPLETE, 1.5, [full_case], [encode_case(full_case)])
    assert store.cases("r1") == [full_case]
    assert store.runs(1)[0].status is RunStatus.COMPLETE


@pytest.mark.verifies("store#1.1")
def test_every_step_check_and_criterion_can_be_queried_as_a_row(
    store: SqliteStore, now: datetime, path: Path, full_case: CaseResult
) -> None:
    twice = (*full_case.criteria, CriterionRef("auth#9", None))
    store.start_run("r1", now, 1, "")
    store.save_cases([replace(full_case, criteria=twice)])

    assert rows_of(path, "SELECT step_id, outcome, http_status, error_code FROM steps") == [
        ("login", "failed", 500, None),
        ("logout", "error", None, "step.unreachable"),
    ]
    assert rows_of(path, "SELECT path, kind, field, outcome, implicit FROM checks") == [
        ("steps[0].assert[0]", "equals", "data.items[0]", "failed", 1)
    ]
    assert rows_of(path, "SELECT criterion, fingerprint FROM criteria") == [
        ("auth#1.2", "ab12"),
        ("auth#9", None),
    ]
    assert rows_of(path, "SELECT fingerprint, data_row FROM cases") == [("cd34", "row 1")]


@pytest.mark.verifies("store#1.1")
def test_steps_that_an_older_release_stored_can_still_be_queried(
    open_store: OpenStore, path: Path, now: datetime, full_case: CaseResult
) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, newest=3)  # steps and checks were tables
    run = (1, "r1", time_text(now), "complete", 1, 1.0, "", "")
    connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run)
    case = (1, 1, *case_row(full_case, encode_case(full_case)))
    connection.execute(f"INSERT INTO cases VALUES ({', '.join('?' * len(case))})", case)
    connection.execute(
        "INSERT INTO steps VALUES (1, 1, 'steps[0]', 'login', 'failed', 0, NULL, NULL, 500, NULL)"
    )
    connection.close()

    assert open_store().cases("r1") == [full_case]
    found = rows_of(path, "SELECT step_id, http_status FROM steps")
    assert found == [("login", 500), ("logout", None)]


def test_a_run_is_counted_from_its_cases(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    outcomes = [Outcome.PASSED, Outcome.PASSED, Outcome.ERROR, Outcome.SKIPPED, Outcome.FAILED]
    store.start_run("r1", now, 6, "staging")
    store.save_cases(
        [
            replace(full_case, outcome=outcome, name=str(number))
            for number, outcome in enumerate(outcomes)
        ]
    )
    store.finish_run("r1", RunStatus.TIMED_OUT, 1.5)

    expected = RunRecord(
        run_id="r1",
        started_at=now,
        status=RunStatus.TIMED_OUT,
        total=6,
        passed=2,
        failed=1,
        errors=1,
        skipped=1,
        duration_s=1.5,
        environment="staging",
        test_names=("0", "1", "2", "3", "4"),
    )
    assert store.run("r1") == expected
    assert store.runs(10) == [expected]
    assert store.run("r2") is None


def test_runs_come_newest_first(store: SqliteStore, now: datetime) -> None:
    for run_id, seconds in (("a", 1), ("c", 3), ("b", 2), ("c2", 3)):
        store.start_run(run_id, now + timedelta(seconds=seconds), 0, "")

    assert [run.run_id for run in store.runs(3)] == ["c2", "c", "b"]


def test_names_that_no_database_can_hold_are_kept_escaped(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    case = replace(full_case, case_key="cases/\udcff.yaml")
    store.start_run("r1", now, 1, "")
    store.save_cases([case])

    assert store.cases("r1", "cases/\udcff.yaml") == [case]


def test_a_case_of_a_newer_format_or_a_damaged_one_is_refused(full_case: CaseResult) -> None:
    text = encode_case(full_case).decode().replace('"format":1', '"format":2')

    with pytest.raises(StoreUnavailable, match="cannot be read: The result has format 2"):
        case_from_text(text)
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        case_from_text(text[:-5])


def test_nothing_of_a_batch_is_kept_when_one_case_cannot_be(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 2, "")

    with pytest.raises(StoreUnavailable, match="has no run r9"):
        store.save_cases([full_case, replace(full_case, run_id="r9")])

    assert store.cases("r1") == []
    with pytest.raises(StoreUnavailable, match="has no run r9"):
        store.finish_run("r9", RunStatus.COMPLETE, 1)


def test_a_run_id_is_kept_once(store: SqliteStore, now: datetime) -> None:
    store.start_run("r1", now, 1, "")
    with pytest.raises(StoreUnavailable, match="r1 is already stored"):
        store.start_run("r1", now, 2, "")


@pytest.mark.verifies("store#1.5")
def test_history_keeps_the_newest_runs_with_what_belongs_to_them(
    open_store: OpenStore, now: datetime, path: Path, full_case: CaseResult
) -> None:
    store = open_store(max_runs=2)
    store.start_run("long", now - timedelta(hours=1), 1, "")  # runs all the time
    for number in range(5):
        store.start_run(f"r{number}", now + timedelta(seconds=number), 1, "")
        store.save_cases([replace(full_case, run_id=f"r{number}")])
        store.finish_run(f"r{number}", RunStatus.COMPLETE, 1)

    assert [run.run_id for run in store.runs(10)] == ["r4", "r3", "long"]
    for table, rows in (("cases", 2), ("steps", 4), ("checks", 2), ("criteria", 4)):
        assert rows_of(path, f"SELECT count(*) FROM {table}") == [(rows,)]


@pytest.mark.verifies("store#1.5")
@pytest.mark.parametrize(("days", "kept"), [(7, ["new"]), (0, ["new", "old"])])
def test_history_drops_runs_that_are_too_old(
    open_store: OpenStore, now: datetime, days: int, kept: list[str]
) -> None:
    store = open_store(max_age_days=days)
    for run_id, age in (("old", timedelta(days=8)), ("new", timedelta(days=6))):
        store.start_run(run_id, now - age, 0, "")
        store.finish_run(run_id, RunStatus.COMPLETE, 1)

    assert [run.run_id for run in store.runs(10)] == kept


def call(at: datetime, latency_ms: float, error_code: str | None = None) -> CallRecord:
    status = "error" if error_code else "ok"
    return CallRecord(at, "run_tests", "abc", status, latency_ms, error_code, {"size": 3})


@pytest.mark.verifies("store#1.1")
def test_calls_are_counted_exactly(store: SqliteStore, now: datetime) -> None:
    for number in range(1, 21):  # latencies 20, 19, ... 1: the newest are the fastest
        code = {5: "MCP_TIMEOUT", 10: "MCP_TIMEOUT", 20: "MCP_VALUE_ERROR"}.get(number)
        store.save_call(call(now + timedelta(seconds=number), 21 - number, code))

    everything = store.call_statistics(0, None)
    assert (everything.total, everything.success, everything.error) == (20, 17, 3)
    assert everything.success_rate == 0.85
    assert everything.avg_latency_ms == 10.5
    assert everything.p95_latency_ms == 19
    assert everything.error_codes == {"MCP_TIMEOUT": 2, "MCP_VALUE_ERROR": 1}

    newest = store.call_statistics(5, None)
    assert (newest.total, newest.error, newest.p95_latency_ms) == (5, 1, 5)
    after = store.call_statistics(0, now + timedelta(seconds=18))
    assert (after.total, after.avg_latency_ms) == (2, 1.5)


def test_no_calls_are_counted_as_nothing(store: SqliteStore) -> None:
    nothing = store.call_statistics(500, None)

    assert (nothing.total, nothing.success_rate, nothing.p95_latency_ms) == (0, 0.0, 0.0)


def test_threads_may_share_a_store(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 40, "")

    def save() -> None:
        for _ in range(10):
            store.save_cases([full_case])
            store.save_call(call(now, 1))
            store.runs(1)

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.cases("r1")) == 40
    assert store.call_statistics(0, None).total == 40


def test_a_run_that_nobody_works_on_any_more_reads_interrupted(
    open_store: OpenStore, now: datetime
) -> None:
    writer, reader = open_store(), open_store()
    writer.start_run("r1", now, 1, "")
    running = reader.run("r1")
    writer.close()
    interrupted = reader.run("r1")

    assert running is not None
    assert running.status is RunStatus.RUNNING
    assert interrupted is not None
    assert interrupted.status is RunStatus.INTERRUPTED


def test_only_the_owner_may_read_the_file(store: SqliteStore, now: datetime, path: Path) -> None:
    store.start_run("r1", now, 1, "")

    for name in ("", "-wal", "-shm", ".lock"):
        mode = path.with_name(path.name + name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600, name


def test_runs_leave_few_pages_to_the_process_that_opens_the_database_next(
    open_store: OpenStore, now: datetime, path: Path, full_case: CaseResult
) -> None:
    open_store().close()
    beside = sqlite3.connect(path)  # while it is open, the WAL stays as processes leave it
    beside.execute("SELECT count(*) FROM runs").fetchall()
    for number in range(60):
        store = open_store()
        store.start_run(f"r{number}", now, 1, "")
        case = replace(full_case, run_id=f"r{number}")
        store.finish_run(f"r{number}", RunStatus.COMPLETE, 1.0, [case])
        store.close()

    pages = path.with_name(f"{path.name}-wal").stat().st_size // 4096
    beside.close()
    assert pages < 300
