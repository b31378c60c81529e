"""Processes that the tests fork are like those that ``subprocess`` starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.forked import Popen
from tests.pytest_support.sessions import WITHOUT

pytestmark = pytest.mark.process

SHALL = [sys.executable, "-m", "shall"]


@pytest.mark.parametrize("arguments", [["config"], ["config", "--nonsense"], ["--version"]])
def test_a_forked_command_prints_and_ends_as_a_started_one(
    tmp_path: Path, arguments: list[str]
) -> None:
    def ended(start: type[subprocess.Popen[Any]]) -> tuple[int, str, str]:
        environment = {**os.environ, "SHALL_SERVER_NAME": "of its own"}
        pipes: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
        process = start([*SHALL, *arguments], cwd=tmp_path, env=environment, text=True, **pipes)
        printed, errors = process.communicate(timeout=60)
        return process.returncode, printed, errors

    assert ended(Popen) == ended(subprocess.Popen)


def test_a_forked_server_is_a_child_that_signals_end(tmp_path: Path) -> None:
    process = Popen([*SHALL, "serve"], cwd=tmp_path, stdin=subprocess.PIPE, start_new_session=True)
    assert (os.getpgid(process.pid), os.getsid(process.pid)) == (process.pid, process.pid)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    assert process.stdin is not None
    process.stdin.close()


WORKER = """\
import os, pathlib, sys, pytest

@pytest.mark.parametrize("number", range(4))
def test_a(number):
    assert "shall.serve.app" in sys.modules  # which none of this imports
    pathlib.Path(f"worker-{os.getpid()}").write_text(f"{os.getppid()}")
"""


def test_workers_of_pytest_xdist_are_forked_children_of_the_process_that_starts_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_a.py").write_text(WORKER)
    process = Popen([sys.executable, "-m", "pytest", *WITHOUT, "-n", "2"], cwd=tmp_path)
    assert process.wait(60) == 0
    parents = [int(it.read_text()) for it in tmp_path.glob("worker-*")]
    assert parents == [process.pid] * 2


def test_processes_are_measured_only_where_a_test_asks_for_it() -> None:
    assert [name for name in os.environ if name.startswith("COVERAGE_PROCESS_")] == []
