"""How `shall gate` judges, what it prints and how it exits."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.repository import commit

REQUIREMENTS = """### Requirement 1

#### Acceptance Criteria

1. A shall b
2. THE system SHOULD count
"""
Shall = Callable[..., Any]
WriteCase = Callable[..., None]


def write_requirements(project: Path, text: str = REQUIREMENTS, feature: str = "auth") -> None:
    file = project / f"specs/{feature}/requirements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def rules(project: Path, text: str) -> None:
    (project / "shall.yaml").write_text(text)


@pytest.fixture
def proved(shall: Shall, write_case: WriteCase, project: Path, service: Any) -> None:
    """A project of two criteria, both proved by a case."""
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    write_case("b", more='verifies: ["auth#1.2"]')
    shall("run", "--host", service.url)


@pytest.mark.verifies("gate#1.1", "gate#1.2")
@pytest.mark.usefixtures("proved")
def test_without_rules_every_criterion_must_be_proved(shall: Shall, project: Path) -> None:
    assert shall("gate").returncode == 0
    write_requirements(project, f"{REQUIREMENTS}3. A shall d\n")
    failed = shall("gate")
    assert failed.returncode == 1
    assert "auth#1.3 is untested" in failed.stdout


@pytest.mark.verifies("gate#1.1")
@pytest.mark.usefixtures("proved")
def test_without_rules_links_must_name_a_criterion_and_requirements_must_be_read(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("c", more='verifies: ["auth#7.7"]')
    assert "auth#7.7 is unknown" in shall("gate").stdout
    assert shall("gate").returncode == 1
    rules(project, "gate: {unknown_links: any}\n")
    assert shall("gate").returncode == 0
    (project / "specs/auth/requirements.md").write_text(
        f"{REQUIREMENTS}\n## Notes\n\nThe server SHALL also sing.\n"
    )
    unread = shall("gate")
    assert unread.returncode == 1
    assert "specs/auth/requirements.md:10" in unread.stdout
    rules(project, "gate: {unknown_links: any, unread: 1}\n")
    assert shall("gate").returncode == 0


@pytest.mark.verifies("gate#1.3")
def test_a_project_without_criteria_does_not_pass(shall: Shall, project: Path) -> None:
    rules(project, "gate: {minimum: 0, forbid: []}\n")
    refused = shall("gate")
    assert refused.returncode == 2
    assert "No criterion was found" in refused.stdout


@pytest.mark.verifies("gate#1.3")
@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize(
    "text", ["gate: {features: {login*: {minimum: 0}}}\n", "gate: {require: {may: proved}}\n"]
)
def test_a_rule_that_matches_nothing_does_not_pass(shall: Shall, project: Path, text: str) -> None:
    rules(project, text)
    assert shall("gate").returncode == 2


@pytest.mark.verifies("gate#1.2", "gate#1.3")
@pytest.mark.usefixtures("proved")
def test_an_unreadable_document_case_or_test_does_not_pass(shall: Shall, project: Path) -> None:
    (project / "specs/other").mkdir()
    (project / "specs/other/requirements.md").write_bytes(b"\xff")
    refused = shall("gate")
    assert refused.returncode == 2
    assert "specs/other/requirements.md" in refused.stdout
    (project / "specs/other/requirements.md").unlink()
    assert shall("gate").returncode == 0
    (project / "tests/test_broken.py").write_text("verifies = (\n")
    assert shall("gate").returncode == 2


@pytest.mark.verifies("gate#1.4")
@pytest.mark.usefixtures("proved")
def test_rules_set_the_percentage_and_the_statuses(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("b", path="/other", more='verifies: ["auth#1.2"]')
    stale = shall("gate")
    assert stale.returncode == 1
    assert "auth#1.2 is stale" in stale.stdout
    rules(project, "gate: {minimum: 50}\n")
    assert shall("gate").returncode == 1
    rules(project, "gate: {minimum: 50, forbid: [failing]}\n")
    assert shall("gate").returncode == 0
    rules(project, "gate: {minimum: 51, forbid: [failing]}\n")
    assert shall("gate").returncode == 1
    rules(project, "gate: {minimum: 50, forbid: [], require: {must: proved}}\n")
    assert shall("gate").returncode == 0
    rules(project, "gate: {minimum: 50, forbid: [], require: {should: [proved, partly]}}\n")
    assert "auth#1.2 (should) is stale, not partly or proved" in shall("gate").stdout
    assert shall("gate").returncode == 1


@pytest.mark.verifies("gate#1.5")
@pytest.mark.usefixtures("proved")
def test_the_last_matching_glob_has_the_rules_of_a_feature(shall: Shall, project: Path) -> None:
    write_requirements(project, "### Requirement 1\n\n1. B shall c\n", "labs-one")
    assert shall("gate").returncode == 1
    rules(project, "gate: {features: {labs-*: {minimum: 0}}}\n")
    assert shall("gate").returncode == 0
    rules(project, "gate: {features: {labs-*: {minimum: 0}, labs-one: {minimum: 1}}}\n")
    assert shall("gate").returncode == 2  # nothing is left for labs-*
    rules(project, "gate: {features: {labs-*: {minimum: 1}}}\n")
    assert shall("gate").returncode == 1


@pytest.mark.verifies("gate#1.7")
def test_a_proof_with_uncommitted_changes_fails_where_a_clean_tree_is_asked_for(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_requirements(project, "### Requirement 1\n\n1. A shall b\n")
    write_case("a", more='verifies: ["auth#1.1"]')
    rules(project, "gate: {clean_tree: true}\n")
    shall("run", "--host", service.url)
    assert shall("gate").returncode == 1  # no commit is known
    commit(project)
    write_case("a", path="/echo?x=1", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    assert "clean_tree" in shall("gate").stdout
    assert shall("gate").returncode == 1
    commit(project)
    write_case("a", path="/echo?x=2", more='verifies: ["auth#1.1"]')
    commit(project)
    shall("run", "--host", service.url)
    assert shall("gate").returncode == 0


@pytest.mark.verifies("gate#1.8")
@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gate:\n  minmum: 80\n", "shall.yaml:2:3"),
        ("gate:\n  minimum: 101\n", "shall.yaml:2:12"),
        ("gate:\n  forbid: [falling]\n", "falling is not a status"),
        ("gate:\n  require: {shall: proved}\n", "shall is neither"),
        ("gate:\n  features: {a: {unread: 0}}\n", "unknown rule unread"),
        ("gate:\n  max_age: 90\n", "such as 90d"),
        ("gate: strict\n", "shall.yaml:1"),
    ],
)
def test_a_wrong_rule_is_reported_with_its_line(
    shall: Shall, project: Path, text: str, said: str
) -> None:
    rules(project, text)
    refused = shall("gate")
    assert refused.returncode == 2
    assert said in refused.stderr


@pytest.mark.verifies("gate#1.10")
@pytest.mark.parametrize("wrong", ["<<<<<<< HEAD", '{"format": 2}', '{"at": "2026-1'])
@pytest.mark.parametrize("folder", ["evidence", "decisions"])
@pytest.mark.usefixtures("proved")
def test_a_line_that_nobody_can_read_may_say_that_something_failed(
    shall: Shall, project: Path, wrong: str, folder: str
) -> None:
    (project / ".shall" / folder).mkdir(exist_ok=True)
    (project / f".shall/{folder}/2020-01.jsonl").write_text(f"{wrong}\n")
    ended = shall("gate")
    assert ended.returncode == 2
    assert f".shall/{folder}/2020-01.jsonl:1" in ended.stdout
    assert "Delete it if it was never committed." in ended.stdout
    assert shall("trace").returncode == 2


@pytest.mark.verifies("gate#1.9")
@pytest.mark.usefixtures("proved")
def test_each_format_names_the_criterion_that_fails(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("b", path="/other", more='verifies: ["auth#1.2"]')
    data = json.loads(shall("gate", "--format", "json").stdout)
    assert data["verdict"] == "failed"
    assert data["counts"]["stale"] == 1
    [forbid] = [it for it in data["rules"] if it["rule"] == "forbid"]
    assert forbid["findings"][0]["line"] == 6
    suite = ET.fromstring(shall("gate", "--format", "junit").stdout)[0]
    assert suite.get("failures") == "2"
    assert suite.get("tests") == str(len(suite))
    sarif = json.loads(shall("gate", "--format", "sarif").stdout)
    assert {it["ruleId"] for it in sarif["runs"][0]["results"]} == {"gate.forbid", "gate.minimum"}
    annotations = shall("gate", "--format", "github").stdout
    assert "::error file=specs/auth/requirements.md,line=6" in annotations
    assert "auth#1.2" in shall("gate", "--format", "gitlab").stdout
    written = shall("gate", "--format", "markdown", "--output", str(project / "comment.md"))
    assert written.returncode == 1
    assert written.stdout == "The gate failed: 2 of 6 rules do not hold.\n"
    assert "auth#1.2 is stale" in (project / "comment.md").read_text()


@pytest.mark.usefixtures("proved")
def test_only_a_named_environment_counts(shall: Shall) -> None:
    assert shall("gate", "--environment", "live").returncode == 1


def evidence_lines(project: Path) -> list[str]:
    files = (project / ".shall/evidence").glob("*.jsonl")
    return [line for file in files for line in file.read_text().splitlines()]


def set_back(project: Path, days: int) -> None:
    """Date every line of evidence back."""
    for file in (project / ".shall/evidence").glob("*.jsonl"):
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        for line in lines:
            at = datetime.now(UTC) - timedelta(days=days)
            line["at"] = at.isoformat(timespec="microseconds")
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.verifies("gate#1.12")
def test_a_run_on_a_clean_commit_renews_the_evidence_of_a_dirty_one(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_requirements(project, "### Requirement 1\n\n1. A shall b\n")
    for name in ("a", "b"):
        write_case(name, more='verifies: ["auth#1.1"]')
    rules(project, "")
    shall("run", "--host", service.url)
    lines = [len(evidence_lines(project))]
    commit(project)
    shall("run", "--host", service.url)  # no rule asks for a clean commit
    lines.append(len(evidence_lines(project)))
    rules(project, "gate: {clean_tree: true}\n")
    shall("run", "--host", service.url)  # the rule is in no commit
    lines.append(len(evidence_lines(project)))
    assert shall("gate").returncode == 1
    commit(project)
    for _ in range(2):
        shall("run", "--host", service.url)
        lines.append(len(evidence_lines(project)))
        assert shall("gate").returncode == 0
    assert lines == [2, 2, 2, 4, 4]


@pytest.mark.verifies("gate#1.6")
@pytest.mark.usefixtures("proved")
def test_a_proof_expires_by_age_and_a_run_renews_it_in_time(
    shall: Shall, project: Path, service: Any
) -> None:
    rules(project, "gate: {max_age: 4w}\n")
    set_back(project, 29)
    expired = shall("gate")
    assert expired.returncode == 1
    assert "The proof of auth#1.1 is older than 28 d." in expired.stdout
    set_back(project, 13)
    files = sorted((project / ".shall/evidence").glob("*.jsonl"))
    before = [file.read_text() for file in files]
    assert shall("gate").returncode == 0
    shall("run", "--host", service.url)
    assert [file.read_text() for file in files] == before
    set_back(project, 15)
    shall("run", "--host", service.url)
    set_back_lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert len(set_back_lines) == 2 * len(before[0].splitlines())


@pytest.mark.verifies("gate#4.1", "gate#4.2", "gate#4.4")
def test_a_case_that_checks_something_else_than_its_criterion_says_is_reported(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_requirements(
        project, "### Requirement 1\n\n1. WHEN `/login` is asked, THE API SHALL answer 401.\n"
    )
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url)
    assert shall("gate").returncode == 0
    why = shall("trace", "--why", "auth#1.1")
    assert "auth#1.1 names the status 401, the path /login" in why.stdout
    rules(project, "gate: {unasserted: 0}\n")
    failed = shall("gate")
    assert failed.returncode == 1
    assert "specs/auth/requirements.md:3:4: auth#1.1 names the status 401" in failed.stdout
    rules(project, "gate: {unasserted: 0, minimum: 0, forbid: []}\n")
    write_case("a", path="/login", expected=401, more='verifies: ["auth#1.1"]')
    assert shall("gate").returncode == 0
    assert "names" not in shall("trace", "--why", "auth#1.1").stdout
