"""Unit cases of document O: what is installed for them, and where."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]
Asked = Callable[[], list[str]]

PYTHON = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
*"-m pip"*) touch "{installed}"; exit 0 ;;
esac
[ -e "{installed}" ] && exec "{python}" "$@"
exec "{python}" -S "$@"
"""
"""A python without pytest, until pip was called; it logs its arguments."""

UNIT = {
    "name": "adding",
    "target": {"module": "calc", "function": "add"},
    "cases": [
        {
            "id": "sum",
            "inputs": {"args": [2, 3]},
            "assert": [{"type": "equals", "expected": 5}],
        }
    ],
}


@pytest.fixture
def asked(project: Path, tmp_path: Path) -> Asked:
    """Gives what the python in the workspace's .venv was asked, a line for each call."""
    log, installed = tmp_path / "asked", tmp_path / "installed"
    (project / "calc.py").write_text("def add(a, b):\n    return a + b\n")
    python = project / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").write_text("")
    python.write_text(PYTHON.format(log=log, installed=installed, python=sys.executable))
    python.chmod(0o755)
    return lambda: log.read_text().splitlines()


async def results(server: Any, connect: Any) -> dict[str, Any]:
    """Write the unit case and run it; return the answer of the run."""
    path = "tests/cases/adding.yaml"
    async with connect(f"{server.url}/mcp") as client:
        written = await client.call_tool("write_unittest", {"yaml_path": path, "unittest": UNIT})
        assert written.structured_content["written_files"] == [path]
        ran = await client.call_tool("run_tests", {"yaml_path": path})
    found: dict[str, Any] = ran.structured_content
    return found


async def test_o12_pytest_is_installed_by_default_into_the_workspaces_own_environment(
    serve_api: Start, connect: Any, asked: Asked
) -> None:
    run = await results(serve_api(), connect)

    assert (run["total"], run["passed"]) == (1, 1), run
    installing = [line for line in asked() if "pip" in line]
    assert len(installing) == 1
    assert installing[0].endswith("-m pip install --no-input --disable-pip-version-check pytest")


async def test_o12_o24_with_0_pip_is_never_called_and_what_is_missing_is_said(
    serve_api: Start, connect: Any, asked: Asked
) -> None:
    run = await results(serve_api(ATF_AUTO_INSTALL_DEPS="0"), connect)

    assert run["passed"] == 0
    assert asked()
    assert [line for line in asked() if "pip" in line] == []
    said = json.dumps(run)
    assert "pytest is missing" in said
    assert ".venv/bin/python -m pip install pytest" in said
