"""What is installed for unit cases, and where: never anything but pytest."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.results.records import CaseResult, Outcome

Write = Callable[..., None]
Run = Callable[..., CaseResult]


def equals(expected: Any, **more: Any) -> dict[str, Any]:
    return {"type": "equals", "expected": expected, **more}


@pytest.mark.verifies("unit#4.4")
def test_no_process_is_started_where_unit_cases_are_turned_off(
    project: Path, write: Write, run: Run
) -> None:
    (project / "shop/cart.py").write_text("open('ran', 'w')\n\ndef add(a): ...\n")
    write("add", equals(1))
    result = run(unit_tests=False)
    assert result.error is not None
    assert result.error.code == "unit.not_allowed"
    assert not (project / "ran").exists()


FAKE = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
*"-m pip"*) {pip} ;;
esac
[ -e {installed} ] && exec {python} "$@"
exec {python} -S "$@"
"""


@pytest.fixture
def environment(project: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a virtual environment without pytest; the log has what its python was asked."""

    def make(pip: str = "", *, is_own: bool = True) -> Path:
        log, installed = tmp_path / "log", tmp_path / "installed"
        file = project / ".venv/bin/python"
        file.parent.mkdir(parents=True)
        if is_own:
            (project / ".venv/pyvenv.cfg").write_text("")
        pip = pip or f"touch {installed}; exit 0"
        text = FAKE.format(log=log, pip=pip, installed=installed, python=sys.executable)
        file.write_text(text)
        file.chmod(0o755)
        return log

    return make


@pytest.mark.verifies("unit#4.1")
def test_where_nothing_may_be_installed_pip_is_never_started(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    log = environment()
    write("add", equals(1), case={"inputs": {"args": [1]}})

    result = run(auto_install_deps=False)

    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    command = ".venv/bin/python -m pip install pytest"
    assert result.error.params == {"python": ".venv/bin/python", "command": command}
    assert "driver.py" in log.read_text()
    assert "pip" not in log.read_text()


@pytest.mark.verifies("unit#3.1", "unit#4.2")
def test_pytest_and_nothing_else_is_installed_into_the_environment_of_the_workspace(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    log = environment()
    write("add", equals(1), case={"inputs": {"args": [1]}})

    assert run().outcome is Outcome.PASSED

    (line,) = [it for it in log.read_text().splitlines() if "pip" in it]
    assert line.split()[2:] == [
        *("-m", "pip", "install", "--no-input", "--disable-pip-version-check", "pytest"),
    ]


def test_an_installation_that_fails_is_named(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    environment(pip="echo no network; exit 1")
    write("add", equals(1))
    result = run()
    assert result.error is not None
    assert result.error.code == "unit.not_installed"
    assert result.error.params["reason"] == "no network"


@pytest.mark.verifies("unit#4.3")
def test_nothing_is_installed_into_an_interpreter_of_somebody_else(
    write: Write, run: Run, environment: Callable[..., Path], project: Path, tmp_path: Path
) -> None:
    log = environment(is_own=False)
    write("add", equals(1))
    result = run()
    assert result.error is not None
    assert result.error.code == "unit.no_pytest"
    elsewhere = tmp_path / "elsewhere"
    (project / ".venv").rename(elsewhere)
    (elsewhere / "pyvenv.cfg").write_text("")
    (project / ".venv").symlink_to(elsewhere)
    assert run().outcome is Outcome.ERROR
    (project / ".venv").unlink()
    assert run(python=elsewhere / "bin/python").outcome is Outcome.ERROR
    assert "pip" not in log.read_text()


def test_an_interpreter_that_cannot_be_started_is_named(
    write: Write, run: Run, project: Path
) -> None:
    write("add", equals(1))
    result = run(python=project / "nowhere")
    assert result.error is not None
    assert result.error.code == "unit.not_started"
