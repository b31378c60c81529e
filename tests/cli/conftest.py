import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Shall = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def shall(project: Path, process_coverage: dict[str, str]) -> Shall:
    """Types the shall command in the project's folder."""

    def run(
        *arguments: str, cwd: Path = project, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {
            key: it for key, it in os.environ.items() if not key.startswith(("SHALL_", "MCP_"))
        }
        return subprocess.run(
            [sys.executable, "-m", "shall", *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**clean, **process_coverage, "COLUMNS": "100", **environment},
        )

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
