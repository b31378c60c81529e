"""Files written for the earlier API test server run unchanged, against a real service."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = sorted(str(file.relative_to(HERE)) for file in HERE.glob("cases/**/*.yaml"))

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("forks")]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A project as the earlier server left it: cases, a file to upload, nothing of ours."""
    shutil.copytree(HERE / "cases", tmp_path / "tests" / "cases")
    shutil.copytree(HERE / "data", tmp_path / "data")
    return tmp_path


def run(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shall", "run", *arguments]
    return subprocess.run(
        command, cwd=workspace, check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.verifies("demo#2.2")
@pytest.mark.parametrize("case", CASES)
def test_each_file_passes(workspace: Path, httpbin: str, case: str) -> None:
    done = run(workspace, f"tests/{case}", "--host", httpbin, "--var", "tenant=acme")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.verifies("demo#2.2")
def test_all_files_pass_together(workspace: Path, httpbin: str) -> None:
    report = workspace / "report.json"
    done = run(workspace, "--host", httpbin, "--var", "tenant=acme", "--report-json", str(report))

    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = {case["name"]: case["outcome"] for case in json.loads(report.read_text())["cases"]}
    assert len(outcomes) == len(CASES)
    assert set(outcomes.values()) == {"passed"}


def test_a_check_that_does_not_hold_is_found(workspace: Path, httpbin: str) -> None:
    file = workspace / "tests" / "cases" / "form.yaml"
    text = file.read_text(encoding="utf-8").replace("expected: Bern", "expected: Basel")
    file.write_text(text, encoding="utf-8")

    done = run(workspace, "tests/cases/form.yaml", "--host", httpbin)

    assert done.returncode == 1
    assert "Basel" in done.stdout
