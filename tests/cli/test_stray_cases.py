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
        shown = shall(command).stderr
        assert "these look like cases: api/cart.yml, api/login.yaml. Move them there" in shown
        assert "deploy.yaml" not in shown
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


@pytest.mark.verifies("cases#4.8")
def test_a_case_in_a_folder_shared_is_named_where_no_case_may_use_it(
    shall: Shall, project: Path
) -> None:
    case = "name: a\nsteps:\n  - GET: /a\n"
    for name in ("api/login.yaml", "api/shared/token.yaml", "old/shared/cart.yaml"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(case)

    for command in ("run", "trace", "doctor"):
        ended = shall(command)
        shown = ended.stdout + ended.stderr
        assert "these look like cases: api/login.yaml, old/shared/cart.yaml." in shown


@pytest.mark.verifies("cases#4.4")
def test_what_lacks_the_root_of_a_case_is_named(shall: Shall, project: Path) -> None:
    cases = project / "tests/cases"
    cases.mkdir(parents=True)
    for name, text in {
        "whole.yaml": CASE,
        "misspelled.yaml": CASE.replace("testcase", "tescase"),
        "bare.yml": "name: a\nsteps:\n  - get a\n",
        "rows.yaml": "- {name: a, n: 1}\n- name: b\n  steps: 3\n",
        "settings.yaml": "name: a\nvalue: 1\n",
        "api.yaml": "openapi: 3.1.0\nx:\n  steps: 3\n",
        "shared/login.yaml": "shared:\n  steps:\n    - GET: /a\n",
    }.items():
        (cases / name).parent.mkdir(exist_ok=True)
        (cases / name).write_text(text)
    named = "and are no cases: tests/cases/bare.yml, tests/cases/misspelled.yaml."
    for command in ("run", "list", "lint"):
        assert named in shall(command).stderr
    assert named in shall("doctor").stdout
    assert "are no cases" not in shall("lint", "specs").stderr
    for name in ("bare.yml", "misspelled.yaml"):
        (cases / name).unlink()
    for command in ("run", "list", "lint", "doctor"):
        result = shall(command)
        assert "are no cases" not in result.stderr + result.stdout


@pytest.mark.verifies("cases#4.5")
def test_links_to_cases_are_named_and_not_followed(
    shall: Shall, project: Path, tmp_path: Path
) -> None:
    cases, outside = project / "tests/cases", tmp_path / "outside"
    cases.mkdir(parents=True)
    outside.mkdir()
    (outside / "far.yaml").write_text(CASE)
    (cases / "near.yaml").write_text(CASE)
    (cases / "far.yaml").symlink_to(outside / "far.yaml")
    (cases / "more").symlink_to(outside)
    (cases / "rows.csv").symlink_to(outside / "rows.csv")
    named = "links are not followed: tests/cases/far.yaml, tests/cases/more."
    for command in ("run", "list"):
        done = shall(command)
        assert named in done.stderr
        assert ("1 error" if command == "run" else "Cases: 1.") in done.stdout
    done = shall("run", "tests/cases/far.yaml")
    assert "tests/cases/far.yaml is a symbolic link" in done.stderr
    assert done.returncode == 2
    assert "links" not in shall("run", "tests/cases/near.yaml").stderr


@pytest.mark.verifies("cases#4.9")
def test_an_ending_in_capitals_is_named(shall: Shall, project: Path) -> None:
    cases = project / "tests/cases"
    cases.mkdir(parents=True)
    for name in ("near.yaml", "far.YAML", "b.Yml", "NOTES.MD"):
        (cases / name).write_text(CASE)
    named = "the ending has capitals: tests/cases/b.Yml, tests/cases/far.YAML. Write the ending"
    for command in ("run", "list"):
        assert named in shall(command).stderr
    assert "capitals" not in shall("run", "tests/cases/far.YAML").stderr


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


@pytest.mark.verifies("cases#4.3")
def test_the_first_case_goes_where_the_new_settings_say(
    shall: Shall, project: Path, service: Any
) -> None:
    shall("init")
    settings = project / "shall.yaml"
    assert "\nhost: http://127.0.0.1:8000\n" in settings.read_text()

    settings.write_text(f"host: {service.url}/echo\n")

    assert shall("run").returncode == 0


@pytest.mark.verifies("cases#4.3")
def test_the_first_case_names_a_host_where_the_settings_of_others_have_none(
    shall: Shall, project: Path
) -> None:
    (project / "shall.yaml").write_text("# host: http://127.0.0.1:9000\n")
    shall("init")
    text = (project / "tests/cases/health.yaml").read_text()
    assert "\nhost: http://127.0.0.1:8000\n" in text
