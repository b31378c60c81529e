"""Several server processes: what one reports is the sum over all."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.forked import Popen

from shall.errors import InvalidSetting
from shall.serve.observe.multiprocess import (
    VARIABLE,
    folder_of,
    shared_folder,
    sharing_metrics,
)
from shall.serve.observe.processes import ProcessesCollector

WORKER = Path(__file__).with_name("counting_worker.py")


class Worker:
    def __init__(self, *arguments: str, **environment: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if name != VARIABLE}
        self.process: subprocess.Popen[str] = Popen(
            [sys.executable, str(WORKER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**inherited, **environment},
        )
        self.folder = self.line()

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def say(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def count(self) -> None:
        self.say("count")
        assert self.line() == "counted"

    def shown(self) -> dict[str, float]:
        self.say("tell")
        lines = list(iter(self.line, "# END"))
        return {
            sample.name: sample.value
            for family in text_string_to_metric_families("\n".join(lines))
            for sample in family.samples
            if sample.name.endswith(("_count", "_bytes", "_ready"))
            or sample.labels.get("status") == "complete"
        }

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.end()


@pytest.mark.process
@pytest.mark.verifies("observability#3.6")
@pytest.mark.parametrize("named", [True, False], ids=["named folder", "under gunicorn"])
def test_any_worker_shows_the_sums_of_all(
    workers: list[Worker], tmp_path: Path, named: bool
) -> None:
    def start() -> Worker:
        found = Worker(**{VARIABLE: str(tmp_path / "m")}) if named else Worker("--gunicorn")
        workers.append(found)
        return found

    one, two = start(), start()
    before = one.shown()["process_resident_memory_bytes"]
    for worker in (one, two, two):
        worker.count()
    two.end()
    three = start()
    three.count()

    shown = three.shown()
    assert one.folder == two.folder == three.folder
    assert shown["shall_runs_total"] == shown["mcp_server_operation_duration_seconds_count"] == 4
    assert shown == pytest.approx(one.shown(), rel=0.2)
    # Two processes live, as before: what is told of memory counts both and not the dead one.
    assert shown["process_resident_memory_bytes"] == pytest.approx(before, rel=0.4)
    assert shown["shall_ready"] == 1


def test_the_number_of_a_dead_worker_may_be_another_programs_by_now(tmp_path: Path) -> None:
    def started_at(shared: Path | None) -> float:
        found = {it.name: it for it in ProcessesCollector(shared).collect()}
        return found["process_start_time_seconds"].samples[0].value

    (tmp_path / f"counter_{os.getppid()}.db").touch()  # lives, began before us, is not a worker

    assert started_at(tmp_path) == started_at(None)


@pytest.mark.process
def test_a_process_alone_shares_nothing(workers: list[Worker]) -> None:
    workers.append(Worker())

    assert workers[0].folder == "None"
    workers[0].count()
    assert workers[0].shown()["shall_runs_total"] == 1


@pytest.mark.process
def test_a_parent_makes_the_folder_fresh_and_removes_it(workers: list[Worker]) -> None:
    folders = []
    for _ in range(2):
        with sharing_metrics({}) as folder:
            assert list(folder.iterdir()) == []
            workers.append(Worker(**{VARIABLE: os.environ[VARIABLE]}))
            workers[-1].count()
            assert workers[-1].shown()["shall_runs_total"] == 1
            workers[-1].end()
            folders.append(folder)
        assert VARIABLE not in os.environ
        assert not folder.exists()
    assert folders[0] != folders[1]


def test_a_folder_that_is_named_is_emptied_and_stays(tmp_path: Path) -> None:
    (tmp_path / "counter_1.db").write_bytes(b"of an earlier server")
    (tmp_path / "notes.txt").write_text("mine")

    with sharing_metrics({VARIABLE: str(tmp_path)}) as folder:
        assert folder == tmp_path

    assert [it.name for it in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.process
def test_a_manager_that_loads_the_application_itself_is_known_from_its_parent() -> None:
    # A shell starts it, as an init system would: another program.
    program = f"{WORKER.read_text()}\nimport os\nprint(os.getpid())"
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "$0" --gunicorn; true', program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if name != VARIABLE},
    )

    folder, manager = done.stdout.split()
    assert re.fullmatch(rf"shall-metrics-\d+-\d+-{manager}-\d+", Path(folder).name)


@pytest.mark.process
def test_folders_of_parents_that_ended_are_removed(workers: list[Worker]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    left = folder_of(ended.pid)
    ended.wait()
    left.mkdir()
    (left / "counter_1.db").write_bytes(b"")

    workers.append(Worker("--gunicorn"))

    assert not left.exists()
    assert Path(workers[0].folder).is_dir()


def test_a_folder_that_somebody_else_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(sys.modules, "gunicorn", sys)
    (tmp_path / "target").mkdir()
    for manager in (os.getpid(), os.getppid()):
        folder_of(manager).symlink_to(tmp_path / "target")

    with pytest.raises(InvalidSetting, match="it belongs to another user"):
        shared_folder({})


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")

    with pytest.raises(InvalidSetting, match="cannot hold metrics"):
        shared_folder({VARIABLE: str(tmp_path / "a-file" / "m")})
