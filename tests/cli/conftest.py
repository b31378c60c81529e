import importlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from shall.bootstrap import open_project
from shall.cli.commands import main
from shall.settings import Settings
from shall.workspace.workspace import Workspace


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit status."""

    returncode: int
    stdout: str
    stderr: str


Shall = Callable[..., Ended]


@contextmanager
def closing_projects(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close at the end what a command leaves to the end of its process: some ten descriptors."""
    opened: list[Workspace] = []

    def opening(root: Path, settings: Settings) -> Workspace:
        opened.append(open_project(root, settings))
        return opened[-1]

    for name in ("demo", "doctor", "init", "lint", "options", "record", "run"):
        # Imported first, as by its command: else the first one of a process stays open.
        patch.setattr(importlib.import_module(f"shall.cli.{name}"), "open_project", opening)
    yield
    for workspace in opened:
        workspace.close()


@pytest.fixture
def shall(project: Path, monkeypatch: pytest.MonkeyPatch) -> Shall:
    """Runs the shall command in this process, as if it was typed in the project's folder."""

    def run(*arguments: str, cwd: Path = project, **environment: str) -> Ended:
        out, errors = io.StringIO(), io.StringIO()
        with (
            monkeypatch.context() as patch,
            redirect_stdout(out),
            redirect_stderr(errors),
            closing_projects(patch),
        ):
            patch.chdir(cwd)
            # As in a process, warnings go to stderr: pytest's own handlers would keep them.
            patch.setattr(logging.getLogger(), "handlers", [])
            for name in [name for name in os.environ if name.startswith(("SHALL_", "MCP_"))]:
                patch.delenv(name)
            for name, value in {"COLUMNS": "100", **environment}.items():
                patch.setenv(name, value)
            try:
                status = main(arguments)
            except SystemExit as end:  # argparse ends the process
                status = int(end.code or 0)
        return Ended(status, out.getvalue(), errors.getvalue())

    return run


@pytest.fixture
def shall_process(
    project: Path,
    process_coverage: dict[str, str],
    forks: None,  # noqa: ARG001
) -> Shall:
    """Runs the shall command as a process: what ``shall`` does not see."""

    def run(*arguments: str, cwd: Path = project, **environment: str) -> Ended:
        clean = {
            key: it for key, it in os.environ.items() if not key.startswith(("SHALL_", "MCP_"))
        }
        ended = subprocess.run(
            [sys.executable, "-m", "shall", *arguments],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**clean, **process_coverage, "COLUMNS": "100", **environment},
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def write_case(project: Path) -> Callable[..., None]:
    """Writes a case of one request."""

    def write(name: str, path: str = "/echo", more: str = "", expected: int = 200) -> None:
        file = project / f"tests/cases/{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"""testcase:
  name: {name}
  {more}
  steps:
    - id: get
      path: {path}
      method: GET
      assert:
        - {{type: status_code, expected: {expected}}}
"""
        )

    return write
