import fcntl
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from shall.errors import StoreTooNew, StoreUnavailable
from shall.results.records import CaseResult
from shall.store import migrate, sqlite
from shall.store.locks import Lease, locked_file
from shall.store.migrate import migrations
from shall.store.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(version)


def test_a_locked_database_is_said_to_be_locked(
    open_store: OpenStore, path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_S", 0.01)
    store = open_store()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match=r"shall\.db is locked by another process\. Try"):
        store.start_run("r1", now, 1, "")
    other.execute("ROLLBACK")
    other.close()
    store.start_run("r1", now, 1, "")
    assert store.runs(1)[0].run_id == "r1"


def test_a_full_disk_is_said_and_what_was_kept_stays(
    store: SqliteStore, now: datetime, full_case: CaseResult
) -> None:
    store.start_run("r1", now, 1, "")
    store.save_cases([full_case])
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailable, match=r"the disk is full\. Free some space"):
        store.save_cases([full_case] * 100)
    store._connection.execute("PRAGMA max_page_count = 100000")
    assert store.cases("r1") == [full_case]


def test_a_read_only_database_is_said_to_be_so(store: SqliteStore, now: datetime) -> None:
    store._connection.execute("PRAGMA query_only = 1")

    with pytest.raises(StoreUnavailable, match=r"is read-only\..*SHALL_STATE_DIR"):
        store.start_run("r1", now, 1, "")


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_bytes(b"not a database " * 100)

    with pytest.raises(StoreUnavailable, match=r"not a SQLite database\. Run `shall doctor"):
        SqliteStore(path, max_runs=1, max_age_days=1)
    assert path.read_bytes() == b"not a database " * 100


def test_a_damaged_database_is_said_to_be_so(
    open_store: OpenStore, path: Path, now: datetime
) -> None:
    store = open_store()
    store.start_run("r1", now, 1, "")
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)

    with pytest.raises(StoreUnavailable, match=r"is damaged\. Run `shall doctor --repair`"):
        open_store().runs(1)


def test_another_fault_is_told_in_the_words_of_the_database(store: SqliteStore) -> None:
    store.close()

    with pytest.raises(StoreUnavailable, match="cannot be used: Cannot operate on a closed"):
        store.runs(1)


def test_a_folder_that_is_not_there_or_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for path in (tmp_path / "nowhere" / "shall.db", tmp_path / "file" / "shall.db"):
        with pytest.raises(StoreUnavailable, match=r"shall\.db cannot be opened.*SHALL_STATE_DIR"):
            SqliteStore(path, max_runs=1, max_age_days=1)


def test_a_folder_in_the_database_s_place_is_named(path: Path) -> None:
    path.mkdir()

    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        SqliteStore(path, max_runs=1, max_age_days=1)


@pytest.mark.verifies("store#1.4")
def test_a_database_of_a_newer_release_is_refused_and_not_touched(
    open_store: OpenStore, path: Path
) -> None:
    open_store().close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreTooNew, match=r"version 99; .* versions up to \d+\. Upgrade shall"):
        open_store()
    assert path.read_bytes() == before


def migration(folder: Path, number: int, text: str) -> dict[int, Path]:
    """Write the file of one migration; return it by its number."""
    file = folder / f"{number}.sql"
    file.write_text(text)
    return {number: file}


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_migration_is_applied_once_and_in_order(
    open_store: OpenStore,
    path: Path,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = open_store()
    old.start_run("r1", now, 1, "")
    known = migrations()
    added = "ALTER TABLE a ADD COLUMN c;\nINSERT INTO a VALUES (1, 2);\n"
    newer = {
        **known,
        **migration(tmp_path, len(known) + 1, "CREATE TABLE a (b);\n"),
        **migration(tmp_path, len(known) + 2, added),
    }
    monkeypatch.setattr(migrate, "migrations", lambda: newer)

    for _ in range(2):
        assert [run.run_id for run in open_store().runs(1)] == ["r1"]

    assert version_of(path) == len(newer)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT * FROM a").fetchall() == [(1, 2)]
    connection.close()


def test_a_migration_that_fails_changes_nothing(
    open_store: OpenStore, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store()
    known = migrations()
    text = "CREATE TABLE a (b);\nCREATE TABLE runs (b);\n"
    broken = {**known, **migration(tmp_path, len(known) + 1, text)}
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: broken)
        with pytest.raises(StoreUnavailable, match="table runs already exists"):
            open_store()

    assert version_of(path) == len(known)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'a'").fetchall() == []
    connection.close()
    assert open_store().runs(1) == []


def test_a_migration_that_another_process_did_meanwhile_is_left_out(
    open_store: OpenStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store()
    read = migrate.schema_version
    answers = [0, 0]  # as read before the other process was done
    monkeypatch.setattr(
        migrate, "schema_version", lambda connection: answers.pop() if answers else read(connection)
    )
    open_store()

    assert answers == []
    assert version_of(path) == len(migrations())


def test_a_lock_that_is_not_given_back_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with (
        locked_file(lock),
        pytest.raises(StoreUnavailable, match=r"lock has been locked by another process for 0\.02"),
        locked_file(lock, wait_s=0.02),
    ):
        pass
    with locked_file(lock):
        pass


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreUnavailable, match="cannot be written"),
        locked_file(tmp_path / "nowhere" / "lock"),
    ):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        Lease.take(tmp_path / "file")


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)

    with (
        pytest.raises(StoreUnavailable, match="cannot be locked: Operation not supported"),
        locked_file(tmp_path / "lock"),
    ):
        pass


def test_leases_of_dead_processes_are_swept(tmp_path: Path) -> None:
    (tmp_path / "dead").write_text("")
    living = Lease.take(tmp_path)
    another = Lease.take(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {living.name, another.name}
    living.give_back()
    another.give_back()
    assert list(tmp_path.iterdir()) == []
