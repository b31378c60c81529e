"""The call log while several processes write it, are killed, and logrotate rotates it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from shall.store.base import CallRecord
from shall.store.call_log import CallLog

pytestmark = pytest.mark.process

WRITE = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from shall.store.base import CallRecord
from shall.store.call_log import CallLog
path, me, max_bytes, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = CallLog(path, max_bytes, 30)
for number in range(count) if count else itertools.count():
    now, pad = datetime.now(UTC), {"pad": "x" * 200}
    log.write(CallRecord(now, "tool", f"{me}-{number}", "ok", 1.0, None, pad))
    if number == 0 or not count:
        print(number, flush=True)
"""
COUNT = 10_000
BIG = 1 << 40

Start = Callable[[str, int, int], subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "mcp_calls.jsonl"


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    """Start a process that writes calls, and prints each one's number when it is written."""
    started = []

    def start_one(name: str, max_bytes: int, count: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITE, str(path), name, str(max_bytes), str(count)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start_one
    for process in started:
        with process:
            process.kill()


def lines_in(folder: Path) -> list[bytes]:
    """Read every line of every file of the log; each must be whole.

    Not what was put aside: the kernel may stop a killed process in the middle of its line.
    """
    files = [file.read_bytes() for file in folder.iterdir() if file.suffix != ".torn"]
    assert [data[-20:] for data in files if data and not data.endswith(b"\n")] == []
    return [line for data in files for line in data.splitlines()]


def ids_in(folder: Path) -> list[str]:
    return [json.loads(line)["request_id"] for line in lines_in(folder)]


def everything(*names: str) -> list[str]:
    return sorted(f"{name}-{number}" for name in names for number in range(COUNT))


@pytest.mark.verifies("store#2.7")
def test_no_answered_call_is_missing_after_kill_9(start: Start, path: Path) -> None:
    acknowledged = []
    for attempt in range(10):
        writer = start(f"w{attempt}", BIG, 0)
        assert writer.stdout is not None
        read = [writer.stdout.readline() for _ in range(20 + 30 * attempt)]
        writer.kill()
        read += [line for line in writer.stdout if line.endswith("\n")]
        acknowledged += [f"w{attempt}-{line.strip()}" for line in read]

    log = CallLog(path, BIG, 30)
    log.write(CallRecord(datetime.now(UTC), "tool", "next", "ok", 1.0))  # mends a torn line
    log.close()
    assert {*acknowledged, "next"} <= set(ids_in(path.parent))


@pytest.mark.verifies("store#2.8")
def test_processes_that_rotate_at_once_lose_no_line(start: Start, path: Path) -> None:
    writers = [start(name, 50_000, COUNT) for name in ("a", "b")]
    for writer in writers:
        writer.wait()

    assert sorted(ids_in(path.parent)) == everything("a", "b")
    assert len(list(path.parent.iterdir())) > 50
    assert max(file.stat().st_size for file in path.parent.iterdir()) <= 50_000


@pytest.fixture
def logrotate(tmp_path: Path, path: Path) -> Callable[[str], None]:
    """Rotate the log with the real logrotate."""
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    assert program is not None, "logrotate is missing: type `make services`"

    def run(mode: str) -> None:
        configuration = tmp_path / "logrotate.conf"
        configuration.write_text(f"{path} {{\n  rotate 1000\n  missingok\n  {mode}\n}}\n")
        configuration.chmod(0o600)
        state = tmp_path / "logrotate.state"
        command = [program, "--force", "--state", str(state), str(configuration)]
        subprocess.run(command, check=True, capture_output=True)

    return run


def rotate_while(
    writers: Sequence[subprocess.Popen[str]], logrotate: Callable[[str], None], mode: str
) -> int:
    """Rotate again and again while the writers write; give how often."""
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
    rotations = 0
    while any(writer.poll() is None for writer in writers):
        logrotate(mode)
        rotations += 1
    assert [writer.returncode for writer in writers] == [0] * len(writers)
    return rotations


@pytest.mark.verifies("store#2.9")
@pytest.mark.parametrize("mode", ["nocreate", "create 0600"])
def test_no_line_is_lost_when_logrotate_renames(
    start: Start, path: Path, logrotate: Callable[[str], None], mode: str
) -> None:
    writers = [start(name, BIG, COUNT) for name in ("a", "b")]
    rotations = rotate_while(writers, logrotate, mode)

    assert sorted(ids_in(path.parent)) == everything("a", "b")
    assert rotations >= 3


@pytest.mark.verifies("store#2.9")
def test_lines_stay_whole_when_logrotate_copies_and_truncates(
    start: Start, path: Path, logrotate: Callable[[str], None]
) -> None:
    writers = [start(name, BIG, COUNT) for name in ("a", "b")]
    rotations = rotate_while(writers, logrotate, "copytruncate")

    # Each time logrotate loses what is written between its copy and its truncation, and half a line
    # that it copied while it was being written. Nothing else may be torn or missing.
    for copy in path.parent.glob("mcp_calls.jsonl.*"):
        data = copy.read_bytes()
        os.truncate(copy, data.rfind(b"\n") + 1)
    found = ids_in(path.parent)
    assert len(found) == len(set(found))
    assert set(found) <= set(everything("a", "b"))
    for name in ("a", "b"):
        kept = sorted(int(found_id[2:]) for found_id in found if found_id[0] == name)
        gaps = sum(after - before > 1 for before, after in pairwise((-1, *kept, COUNT)))
        assert gaps <= rotations
    assert rotations >= 3
