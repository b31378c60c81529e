import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from shall.errors import StoreUnavailable
from shall.store import call_buffer
from shall.store.base import CallRecord
from shall.store.call_buffer import BATCH, CallBuffer
from shall.store.sqlite import SqliteStore

DONE_WITHIN_S = 20


class Database:
    """Takes calls while its gate is open, and notes what it took and on which thread."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.took = threading.Event()
        self.works = True
        self.batches: list[list[CallRecord]] = []
        self.threads: set[str] = set()

    def write(self, calls: Sequence[CallRecord]) -> None:
        self.entered.set()
        assert self.gate.wait(DONE_WITHIN_S)
        if not self.works:
            raise StoreUnavailable("The disk is full.")
        self.batches.append(list(calls))
        self.threads.add(threading.current_thread().name)
        self.took.set()

    @property
    def kept(self) -> list[str]:
        return [call.request_id for batch in self.batches for call in batch]


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def put(now: datetime) -> Callable[[CallBuffer, int], None]:
    def put_some(buffer: CallBuffer, count: int) -> None:
        for number in range(count):
            buffer.put(CallRecord(now, "tool", str(number), "ok", 1.0))

    return put_some


Put = Callable[[CallBuffer, int], None]


@pytest.mark.verifies("store#2.1")
def test_a_call_does_not_wait_for_the_database(database: Database, put: Put) -> None:
    database.gate.clear()
    buffer = CallBuffer(database.write)
    put(buffer, BATCH)
    assert database.entered.wait(DONE_WITHIN_S)
    put(buffer, 2 * BATCH)  # while the database is busy
    assert database.batches == []

    database.gate.set()
    buffer.close()
    assert len(database.kept) == 3 * BATCH


def test_calls_are_written_in_batches_by_one_thread_without_being_asked(
    database: Database, put: Put
) -> None:
    buffer = CallBuffer(database.write)
    put(buffer, 3)

    assert database.took.wait(DONE_WITHIN_S)
    assert database.threads == {"shall-calls"}
    buffer.close()
    assert database.kept == ["0", "1", "2"]
    assert max(map(len, database.batches)) <= BATCH


def test_flushing_waits_for_a_batch_that_is_being_written(database: Database, put: Put) -> None:
    database.gate.clear()
    buffer = CallBuffer(database.write)
    put(buffer, BATCH + 7)
    assert database.entered.wait(DONE_WITHIN_S)
    flushing = threading.Thread(target=buffer.flush)
    flushing.start()
    database.gate.set()
    flushing.join(DONE_WITHIN_S)

    assert len(database.kept) == BATCH + 7
    buffer.close()


@pytest.mark.verifies("store#2.5")
def test_while_the_database_fails_calls_wait_and_one_warning_is_logged(
    database: Database, put: Put, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_buffer, "CAPACITY", 20)
    database.works = False
    buffer = CallBuffer(database.write)
    put(buffer, 10)
    buffer.flush()
    put(buffer, 15)
    buffer.flush()

    assert [record.message for record in caplog.records] == [
        "tool calls cannot be logged for now: The disk is full."
    ]
    database.works = True
    buffer.flush()
    assert len(database.kept) == 20
    assert caplog.records[1:][0].message == "tool calls are logged again; 5 are missing"
    buffer.close()
    assert len(caplog.records) == 2


def test_a_full_buffer_waits_for_room(
    database: Database, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_buffer, "CAPACITY", 5)
    monkeypatch.setattr(call_buffer, "ROOM_WAIT_S", DONE_WITHIN_S)
    buffer = CallBuffer(database.write)
    put(buffer, 50)
    buffer.close()

    assert len(database.kept) == 50


def test_what_cannot_be_kept_at_the_end_is_reported(
    database: Database, put: Put, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    database.works = False
    buffer = CallBuffer(database.write)
    put(buffer, 4)
    buffer.close()
    put(buffer, 1)
    buffer.close()

    assert [record.message for record in caplog.records[1:]] == [
        "4 tool calls are not logged",
        "1 tool calls are not logged",
    ]


@pytest.mark.process
@pytest.mark.verifies("store#2.4")
@pytest.mark.parametrize("end", ["store.close()", "", "raise SystemExit(0)", "sys.exit(0)"])
def test_a_process_that_ends_keeps_every_call(path: Path, end: str) -> None:
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from shall.store.base import CallRecord
from shall.store.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), max_runs=1, max_age_days=1)
for number in range(1234):
    store.save_call(CallRecord(datetime.now(UTC), "tool", str(number), "ok", 1.0))
{end}
"""
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)

    store = SqliteStore(path, max_runs=1, max_age_days=1)
    assert store.call_statistics(0, None).total == 1234
    store.close()


@pytest.mark.verifies("store#2.5")
def test_a_read_only_database_stops_no_call_and_its_statistics_can_be_read(
    store: SqliteStore, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    store.save_call(CallRecord(now, "tool", "r", "ok", 1.0))
    assert store.call_statistics(0, None).total == 1
    store._connection.execute("PRAGMA query_only = 1")
    store.save_call(CallRecord(now, "tool", "r", "ok", 1.0))

    assert store.call_statistics(0, None).total == 1
    assert "is read-only" in caplog.text
    store._connection.execute("PRAGMA query_only = 0")
    assert store.call_statistics(0, None).total == 2


@pytest.mark.verifies("defences#4.9")
def test_a_call_is_kept_where_no_thread_can_be_started(
    database: Database, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    buffer = CallBuffer(database.write)
    monkeypatch.setattr(threading.Thread, "start", fail)
    put(buffer, 1)
    buffer.close()
    assert len(database.kept) == 1
