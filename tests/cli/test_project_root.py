"""Which folder a command works in, and that a command that did nothing leaves nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.bootstrap import project_folder, unused_state

Shall = Callable[..., Any]


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.verifies("workspace#2.10")
@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "none.yaml"),
        ("run", "--tag", "none"),
        ("trace",),
        ("trace", "--feature", "none"),
        ("doctor",),
        ("doctor", "--repair"),
        ("config",),
        ("backup",),
    ],
)
def test_a_command_that_did_nothing_creates_nothing(
    shall: Shall, project: Path, arguments: tuple[str, ...]
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    before = everything_below(project)
    shall(*arguments)
    assert everything_below(project) == before


@pytest.mark.verifies("workspace#2.10")
def test_a_run_creates_the_state(
    shall: Shall, project: Path, write_case: Callable[..., None], service: Any
) -> None:
    write_case("a")
    assert shall("run", "--host", service.url).returncode == 0
    assert (project / ".shall/local/shall.db").is_file()


@pytest.mark.verifies("workspace#2.8")
@pytest.mark.parametrize(
    ("markers", "start", "root"),
    [
        ([".git/"], "a/b", ""),
        (["shall.yaml"], "a/b", ""),
        (["a/shall.yaml", ".git/"], "a/b", "a"),
        (["shall.yaml", "a/.git/"], "a/b", "a"),
        (["a/.git", "shall.yaml"], "a/b", "a"),
        ([".shall/"], "a/b", "a/b"),
        (["a/.shall/", ".git/"], "a/b", ""),
    ],
)
def test_the_root_is_the_nearest_settings_file_or_repository(
    tmp_path: Path, markers: list[str], start: str, root: str
) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    for marker in markers:
        path = tmp_path / marker
        path.mkdir() if marker.endswith("/") else path.touch()
    assert project_folder(tmp_path / start) == tmp_path / root


@pytest.mark.verifies("workspace#2.8")
def test_a_home_folder_is_not_the_root_of_what_lies_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop").mkdir()
    assert project_folder(tmp_path / "shop") == tmp_path / "shop"
    assert project_folder(tmp_path) == tmp_path


@pytest.mark.verifies("workspace#2.9")
def test_a_project_that_has_only_a_state_folder_gets_the_next_step(
    shall: Shall, project: Path, write_case: Callable[..., None], service: Any
) -> None:
    write_case("a")
    assert shall("run", "--host", service.url).returncode == 0
    assert shall("trace").stderr.count("is ignored") == 0
    below = shall("run", "cases", cwd=project / "tests", SHALL_HOST=service.url)
    assert f"{project}/.shall is ignored" in below.stderr
    assert f"create {project}/shall.yaml" in below.stderr
    shutil.rmtree(project / "tests/.shall")
    (project / "shall.yaml").touch()
    again = shall("run", "cases", "--host", service.url, cwd=project / "tests")
    assert again.returncode == 0
    assert "is ignored" not in again.stderr


@pytest.mark.verifies("workspace#2.9")
def test_state_outside_the_repository_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / ".shall").mkdir()
    (tmp_path / "shop/.git").mkdir(parents=True)
    assert unused_state(tmp_path / "shop") is None


@pytest.mark.verifies("workspace#2.11")
@pytest.mark.parametrize(
    ("steps", "reason"),
    [("", "`steps` is missing"), ("  steps:\n    - GET: /a\n", "The path /a has no host")],
)
def test_a_run_whose_case_cannot_run_is_stored_with_the_reason(
    shall: Shall, project: Path, steps: str, reason: str
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text(f"testcase:\n  name: a\n{steps}")

    assert shall("run").returncode == 2

    (case,) = json.loads(shall("report", "--format", "json").stdout)["cases"]
    assert case["outcome"] == "error"
    assert reason in str(case)
