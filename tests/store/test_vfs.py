import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shall.errors import StoreUnavailable
from shall.store import sqlite
from shall.store.folders import Folder
from shall.store.sqlite import SqliteStore
from shall.store.vfs import plain_names

NOW = datetime(2026, 3, 4, tzinfo=UTC)
DESCRIPTORS = Path("/proc/self/fd")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a path through a descriptor")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """The folder ``state``, reached from an open one."""
    (tmp_path / "state").mkdir()
    base = os.open(tmp_path, os.O_RDONLY)
    yield Folder(tmp_path / "state", lambda: base, ("state",))
    os.close(base)


def open_in(folder: Folder, vfs: str | None) -> SqliteStore:
    path = folder.path / "shall.db"
    return SqliteStore(path, max_runs=9, max_age_days=9, folder=folder, vfs=vfs)


def another_store_at(path: Path) -> dict[str, bytes]:
    """Make another database with a WAL of its own at a path; return what it consists of."""
    with sqlite3.connect(path / "shall.db") as database:
        database.execute("CREATE TABLE others (a)")
    database.close()
    (path / "shall.db-wal").write_bytes(b"the transactions of somebody else")
    return {it.name: it.read_bytes() for it in path.iterdir()}


@pytest.mark.verifies("defences#8.3")
def test_a_store_stays_in_its_folder_when_another_takes_the_name(folder: Folder) -> None:
    store = open_in(folder, plain_names())
    moved = folder.path.rename(folder.path.with_name("moved"))
    folder.path.mkdir()
    others = another_store_at(folder.path)

    store.start_run("r1", NOW, 1, "")
    assert (moved / "shall.db-wal").stat().st_size > 0
    store.close()

    assert {it.name: it.read_bytes() for it in folder.path.iterdir()} == others
    assert not (moved / "shall.db-wal").exists()  # the last one to close takes it in
    with sqlite3.connect(moved / "shall.db") as database:
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    database.close()


@pytest.mark.verifies("defences#8.3")
def test_stores_through_folders_and_by_path_share_one_database(folder: Folder) -> None:
    through, by_path = open_in(folder, plain_names()), open_in(Folder(folder.path), None)
    through.start_run("r1", NOW, 1, "")
    by_path.start_run("r2", NOW, 1, "")
    assert {run.run_id for run in through.runs(9)} == {"r1", "r2"}
    through.close()
    assert {run.run_id for run in by_path.runs(9)} == {"r1", "r2"}
    by_path.close()


@pytest.mark.verifies("defences#8.4")
def test_without_such_paths_another_database_is_refused_unchanged(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_OPEN_FOLDERS", Path("/no-such-folder"))
    folder.path.rename(folder.path.with_name("moved"))
    folder.path.mkdir()
    another_store_at(folder.path)
    (folder.path / "shall.db-wal").unlink()
    before = (folder.path / "shall.db").read_bytes()
    reached = Folder(folder.path, folder.base, ("moved",))

    with pytest.raises(StoreUnavailable, match="was replaced while it was opened"):
        open_in(reached, None)

    assert (folder.path / "shall.db").read_bytes() == before
    assert not (folder.path / "shall.db-wal").exists()


TAKEN_AGAIN = """
import os, sys
from datetime import datetime, timezone
from pathlib import Path
from shall.store import sqlite
from shall.store.folders import Folder

root = Path(sys.argv[1])
base = os.open(root, os.O_RDONLY)
folder = Folder(root / "state", lambda: base, ("state",))
sqlite._OPEN_FOLDERS = Path("/no-such-folder")

def opened():
    path = folder.path / "shall.db"
    return sqlite.SqliteStore(path, max_runs=9, max_age_days=9, folder=folder)

first, second = opened(), opened()
second.close()
opened().close()
if len(sys.argv) > 2:  # beside another of that name, of which a descriptor can be taken again
    mine, theirs = folder, Folder(root / "other", lambda: base, ("other",))
    folder = theirs
    other, second = opened(), opened()
    second.close()
    folder = mine
    connect = sqlite.SqliteStore._connect
    tries = []

    def connect_to_the_other(store):
        tries.append(store)
        if len(tries) > 1:
            return connect(store)
        os.rename(root / "state", root / "away")
        os.rename(root / "other", root / "state")
        connection = connect(store)
        os.rename(root / "state", root / "other")
        os.rename(root / "away", root / "state")
        return connection

    if sys.argv[2] == "replaced":
        sqlite.SqliteStore._connect = connect_to_the_other
    third = opened()
    third.start_run("r1", datetime.now(timezone.utc), 1, "")
    assert [run.run_id for run in first.runs(9)] == ["r1"]
    assert other.runs(9) == []
    assert len(tries) in (0, 3)
    third.close()
    other.close()
first.close()
"""


@pytest.mark.process
@pytest.mark.verifies("defences#8.4")
@pytest.mark.parametrize("beside", [(), ("another",), ("replaced",)])
def test_a_descriptor_that_sqlite_takes_again_is_no_replacement(
    tmp_path: Path, beside: tuple[str, ...]
) -> None:
    # In a process of its own: the databases of other tests have the same name.
    (tmp_path / "state").mkdir()
    (tmp_path / "other").mkdir()
    command = [sys.executable, "-c", TAKEN_AGAIN, str(tmp_path), *beside]
    ended = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    name = "a/" * 2000
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(f"file:{tmp_path}/{name}b.db?vfs={plain_names()}", uri=True)


def test_a_forgotten_store_closes_its_database_and_folder(folder: Folder) -> None:
    before = len(list(DESCRIPTORS.iterdir()))
    store = open_in(folder, plain_names())
    store.start_run("r1", NOW, 1, "")
    del store
    gc.collect()
    assert len(list(DESCRIPTORS.iterdir())) <= before + 1  # the lease is the process's
    assert not (folder.path / "shall.db-wal").exists()
