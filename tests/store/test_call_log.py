import json
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.store import call_log
from shall.store.base import CallRecord
from shall.store.call_log import CallLog, line_of

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
CALL = CallRecord(NOON, "run_tests", "0123456789ab", "ok", 12.34567, None, {"cases": 3})

OpenLog = Callable[..., CallLog]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "atf" / "logs" / "mcp_calls.jsonl"


@pytest.fixture
def open_log(path: Path) -> Iterator[OpenLog]:
    opened: list[CallLog] = []

    def open_one(max_bytes: int = 1 << 20, max_days: int = 30) -> CallLog:
        opened.append(CallLog(path, max_bytes, max_days))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


def lines_of(*paths: Path) -> list[dict[str, Any]]:
    """Read every line; each must be JSON and whole."""
    text = b"".join(path.read_bytes() for path in paths)
    assert text == b"" or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


def ids_of(*paths: Path) -> list[str]:
    return [line["request_id"] for line in lines_of(*paths)]


def numbered(number: int, at: datetime = NOON) -> CallRecord:
    return replace(CALL, at=at, request_id=f"{number:012x}")


def rotated(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))


def test_a_line_shows_the_call(open_log: OpenLog, path: Path) -> None:
    failed = replace(CALL, status="error", error_code="MCP_TIMEOUT", meta={})
    for call in (CALL, failed):
        open_log().write(call)

    first, second = lines_of(path)
    assert list(first.items()) == [
        ("timestamp", "2026-11-21T12:00:00.123456+00:00"),
        ("tool", "run_tests"),
        ("request_id", "0123456789ab"),
        ("status", "ok"),
        ("latency_ms", 12.346),
        ("error_code", None),
        ("meta", {"cases": 3}),
    ]
    assert (second["status"], second["error_code"]) == ("error", "MCP_TIMEOUT")


@pytest.mark.verifies("store#2.12")
def test_hostile_text_stays_in_its_line() -> None:
    hostile = 'a\n{"tool":"x"}\r\u2028\u2029\u202e\x00\x1b[2J\x7f\ud800"\\'
    line = line_of(replace(CALL, tool=hostile, meta={hostile: hostile}))

    assert line.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in line[:-1])
    assert json.loads(line)["tool"] == hostile
    assert json.loads(line)["meta"] == {hostile: hostile}


def test_only_the_owner_may_read_the_log(open_log: OpenLog, path: Path) -> None:
    log = open_log()
    assert not path.parent.exists()
    log.write(CALL)

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.verifies("store#2.8")
def test_a_log_is_rotated_before_it_grows_too_long(open_log: OpenLog, path: Path) -> None:
    size = len(line_of(CALL))
    logs = open_log(3 * size), open_log(3 * size)
    for number in range(8):
        logs[number % 2].write(numbered(number, NOON + timedelta(seconds=number)))

    assert [file.name for file in rotated(path)] == [
        "mcp_calls-20261121T120003Z.jsonl",
        "mcp_calls-20261121T120006Z.jsonl",
    ]
    assert ids_of(*rotated(path), path) == [f"{number:012x}" for number in range(8)]
    assert path.stat().st_size == 2 * size


@pytest.mark.verifies("store#2.8")
def test_two_rotations_in_a_second_have_two_names(open_log: OpenLog, path: Path) -> None:
    log = open_log(10)
    for number in range(4):
        log.write(numbered(number))

    assert len(rotated(path)) == 3
    assert sorted(ids_of(*rotated(path), path)) == [f"{number:012x}" for number in range(4)]


@pytest.mark.verifies("store#2.8")
def test_a_new_day_begins_a_new_file_and_old_ones_are_deleted(
    open_log: OpenLog, path: Path
) -> None:
    log = open_log(max_days=2)
    for day in range(5):
        log.write(numbered(day, NOON + timedelta(days=day)))
        log.write(numbered(day, NOON + timedelta(days=day, hours=1)))
    others = path.with_name("mcp_calls-notes.jsonl"), path.with_name("mcp_calls.jsonl.1")
    for other in others:
        other.write_text("not ours")
    log.write(numbered(5, NOON + timedelta(days=5, hours=-1)))

    kept = [file for file in rotated(path) if file not in others]
    assert ids_of(*kept) == [f"{day:012x}" for day in (2, 2, 3, 3, 4, 4)]
    assert ids_of(path) == [f"{5:012x}"]
    assert all(other.exists() for other in others)


def test_a_log_of_an_earlier_day_is_rotated_at_the_first_call(
    open_log: OpenLog, path: Path
) -> None:
    open_log().write(numbered(1))
    open_log().write(numbered(2, NOON + timedelta(days=1)))

    assert ids_of(*rotated(path)) == [f"{1:012x}"]
    assert ids_of(path) == [f"{2:012x}"]


def test_a_clock_that_goes_back_rotates_nothing(open_log: OpenLog, path: Path) -> None:
    log = open_log()
    for hours in (0, -30, 0, 1, -1):
        log.write(numbered(1, NOON + timedelta(hours=hours)))

    assert rotated(path) == []
    assert len(lines_of(path)) == 5


@pytest.mark.verifies("store#2.9")
def test_a_renamed_deleted_or_truncated_file_is_noticed(
    open_log: OpenLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "_NAMELESS_S", 0)
    log = open_log()
    log.write(numbered(1))
    path.rename(path.with_suffix(".1"))
    log.write(numbered(2))
    path.rename(path.with_suffix(".2"))
    path.touch()  # "create" of logrotate
    log.write(numbered(3))
    os.truncate(path, 0)
    log.write(numbered(4))

    assert ids_of(path.with_suffix(".1")) == [f"{1:012x}"]
    assert ids_of(path.with_suffix(".2")) == [f"{2:012x}"]
    assert ids_of(path) == [f"{4:012x}"]


@pytest.mark.verifies("store#2.9")
def test_who_renames_a_log_has_time_to_make_the_new_one(
    open_log: OpenLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "_NAMELESS_S", 1e9)
    log = open_log(max_bytes=3 * len(line_of(CALL)))
    log.write(numbered(1))
    path.rename(path.with_suffix(".1"))
    for number in (2, 3):
        log.write(numbered(number))
    assert not path.exists()
    path.touch()
    log.write(numbered(4))
    path.unlink()  # a deleted file is not waited for
    for number in (5, 6, 7):
        log.write(numbered(number))
    path.rename(path.with_suffix(".2"))
    log.write(numbered(8))  # nor a full one

    assert ids_of(path.with_suffix(".1")) == [f"{number:012x}" for number in (1, 2, 3)]
    assert ids_of(path.with_suffix(".2")) == [f"{number:012x}" for number in (5, 6, 7)]
    assert ids_of(path) == [f"{8:012x}"]
    assert rotated(path) == []


@pytest.mark.verifies("store#2.10")
@pytest.mark.parametrize("cut", [1, 5, 20, -2])
def test_a_torn_line_is_put_aside(open_log: OpenLog, path: Path, cut: int) -> None:
    open_log().write(numbered(1))
    torn = line_of(numbered(2))[:cut]
    with path.open("ab") as file:
        file.write(torn)
    open_log().write(numbered(3))

    assert ids_of(path) == [f"{1:012x}", f"{3:012x}"]
    assert path.with_name("mcp_calls.jsonl.torn").read_bytes() == torn + b"\n"


@pytest.mark.verifies("store#2.10")
def test_a_line_that_only_lacks_its_end_is_kept(open_log: OpenLog, path: Path) -> None:
    log = open_log()
    log.write(numbered(1))
    os.truncate(path, path.stat().st_size - 1)
    log.write(numbered(2))

    assert ids_of(path) == [f"{1:012x}", f"{2:012x}"]


def test_a_file_of_somebody_else_is_only_added_to(open_log: OpenLog, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("# notes\nnever lose this")
    open_log().write(numbered(1))

    notes, ours = path.read_text().rsplit("\n", 2)[:2]
    assert notes == "# notes\nnever lose this"
    assert json.loads(ours)["request_id"] == f"{1:012x}"


def test_a_torn_line_may_be_longer_than_what_is_read_at_once(
    open_log: OpenLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "_CHUNK_BYTES", 7)
    open_log().write(numbered(1))
    with path.open("ab") as file:
        file.write(line_of(numbered(2))[:-3])
    open_log().write(numbered(3))

    assert ids_of(path) == [f"{1:012x}", f"{3:012x}"]


@pytest.mark.verifies("store#2.11")
def test_a_disk_that_fills_up_is_warned_of_once_and_tears_no_line(
    open_log: OpenLog,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.WARNING)
    log = open_log()
    log.write(numbered(1))
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: write(file, data[:40]))  # what room is left
        for number in (2, 3, 4):
            log.write(numbered(number))
    log.write(numbered(5))

    assert ids_of(path) == [f"{1:012x}", f"{5:012x}"]
    assert [record.message for record in caplog.records] == [
        f"the call log {path} cannot be written: No space left on device",
        "the call log is written again; 3 calls are missing",
    ]


@pytest.mark.verifies("store#2.11")
@pytest.mark.parametrize("fault", ["no folder", "a folder", "a link"])
def test_a_path_that_cannot_be_written_stops_no_call(
    open_log: OpenLog, path: Path, caplog: pytest.LogCaptureFixture, fault: str, tmp_path: Path
) -> None:
    if fault == "no folder":
        path.parent.parent.write_text("a file")
    elif fault == "a folder":
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True)
        path.symlink_to(tmp_path / "elsewhere")
    log = open_log()
    log.write(CALL)
    log.write(CALL)

    assert caplog.text.count("cannot be written") == len(caplog.records) == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_log_that_somebody_locks_is_written_all_the_same(
    open_log: OpenLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "_LOCK_WAIT_S", 0.01)
    log = open_log(3 * len(line_of(CALL)))
    log.write(numbered(1))
    with path.open("rb") as file:
        flock(file, LOCK_EX)
        for number in (2, 3, 4, 5):
            log.write(numbered(number))
    assert ids_of(path) == [f"{number:012x}" for number in range(1, 6)]

    log.write(numbered(6))  # looks after the file again
    assert ids_of(path) == [f"{6:012x}"]


def test_a_folder_where_nothing_can_be_renamed_is_warned_of_once(
    open_log: OpenLog,
    path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    log = open_log(10)
    for number in range(3):
        log.write(numbered(number))

    assert len(lines_of(path)) == 3
    assert [record.message for record in caplog.records] == [
        f"the call log {path} cannot be rotated: Permission denied"
    ]


def test_threads_may_share_a_log(open_log: OpenLog, path: Path) -> None:
    log = open_log(5000)

    def write(thread: int) -> None:
        for number in range(200):
            log.write(numbered(1000 * thread + number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = [f"{1000 * thread + number:012x}" for thread in range(4) for number in range(200)]
    assert sorted(ids_of(*rotated(path), path)) == expected
