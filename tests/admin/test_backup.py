import gzip
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from shall.admin import backup as backing_up
from shall.admin import restore as restoring
from shall.admin.backup import MANIFEST, archive_name, back_up
from shall.admin.restore import restore
from shall.bootstrap import open_workspace
from shall.errors import (
    AlreadyExists,
    FileMissing,
    FolderNotFound,
    InvalidInput,
    ShallError,
    StoreTooNew,
    StoreUnavailable,
)
from shall.results.records import RunStatus
from shall.settings import Settings
from shall.store.copies import examine_database, known_schema
from shall.store.locks import locked
from shall.store.sqlite import SqliteStore

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
Rewrite = Callable[..., Path]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state with a finished run, evidence, a report and what belongs to processes."""
    folder = tmp_path / "project/.shall"
    folder.parent.mkdir()
    workspace = open_workspace(folder.parent, Settings(max_history_days=0))
    assert isinstance(workspace.store, SqliteStore)
    workspace.store.start_run("r1", NOW, 1, "")
    workspace.store.finish_run("r1", RunStatus.COMPLETE, 1.0)
    (folder / "evidence").mkdir()
    (folder / "evidence/2026-11.jsonl").write_text('{"format": 99}\n')
    (folder / "local/reports").mkdir()
    (folder / "local/reports/r1.html").write_text("<html>")
    (folder / "local/.shall-1.tmp").write_text("half")
    (folder / "evidence/away").symlink_to("/etc/passwd")
    workspace.store.close()
    (folder / "local/live").mkdir(exist_ok=True)
    (folder / "local/live/dead").write_text("")
    return folder


@pytest.fixture
def archive(state: Path, tmp_path: Path) -> Path:
    back_up(state, tmp_path / "backup.tar.gz", NOW)
    return tmp_path / "backup.tar.gz"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def runs_in(state: Path) -> list[str]:
    store = SqliteStore(state / "local/shall.db", max_runs=100, max_age_days=0)
    try:
        return [run.run_id for run in store.runs(100)]
    finally:
        store.close()


@pytest.mark.verifies("store#3.2", "store#3.6")
def test_a_state_comes_back_as_it_was(state: Path, archive: Path, tmp_path: Path) -> None:
    (state / "evidence/2026-11.jsonl").write_text("changed\n")
    (state / "local/shall.db").write_bytes(b"gone")
    restored = restore(archive, state, NOW)
    assert restored.kept == state.with_name(".shall.replaced-20261121T070000Z")
    assert (restored.kept / "evidence/2026-11.jsonl").read_text() == "changed\n"
    assert contents(state).keys() == {
        *(".gitignore", ".gitattributes", "evidence/2026-11.jsonl"),
        *("local/shall.db", "local/reports/r1.html"),
    }
    assert (state / "evidence/2026-11.jsonl").read_text() == '{"format": 99}\n'
    assert runs_in(state) == ["r1"]
    assert (state / "local/shall.db").stat().st_mode & 0o777 == 0o600
    assert (state / "local").stat().st_mode & 0o777 == 0o700
    assert archive.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.rglob(".shall-*.tmp")) == [restored.kept / "local/.shall-1.tmp"]


def test_a_state_is_restored_where_there_was_none(archive: Path, tmp_path: Path) -> None:
    state = tmp_path / "new/machine/.shall"
    assert restore(archive, state, NOW).kept is None
    assert runs_in(state) == ["r1"]


@pytest.mark.verifies("store#3.1")
def test_a_backup_is_one_moment_of_a_database_in_use(state: Path, tmp_path: Path) -> None:
    store = SqliteStore(state / "local/shall.db", max_runs=10_000, max_age_days=0)
    stop = threading.Event()
    began = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not stop.is_set():
            name = f"run-{len(written)}"
            store.start_run(name, NOW, 0, "")
            store.finish_run(name, RunStatus.COMPLETE, 0.0)
            written.append(name)
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(60)
        acknowledged = set(written)
        back_up(state, tmp_path / "b.tar.gz", NOW)
    finally:
        stop.set()
        writer.join()
        store.close()
    restore(tmp_path / "b.tar.gz", tmp_path / "other/.shall", NOW)
    database = tmp_path / "other/.shall/local/shall.db"
    assert examine_database(database) == (known_schema(), [])
    assert {"r1", *acknowledged} <= set(runs_in(tmp_path / "other/.shall"))


@pytest.mark.verifies("store#3.1")
def test_an_evidence_line_that_is_being_written_is_kept_whole(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = threading.Event()

    def noting(descriptor: int, name: str) -> AbstractContextManager[None]:
        waiting.set()
        return locked(descriptor, name)

    monkeypatch.setattr(backing_up, "locked", noting)
    target = tmp_path / "b.tar.gz"
    with (state / "evidence/2026-11.jsonl").open("a") as file:
        with locked(file.fileno(), "evidence"):
            file.write('{"format"')
            file.flush()
            backup = threading.Thread(target=back_up, args=(state, target, NOW))
            backup.start()
            assert waiting.wait(60)
            file.write(": 99}\n")
            file.flush()
        backup.join()
    restore(target, tmp_path / "other/.shall", NOW)
    evidence = tmp_path / "other/.shall/evidence/2026-11.jsonl"
    assert evidence.read_text() == '{"format": 99}\n' * 2


@pytest.mark.verifies("store#3.5")
def test_a_state_in_use_is_not_replaced_unless_forced(state: Path, archive: Path) -> None:
    store = SqliteStore(state / "local/shall.db", max_runs=10, max_age_days=0)
    with pytest.raises(StoreUnavailable, match=r"in use by another process.*--force"):
        restore(archive, state, NOW)
    assert store.run("r1") is not None
    restore(archive, state, NOW, force=True)
    store.close()
    assert runs_in(state) == ["r1"]
    assert restore(archive, state, NOW.replace(hour=8)).kept is not None


@pytest.fixture
def rewrite(archive: Path, tmp_path: Path) -> Iterator[Rewrite]:
    """Writes the archive again with members changed, added or left out."""

    def write(
        change: dict[str, bytes | None] | None = None,
        *added: tarfile.TarInfo,
        manifest: dict[str, Any] | None = None,
    ) -> Path:
        target = tmp_path / "changed.tar.gz"
        with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
            for member in old:
                file = old.extractfile(member)
                assert file is not None
                data: bytes | None = file.read()
                if member.name == MANIFEST and manifest is not None:
                    data = json.dumps({**json.loads(data or b""), **manifest}).encode()
                if change is not None and member.name in change:
                    data = change[member.name]
                if data is not None:
                    member.size = len(data)
                    new.addfile(member, io.BytesIO(data))
            for member in added:
                new.addfile(member, io.BytesIO(b"x" * member.size))
        return target

    yield write


def info(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = kind, size, "/etc/passwd"
    return member


def refused(archive: Path, state: Path, kind: type[ShallError], reported: str) -> None:
    """See that the archive is refused and nothing of the state or beside it changed."""
    before, beside = contents(state), sorted(state.parent.iterdir())
    with pytest.raises(kind, match=reported):
        restore(archive, state, NOW)
    assert contents(state) == before
    assert sorted(state.parent.iterdir()) == beside


@pytest.mark.verifies("store#3.7")
def test_the_state_of_another_user_is_not_replaced_unless_forced(
    state: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    before = sorted(state.parent.rglob("*"))
    with pytest.raises(StoreUnavailable, match="belongs to the user") as refused:
        restore(archive, state, NOW)
    assert "sudo -u" in (refused.value.hint or "")
    assert sorted(state.parent.rglob("*")) == before
    assert restore(archive, state, NOW, force=True).kept is not None


@pytest.mark.verifies("store#3.3")
@pytest.mark.parametrize(
    ("added", "reported"),
    [
        (info("../outside"), "leads outside"),
        (info("/outside"), "leads outside"),
        (info("evidence/../../outside"), "leads outside"),
        (info("evidence//a"), "leads outside"),
        (info("link", tarfile.SYMTYPE), "not a plain file"),
        (info("link", tarfile.LNKTYPE), "not a plain file"),
        (info("device", tarfile.CHRTYPE), "not a plain file"),
        (info("pipe", tarfile.FIFOTYPE), "not a plain file"),
        (info("folder", tarfile.DIRTYPE), "not a plain file"),
        (info("evidence/2026-11.jsonl"), "twice"),
        (info("evidence/more.jsonl", size=3), "adds 'evidence/more.jsonl'"),
    ],
)
def test_a_member_that_is_not_in_order_is_refused(
    state: Path, rewrite: Rewrite, added: tarfile.TarInfo, reported: str
) -> None:
    refused(rewrite(None, added), state, InvalidInput, reported)


@pytest.mark.verifies("store#3.3")
def test_a_damaged_backup_is_refused(state: Path, archive: Path, rewrite: Rewrite) -> None:
    evidence = "evidence/2026-11.jsonl"
    refused(rewrite({evidence: b'{"format": 98}\n'}), state, InvalidInput, f"changed '{evidence}'")
    refused(rewrite({evidence: None}), state, InvalidInput, f"misses '{evidence}'")
    refused(rewrite({MANIFEST: None}), state, InvalidInput, "is not a backup")
    refused(rewrite({MANIFEST: b"[]"}), state, InvalidInput, "manifest of the backup cannot be")
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    refused(archive, state, InvalidInput, "not a whole backup")
    archive.write_bytes(b"no archive")
    refused(archive, state, InvalidInput, "not a whole backup")
    archive.write_bytes(gzip.compress(b"no archive"))
    refused(archive, state, InvalidInput, "not a whole backup")


@pytest.mark.verifies("store#3.3")
@pytest.mark.repeats
def test_a_backup_with_a_changed_byte_is_refused_or_comes_back_as_it_was(
    state: Path, archive: Path
) -> None:
    """A byte may change and the content not: the time in gzip's header, the distance of a match."""
    assert restore(archive, state, NOW.replace(hour=8)).kept is not None
    whole, was = archive.read_bytes(), contents(state)
    content = gzip.decompress(whole)
    header, trailer = range(20), range(len(whole) - 32, len(whole))
    refusals = 0
    for at in sorted({*header, *range(20, len(whole), 17), *trailer}):
        archive.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            same = gzip.decompress(archive.read_bytes()) == content
        except (OSError, EOFError, zlib.error):
            same = False
        if same:
            restored = restore(archive, state, NOW)
            assert restored.kept is not None
            rmtree(restored.kept)
            assert contents(state) == was
        else:
            refused(archive, state, InvalidInput, "backup")
            refusals += 1
    assert refusals > len(whole) // 17


@pytest.mark.verifies("store#3.3")
@pytest.mark.parametrize("cut", [1, 4, 8, 9])
def test_a_backup_without_its_checksum_is_refused(state: Path, archive: Path, cut: int) -> None:
    archive.write_bytes(archive.read_bytes()[:-cut])
    refused(archive, state, InvalidInput, "not a whole backup")


@pytest.mark.verifies("store#3.3")
@pytest.mark.parametrize(
    "more",
    [b"x", gzip.compress(b"more"), gzip.compress(bytes(2 << 20))],
    ids=["no gzip", "text", "zeros without end"],
)
def test_a_backup_with_something_after_its_end_is_refused(
    state: Path, archive: Path, more: bytes
) -> None:
    archive.write_bytes(archive.read_bytes() + more)
    refused(archive, state, InvalidInput, "backup")


@pytest.mark.verifies("store#3.3")
def test_a_backup_with_a_damaged_database_is_refused(
    state: Path, archive: Path, rewrite: Rewrite
) -> None:
    with tarfile.open(archive) as opened:
        file = opened.extractfile("local/shall.db")
        assert file is not None
        data = file.read()
        listed = json.load(opened.extractfile(MANIFEST) or io.BytesIO())["files"]
    data = data[:4096] + b"\xff" * (len(data) - 4096)
    for entry in listed:
        if entry["path"] == "local/shall.db":
            entry["sha256"] = sha256(data).hexdigest()
    changed = rewrite({"local/shall.db": data}, manifest={"files": listed})
    refused(changed, state, InvalidInput, "database of the backup is damaged")


@pytest.mark.verifies("store#3.4")
def test_a_backup_of_a_newer_release_is_refused(state: Path, rewrite: Rewrite) -> None:
    refused(rewrite(manifest={"format": 2}), state, InvalidInput, "newer release.*Upgrade")
    refused(rewrite(manifest={"schema": 99}), state, StoreTooNew, r"version 99;.*Upgrade")


def test_a_backup_beyond_the_bounds_is_refused(
    state: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "MAX_BYTES", 1000)
    refused(archive, state, InvalidInput, "not enough free space")
    monkeypatch.setattr(restoring, "MAX_BYTES", 1 << 30)
    monkeypatch.setattr(restoring, "MAX_FILES", 2)
    refused(archive, state, InvalidInput, "more than 2 files")


def test_a_backup_is_never_written_over_anything(state: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").symlink_to("nowhere")
    with pytest.raises(AlreadyExists):
        back_up(state, tmp_path / "taken", NOW)
    with pytest.raises(InvalidInput, match="inside the state folder"):
        back_up(state, state / "local/b.tar.gz", NOW)
    with pytest.raises(FolderNotFound):
        back_up(state, tmp_path / "nowhere/b.tar.gz", NOW)
    with pytest.raises(FolderNotFound, match="No state"):
        back_up(tmp_path / "nothing", tmp_path / "b.tar.gz", NOW)
    with pytest.raises(FileMissing):
        restore(tmp_path / "b.tar.gz", state, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "taken"]


def test_the_name_of_a_backup_shows_its_time() -> None:
    assert archive_name(NOW) == "shall-backup-20261121T070000Z.tar.gz"
