import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shall.results.records import RunStatus
from shall.store.sqlite import SqliteStore

pytestmark = pytest.mark.process

OPEN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.store.base import CallRecord
from shall.store.sqlite import SqliteStore
me = sys.argv[2]
store = SqliteStore(Path(sys.argv[1]), max_runs=1000, max_age_days=0)
now = datetime.now(UTC)
def case(number):
    return CaseResult(me, str(number), "name " * 50, Outcome.PASSED, now, 0.1, 1)
store.start_run(me, now, 0, "")
"""
KEEP_SAVING = """
import itertools
for number in itertools.count():
    store.save_cases([case(number)])
    print(number, flush=True)
"""
SAVE_FIFTY = """
for number in range(50):
    store.save_cases([case(number)])
    store.save_call(CallRecord(now, "tool", me, "ok", 1.0))
store.finish_run(me, RunStatus.COMPLETE, 1.0)
store.close()
"""
WAIT = """
print("started", flush=True)
sys.stdin.read()
"""
Process = subprocess.Popen[str]


@pytest.fixture
def start(path: Path) -> Callable[[str, str], Process]:
    def start_one(program: str, run_id: str) -> Process:
        return subprocess.Popen(
            [sys.executable, "-c", OPEN + program, str(path), run_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start_one


@pytest.mark.verifies("store#1.2")
def test_no_acknowledged_result_is_lost_when_the_process_is_killed(
    start: Callable[[str, str], Process], path: Path
) -> None:
    for attempt in range(5):
        with start(KEEP_SAVING, f"r{attempt}") as writer:
            assert writer.stdout is not None
            acknowledged = [writer.stdout.readline() for _ in range(20 + 7 * attempt)]
            writer.kill()
            acknowledged += [line for line in writer.stdout if line.endswith("\n")]

        store = SqliteStore(path, max_runs=1000, max_age_days=0)
        kept = [case.case_key for case in store.cases(f"r{attempt}")]
        assert kept[: len(acknowledged)] == [line.strip() for line in acknowledged]
        assert len(kept) <= len(acknowledged) + 1
        assert store.runs(1)[0].status is RunStatus.INTERRUPTED
        store.close()

    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.mark.verifies("store#1.3")
def test_processes_that_start_and_write_at_once_lose_nothing(
    start: Callable[[str, str], Process], path: Path
) -> None:
    writers = [start(SAVE_FIFTY, f"r{number}") for number in range(4)]
    for writer in writers:
        writer.communicate()

    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    store = SqliteStore(path, max_runs=1000, max_age_days=0)
    assert store.call_statistics(0, None).total == 200
    for number in range(4):
        assert [case.case_key for case in store.cases(f"r{number}")] == [
            str(key) for key in range(50)
        ]
        run = store.run(f"r{number}")
        assert run is not None
        assert run.status is RunStatus.COMPLETE
    store.close()


@pytest.mark.verifies("store#1.9")
def test_a_run_reads_running_until_its_process_dies(
    start: Callable[[str, str], Process], open_store: Callable[..., SqliteStore]
) -> None:
    with start(WAIT, "r1") as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        store = open_store()
        assert store.runs(1)[0].status is RunStatus.RUNNING
        writer.kill()

    assert store.runs(1)[0].status is RunStatus.INTERRUPTED
