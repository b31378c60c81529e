"""``shall backup``, ``restore`` and ``doctor`` as typed."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shall.bootstrap import open_workspace
from shall.settings import Settings

Shall = Callable[..., Any]


@pytest.fixture
def ran(shall_process: Shall, project: Path, service: Any, write_case: Callable[..., None]) -> Path:
    """A project with one run in its state, in the database file itself and not in its log."""
    write_case("a")
    assert shall_process("run", "--host", service.url).returncode == 0
    database = project / ".shall/local/shall.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database


@pytest.mark.verifies("store#3.2", "store#3.5")
def test_a_backup_is_restored_on_another_machine(
    shall_process: Shall, project: Path, ran: Path, tmp_path: Path
) -> None:
    del ran
    kept = shall_process("backup", "--to", "../b.tar.gz")
    assert kept.returncode == 0, kept.stderr
    assert "Protect it like the state" in kept.stdout
    (tmp_path / "other").mkdir()
    restored = shall_process("restore", "../b.tar.gz", "--workspace", str(tmp_path / "other"))
    assert restored.returncode == 0, restored.stderr
    history = [open_workspace(it, Settings()).store for it in (project, tmp_path / "other")]
    assert history[0] is not None
    assert history[1] is not None
    assert [run.run_id for run in history[1].runs(9)] == [run.run_id for run in history[0].runs(9)]
    in_use = shall_process("restore", "../b.tar.gz")
    assert in_use.returncode == 4
    assert "--force" in in_use.stderr
    assert shall_process("restore", "../b.tar.gz", "--force").returncode == 0
    for store in history:
        store.close()  # type: ignore[union-attr]


def test_a_backup_has_a_name_of_its_own(shall: Shall, project: Path, ran: Path) -> None:
    del ran
    assert shall("backup").returncode == 0
    [archive] = project.glob("shall-backup-*.tar.gz")
    assert str(archive) in shall("backup", "--to", str(archive)).stderr


@pytest.mark.verifies("store#4.1", "store#4.2", "store#4.3")
def test_a_damaged_database_is_reported_and_repaired(shall_process: Shall, ran: Path) -> None:
    assert shall_process("doctor").returncode == 0
    data = bytearray(ran.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    ran.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        ran.with_name(ran.name + suffix).unlink(missing_ok=True)
    ended = shall_process("run", "--host", "http://127.0.0.1:1")
    assert "shall doctor --repair" in ended.stderr
    sick = shall_process("doctor", "--format", "json")
    assert sick.returncode == 1
    [store] = [it for it in json.loads(sick.stdout) if it["check"] == "store"]
    assert store["health"] == "fail"
    repaired = shall_process("doctor", "--repair")
    assert repaired.returncode == 0
    assert "was moved to" in repaired.stderr
    assert "fail" not in repaired.stdout
    [kept] = [it for it in ran.parent.glob("*.damaged-*") if not it.name.endswith(("-wal", "-shm"))]
    assert kept.read_bytes()[4096:] == data[4096:]


@pytest.mark.verifies("store#4.1")
def test_settings_that_cannot_be_read_are_one_finding(shall: Shall, project: Path) -> None:
    (project / "shall.yaml").write_text("concurrency: no\n")
    done = shall("doctor")
    assert done.returncode == 1
    assert done.stdout.startswith("fail  settings: ")
    assert "certificate" in done.stdout
