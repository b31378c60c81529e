"""Files that look like cases where no case is looked for, and the case that init writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]

CASE = "testcase:\n  name: a\n  steps: [{id: a, path: /a}]\n"


@pytest.fixture
def stray(project: Path) -> Path:
    for name in ("api/login.yaml", "api/cart.yml", "deploy.yaml"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("kind: Pod\n" if name == "deploy.yaml" else CASE)
    return project


@pytest.mark.verifies("cases#4.1")
@pytest.mark.parametrize("has_folder", [False, True])
def test_a_run_and_a_trace_that_find_nothing_name_what_looks_like_a_case(
    shall: Shall, stray: Path, has_folder: bool
) -> None:
    if has_folder:
        (stray / "tests/cases").mkdir(parents=True)
    for command in ("run", "trace"):
        told = shall(command).stderr
        assert "these look like cases: api/cart.yml, api/login.yaml. Move them there" in told
        assert "deploy.yaml" not in told
    assert "look like cases" not in shall("run", "none").stderr


@pytest.mark.verifies("cases#4.2")
def test_doctor_names_what_looks_like_a_case(shall: Shall, stray: Path) -> None:
    def cases() -> Any:
        findings = json.loads(shall("doctor", "--format", "json").stdout)
        return next(it for it in findings if it["check"] == "cases")

    assert cases()["health"] == "warn"
    assert "api/cart.yml" in cases()["message"]
    assert cases()["next_step"].startswith("Move them there")
    (stray / "tests").mkdir()
    (stray / "api").rename(stray / "tests/cases")
    assert cases()["health"] == "ok"


@pytest.mark.verifies("cases#4.3")
def test_the_first_case_follows_the_settings_and_folders(
    shall: Shall, project: Path, service: Any
) -> None:
    (project / "test_cases").mkdir()
    (project / "shall.yaml").write_text(f"host: {service.url}/echo\n")
    made = shall("init")
    assert "created  test_cases/health.yaml" in made.stdout
    assert "runs the cases in test_cases" in made.stdout
    assert not (project / "tests").exists()
    assert "host:" not in (project / "test_cases/health.yaml").read_text()
    assert shall("run").returncode == 0
    assert shall("trace", "--fail-under", "100").returncode == 0


@pytest.mark.verifies("cases#4.3")
def test_the_first_case_claims_no_criterion_of_a_document_that_was_there(
    shall: Shall, project: Path
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("### Requirement 1\n\n1. A shall b\n")
    shall("init")
    text = (project / "tests/cases/health.yaml").read_text()
    assert "verifies" not in text
    assert "host: http://127.0.0.1:8000" in text
