"""What `shall trace` says of a proof, and how it exits."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import git

REQUIREMENTS = "### Requirement 1\n\n1. A shall b\n2. A shall c\n"
Shall = Callable[..., Any]


def write_requirements(project: Path, text: str = REQUIREMENTS) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def evidence(project: Path) -> list[dict[str, Any]]:
    files = sorted((project / ".shall/evidence").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def statuses(shall: Shall, *arguments: str) -> dict[str, str]:
    data = json.loads(shall("trace", "--format", "json", "--exit-zero", *arguments).stdout)
    return {row["key"]: row["status"] for row in data["criteria"]}


@pytest.mark.verifies("tracing#4.1", "tracing#4.7")
def test_a_reworded_criterion_is_suspect_until_its_case_runs_again(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    assert shall("trace").returncode == 0
    write_requirements(project, REQUIREMENTS.replace("A shall b", "A shall never b"))
    traced = shall("trace")
    assert traced.returncode == 1
    assert "the requirement changed since" in traced.stdout
    assert "1 suspect" in traced.stderr
    assert shall("trace", "--exit-zero").returncode == 0
    assert shall("trace", "--fail-under", "0").returncode == 0
    assert shall("trace", "--fail-under", "1").returncode == 1
    shall("run", "--host", service.url)
    assert shall("trace").returncode == 0


@pytest.mark.verifies("tracing#4.2")
def test_a_criterion_that_was_renumbered_is_reported_and_not_proved(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    write_requirements(project, "### Requirement 1\n\n1. A shall z\n2. A shall b\n3. A shall c\n")
    assert statuses(shall) == {
        "auth#1.1": "suspect",
        "auth#1.2": "untested",
        "auth#1.3": "untested",
    }
    assert "verified as auth#1.1 is now auth#1.2" in shall("trace").stdout


@pytest.mark.verifies("tracing#4.3", "tracing#4.7")
def test_an_edited_case_is_stale_and_one_without_a_check_is_vacuous(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    write_case("a", path="/other", more='verifies: ["auth#1.1"]')
    assert statuses(shall)["auth#1.1"] == "stale"
    (project / "tests/cases/a.yaml").write_text(
        'testcase:\n  name: a\n  verifies: ["auth#1.1"]\n'
        "  steps: [{id: s, method: GET, path: /echo}]\n"
    )
    shall("run", "--host", service.url)
    assert statuses(shall)["auth#1.1"] == "vacuous"
    assert shall("trace").returncode == 1


@pytest.mark.verifies("tracing#4.6")
def test_a_criterion_is_proved_where_it_passed_in_each_listed_environment(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="test")
    assert statuses(shall)["auth#1.1"] == "proved"
    (project / "shall.yaml").write_text("environments: [test, live]\n")
    assert statuses(shall)["auth#1.1"] == "partly"
    assert statuses(shall, "--environment", "test")["auth#1.1"] == "proved"
    assert statuses(shall, "--environment", "live")["auth#1.1"] == "not run"
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="live")
    assert statuses(shall)["auth#1.1"] == "proved"


@pytest.mark.verifies("tracing#4.8", "tracing#4.9")
def test_why_shows_run_environment_commit_and_checks(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    write_case("b", more='verifies: ["auth#1.2"]')
    (project / ".gitignore").write_text(".shall/local/\n")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    commit = git(project, "rev-parse", "HEAD")
    shall("run", "tests/cases/a.yaml", "--host", service.url, SHALL_ENVIRONMENT="test")
    [line] = evidence(project)
    assert (line["commit"], line["is_dirty"]) == (commit, False)
    why = shall("trace", "--why", "auth#1.1").stdout
    for part in ("proved", "tests/cases/a.yaml", line["run_id"], "environment test", "1 check"):
        assert part in why
    assert f"commit {commit[:12]}, " in why
    write_case("b", path="/echo?x=1", more='verifies: ["auth#1.2"]')
    shall("run", "tests/cases/b.yaml", "--host", service.url, SHALL_ENVIRONMENT="test")
    assert evidence(project)[-1]["is_dirty"] is True
    assert "with uncommitted changes" in shall("trace", "--why", "1.2").stdout
    assert f"{commit[:7]} " in shall("trace", COLUMNS="140").stdout
    assert f"{commit[:7]}*" in shall("trace", COLUMNS="140").stdout


@pytest.mark.verifies("tracing#4.8")
def test_a_case_that_is_in_no_commit_makes_the_tree_dirty(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    (project / ".gitignore").write_text(".shall/local/\n")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    [line] = evidence(project)
    assert line["is_dirty"] is True


@pytest.mark.verifies("tracing#4.15")
@pytest.mark.parametrize(
    ("content", "changed"),
    [
        ('   ```json\n   {"total": 1}\n   ```\n', '   ```json\n   {"total": 2}\n   ```\n'),
        (
            "   | a | b |\n   | - | - |\n   | 1 | 2 |\n",
            "   | a | b |\n   | - | - |\n   | 1 | 3 |\n",
        ),
        (
            "   - as follows:\n\n     ~~~\n     x\n     ~~~\n",
            "   - as follows:\n\n     ~~~\n     y\n     ~~~\n",
        ),
    ],
)
def test_a_proof_ends_when_code_or_a_table_below_the_sentence_changes(
    shall: Shall,
    write_case: Callable[..., None],
    project: Path,
    service: Any,
    content: str,
    changed: str,
) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True)
    head = "### Requirement 1\n\n#### Acceptance Criteria\n\n"
    text = f"{head}1. THE shop SHALL answer:\n\n{{}}2. B SHALL c.\n"
    file.write_text(text.format(content))
    write_case("a", more='verifies: ["auth#1.1", "auth#1.2"]')
    shall("run", "--host", service.url)

    def statuses() -> list[str]:
        traced = shall("trace", "--format", "json", "--exit-zero").stdout
        return [it["status"] for it in json.loads(traced)["criteria"]]

    assert statuses() == ["proved", "proved"]
    file.write_text(f"intro\n\n{text.format(content)}")
    assert statuses() == ["proved", "proved"]
    file.write_text(text.format(changed))
    assert statuses() == ["suspect", "proved"]


@pytest.mark.verifies("tracing#4.9")
def test_why_suggests_near_keys_of_an_unknown_one(shall: Shall, project: Path) -> None:
    write_requirements(project)
    refused = shall("trace", "--why", "auth#1.9")
    assert refused.returncode == 2
    assert "auth#1.1" in refused.stderr


def test_a_link_that_names_no_criterion_fails_a_strict_trace(
    shall: Shall, write_case: Callable[..., None], project: Path
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#7.7"]')
    assert shall("trace").returncode == 0
    assert shall("trace", "--strict").returncode == 1


@pytest.mark.verifies("tracing#1.9")
def test_a_document_that_cannot_be_read_is_reported_beside_the_others(
    shall: Shall, project: Path
) -> None:
    write_requirements(project)
    broken = project / "specs/broken/requirements.md"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\xff")
    for more in ((), ("--exit-zero",), ("--fail-under", "0")):
        traced = shall("trace", *more)
        assert traced.returncode == 2
        assert "auth#1.1" in traced.stdout
        assert "specs/broken/requirements.md:1" in traced.stdout


@pytest.mark.verifies("tracing#10.1", "tracing#10.2")
def test_the_exports_for_other_tools_are_written(shall: Shall, project: Path) -> None:
    write_requirements(project)
    needs = json.loads(shall("trace", "--format", "needs").stdout)
    assert needs["project"] == project.name
    assert "REQ_AUTH_1_1" in needs["versions"][needs["current_version"]]["needs"]
    manifest = json.loads(shall("trace", "--format", "manifest").stdout)
    assert [row["status"] for row in manifest["rows"]][:1] == ["GAP"]
    assert manifest["gate"]["ok"] is False


@pytest.mark.verifies("tracing#4.18", "tracing#4.37")
@pytest.mark.parametrize(("expected", "status"), [(200, "stale"), (201, "failing")])
def test_a_case_that_cannot_be_read_any_more_leaves_nothing_proved(
    shall: Shall,
    write_case: Callable[..., None],
    project: Path,
    service: Any,
    expected: int,
    status: str,
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]', expected=expected)
    write_case("b", path="/echo?b", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    file = project / "tests/cases/a.yaml"
    file.write_text(f"{file.read_text()}  broken: [\n")
    assert statuses(shall)["auth#1.1"] == status
    for more in ((), ("--exit-zero",), ("--fail-under", "0")):
        traced = shall("trace", *more)
        assert traced.returncode == 2
        assert "auth#1.1" in traced.stdout
        assert "tests/cases/a.yaml:" in traced.stdout


@pytest.mark.verifies("tracing#4.33")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("b.yaml", "testcase:\n  name: b\n  verifies: ['auth#1.1']\n  stepz: []\n"),
        ("test_b.py", '@pytest.mark.verifies("auth#1.1")\ndef test_b()\n    assert False\n'),
    ],
)
def test_a_file_that_never_could_be_read_proves_nothing_that_it_names(
    shall: Shall,
    write_case: Callable[..., None],
    project: Path,
    service: Any,
    name: str,
    text: str,
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    assert statuses(shall)["auth#1.1"] == "proved"
    (project / "tests/cases" / name).write_text(text)
    assert statuses(shall)["auth#1.1"] == "partly"


@pytest.mark.verifies("tracing#10.3")
def test_reqif_without_its_extra_names_what_to_install(
    shall: Shall, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("### Requirement 1\n\n1. A SHALL b.\n")
    assert "<REQ-IF" in shall("trace", "--format", "reqif").stdout
    monkeypatch.delitem(sys.modules, "shall.specs.reqif_export")
    monkeypatch.setitem(sys.modules, "reqif.unparser", None)  # as if it were not installed
    refused = shall("trace", "--format", "reqif")
    assert refused.returncode == 2
    assert "ReqIF needs the extra reqif. Install it: pip install 'shall[reqif]'." in refused.stderr


@pytest.mark.verifies("matrix-pages#2.1")
def test_the_matrix_is_printed_as_one_file_with_the_status_of_the_other_formats(
    shall: Shall, write_case: Callable[..., None], project: Path, service: Any
) -> None:
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    write_requirements(project, REQUIREMENTS.replace("A shall b", "A shall never b"))
    (project / "CODEOWNERS").write_text("specs/ @team\n")

    printed = shall("trace", "--format", "html")

    assert printed.returncode == shall("trace").returncode == 1
    assert printed.stdout.startswith("<!doctype html>")
    assert '<tr id="auth-1.1" data-row>' in printed.stdout
    assert "the requirement changed since" in printed.stdout
    assert '"owner":["@team"]' in printed.stdout
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", printed.stdout)
