import gc
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.errors import StoreTooNew, StoreUnavailable
from shall.results.records import CaseResult, RunStatus
from shall.store import migrate
from shall.store.copies import (
    copy_database,
    examine_database,
    known_schema,
    recover_database,
)
from shall.store.evidence import EvidenceLog
from shall.store.migrate import migrations
from shall.store.repair import repair_database, repair_evidence
from shall.store.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]
RUNS = 40


@pytest.fixture
def filled(open_store: OpenStore, path: Path, now: datetime, full_case: CaseResult) -> Path:
    """A database of several hundred pages, closed."""
    store = open_store()
    for number in range(RUNS):
        name = f"r{number}"
        store.start_run(name, now, 3, "")
        store.save_cases([replace(full_case, run_id=name) for _ in range(3)])
        store.finish_run(name, RunStatus.COMPLETE, 1.0)
    store.close()
    return path


def spoil(path: Path, page: int, data: bytes = b"\xff" * 4096) -> None:
    with path.open("r+b") as file:
        file.seek(page * 4096)
        file.write(data)


def leaf_pages(path: Path, table: str) -> list[int]:
    """Give the pages, counted from 0, that hold rows of a table (type 13: a leaf)."""
    connection = sqlite3.connect(path)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    data = path.read_bytes()

    def below(number: int) -> list[int]:
        page = data[(number - 1) * 4096 : number * 4096]
        if page[0] == 13:
            return [number - 1]
        cells = int.from_bytes(page[3:5], "big")
        at = [int.from_bytes(page[12 + 2 * i : 14 + 2 * i], "big") for i in range(cells)]
        children = [int.from_bytes(page[it : it + 4], "big") for it in at]
        last = int.from_bytes(page[8:12], "big")
        return [leaf for child in (*children, last) for leaf in below(child)]

    return below(root)


@pytest.mark.verifies("store#4.3")
def test_all_rows_around_a_damaged_page_are_saved(
    filled: Path, tmp_path: Path, now: datetime
) -> None:
    leaves = leaf_pages(filled, "cases")
    assert len(leaves) > 20
    spoil(filled, leaves[len(leaves) // 2])
    damaged = filled.read_bytes()
    version, findings = examine_database(filled)
    assert version == known_schema()
    assert findings

    kept, recovered = repair_database(filled, now)

    assert kept.read_bytes() == damaged
    assert not recovered.complete
    assert recovered.rows["runs"] == RUNS
    assert 3 * RUNS - 10 < recovered.rows["cases"] < 3 * RUNS
    assert examine_database(filled) == (known_schema(), [])
    store = SqliteStore(filled, max_runs=100, max_age_days=0)
    try:
        assert len(store.runs(100)) == RUNS
        assert (
            sum(len(store.cases(f"r{number}")) for number in range(RUNS))
            == (recovered.rows["cases"])
        )
    finally:
        store.close()
    connection = sqlite3.connect(filled)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    assert {path.name for path in tmp_path.iterdir()} >= {"shall.db", kept.name}


def test_a_sound_database_is_recovered_whole(filled: Path, tmp_path: Path) -> None:
    recovered = recover_database(filled, tmp_path / "new.db")
    assert recovered.complete
    assert (recovered.rows["runs"], recovered.rows["cases"]) == (RUNS, 3 * RUNS)
    tables = "runs", "cases", "steps", "checks", "criteria", "calls"
    old, new = sqlite3.connect(filled), sqlite3.connect(tmp_path / "new.db")
    for table in tables:
        query = f"SELECT * FROM {table} ORDER BY 1"
        assert new.execute(query).fetchall() == old.execute(query).fetchall()
    old.close()
    new.close()


@pytest.mark.verifies("store#4.3")
@pytest.mark.parametrize("data", [b"not a database" * 500, b"", b"SQLite format 3\0" + b"\xff" * 9])
def test_what_is_no_database_is_kept_and_an_empty_one_is_made(
    path: Path, now: datetime, data: bytes, open_store: OpenStore
) -> None:
    path.write_bytes(data)
    kept, recovered = repair_database(path, now)
    assert kept.read_bytes() == data
    assert not recovered.rows.get("runs")
    assert open_store().runs(1) == []


def test_a_database_in_use_or_of_a_newer_release_is_not_repaired(
    open_store: OpenStore, path: Path, now: datetime
) -> None:
    store = open_store()
    with pytest.raises(StoreUnavailable, match=r"in use by another process\. Stop the server"):
        repair_database(path, now)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew):
        repair_database(path, now)
    assert path.read_bytes() == before
    assert sorted(it.name for it in path.parent.glob("*.new-*")) == []


@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")  # since Python 3.13
def test_a_store_that_is_forgotten_is_in_use_no_more(path: Path, now: datetime) -> None:
    SqliteStore(path, max_runs=1, max_age_days=1).runs(1)
    gc.collect()  # it holds a buffer that holds it
    kept, recovered = repair_database(path, now)
    assert kept.exists()
    assert recovered.complete


def test_a_copy_of_nothing_or_onto_something_is_refused(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open"):
        copy_database(tmp_path / "nowhere.db", tmp_path / "copy.db")
    with pytest.raises(StoreUnavailable, match="exists"):
        copy_database(filled, filled)


@pytest.mark.verifies("store#4.4")
def test_only_lines_that_nobody_can_read_are_taken_out(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    path = folder / "2026-11.jsonl"
    good = (
        b'{"at":"2026-11-21T07:00:00+00:00","checks_executed":1,"criterion":"a#1",'
        b'"criterion_fingerprint":null,"duration_s":0.5,"format":1,"kind":"case",'
        b'"outcome":"passed","run_id":"r1","source":"s","source_fingerprint":"f"}'
    )
    newer = b'{"format":99,"other":1}'
    data = b"\n".join([b"<<<<<<< ours", good, b"\xff\xfe", newer, b"", good[:40]])
    path.write_bytes(data)

    moved = repair_evidence(path, tmp_path / "kept", now)

    assert moved is not None
    assert moved.count == 3
    assert moved.kept.read_bytes() == data
    assert path.read_bytes() == good + b"\n" + newer + b"\n"
    assert [it.criterion for it in EvidenceLog(folder).newest()] == ["a#1"]
    assert repair_evidence(path, tmp_path / "kept", now) is None


def test_a_linked_evidence_file_is_not_followed(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "mine").write_text("torn")
    (tmp_path / "a.jsonl").symlink_to("mine")
    with pytest.raises(StoreUnavailable, match="cannot be repaired"):
        repair_evidence(tmp_path / "a.jsonl", tmp_path / "kept", now)
    assert (tmp_path / "mine").read_text() == "torn"


@pytest.mark.verifies("store#4.3")
def test_a_database_of_an_older_release_is_recovered_and_brought_up_to_date(
    filled: Path, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = tmp_path / "90.sql"
    added.write_text(
        "ALTER TABLE runs ADD COLUMN note TEXT;\n"
        "CREATE TABLE totals (name TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;\n"
        "INSERT INTO totals SELECT 'runs', count(*) FROM runs;\n"
    )
    newer = {**migrations(), 90: added}
    leaves = leaf_pages(filled, "cases")
    spoil(filled, leaves[-1])
    monkeypatch.setattr(migrate, "migrations", lambda: newer)
    _, recovered = repair_database(filled, now)
    assert recovered.rows["runs"] == RUNS
    connection = sqlite3.connect(filled)
    assert connection.execute("SELECT * FROM totals").fetchall() == [("runs", RUNS)]
    assert connection.execute("PRAGMA user_version").fetchone() == (90,)
    connection.close()


@pytest.mark.verifies("store#4.3")
def test_what_belongs_to_a_lost_row_is_left_behind(filled: Path, now: datetime) -> None:
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE cases SET document = '{' WHERE id = 1")
    connection.execute("UPDATE runs SET run_id = CAST(x'ff' AS TEXT) WHERE id = 40")
    connection.commit()
    connection.close()
    _, recovered = repair_database(filled, now)
    assert not recovered.complete
    assert recovered.rows["runs"] == RUNS - 1
    assert recovered.rows["cases"] == 3 * RUNS - 4
    connection = sqlite3.connect(filled)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_file_that_cannot_be_read_now_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("folder", "nowhere"):
        with pytest.raises(StoreUnavailable, match="cannot be used"):
            examine_database(tmp_path / name)
