"""The setting `scratch`: the folders in which teardowns of cases may delete files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]

CASE = """testcase:
  name: the report is exported
  steps: [{GET: /echo/exports, expect: {status: 200}}]
  teardowns: [{delete_files: [out/a.csv, PATH]}]
"""


@pytest.fixture
def files(project: Path, service: Any) -> tuple[Path, Path]:
    """Two files that a case left behind, and a project that lets it delete the first."""
    (project / "shall.yaml").write_text(f"host: {service.url}\nscratch: [./out/]\n")
    (project / "tests/cases").mkdir(parents=True)
    found = project / "out/a.csv", project / "docs/a.csv"
    for path in found:
        path.parent.mkdir()
        path.write_text("left behind")
    return found


@pytest.mark.verifies("engine#3.15")
def test_a_run_deletes_what_is_below_the_folders_of_the_settings(
    shall: Shall, project: Path, files: tuple[Path, Path]
) -> None:
    (project / "tests/cases/a.yaml").write_text(CASE.replace("PATH", "out/b.csv"))
    ended = shall("run")
    assert ended.returncode == 0, ended.stdout
    assert [it.exists() for it in files] == [False, True]


@pytest.mark.verifies("engine#3.16")
def test_a_refused_path_is_shown_beside_the_outcome_of_its_case(
    shall: Shall, project: Path, files: tuple[Path, Path]
) -> None:
    (project / "tests/cases/a.yaml").write_text(CASE.replace("PATH", "docs/a.csv"))
    ended = shall("run")
    assert ended.returncode == 1
    said = " ".join(ended.stdout.split())
    assert "docs/a.csv is not deleted: it is not below out." in said
    assert [it.exists() for it in files] == [True, True]


@pytest.mark.verifies("engine#3.16")
@pytest.mark.parametrize("folder", ["../out", "/", ".", "~", ".shall", "out/.git"])
def test_a_folder_outside_of_the_workspace_or_hidden_is_refused(
    shall: Shall, project: Path, folder: str
) -> None:
    (project / "shall.yaml").write_text(f"scratch: ['{folder}']\n")
    ended = shall("run")
    assert ended.returncode != 0
    assert f"'{folder}' is not a folder in the workspace" in " ".join(ended.stderr.split())
