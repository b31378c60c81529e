"""What `shall baseline` writes, what `shall diff` shows and what the gate lets nobody lose."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import commit, git

HEAD = "### Requirement 1\n\n"
REQUIREMENTS = f"{HEAD}1. A shall b\n2. A shall count\n"
Shall = Callable[..., Any]
WriteCase = Callable[..., None]


def write_requirements(project: Path, text: str = REQUIREMENTS) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def baseline(project: Path) -> list[str]:
    return (project / ".shall/baseline.jsonl").read_text().splitlines()


def kinds(shall: Shall, *arguments: str) -> list[tuple[str, str]]:
    data = json.loads(shall("diff", "--format", "json", *arguments).stdout)
    return [(it["kind"], it["key"]) for it in data["changes"]]


@pytest.fixture
def proved(shall: Shall, write_case: WriteCase, project: Path, service: Any) -> None:
    """A project of two criteria, of which a case proves the first, and its baseline."""
    write_requirements(project)
    write_case("a", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="test")
    (project / "shall.yaml").write_text("gate: {minimum: 0}\n")
    assert shall("baseline").returncode == 0


@pytest.mark.verifies("gate#2.1", "gate#2.2")
@pytest.mark.usefixtures("proved")
def test_the_baseline_has_a_line_for_each_criterion_and_keeps_what_stays(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    first, second = baseline(project)
    row = json.loads(first)
    assert (row["key"], row["status"], row["text"]) == ("auth#1.1", "proved", "A shall b")
    assert row["environments"] == ["test"]
    assert row["run"]
    assert row["fingerprint"]
    assert json.loads(second)["status"] == "untested"
    write_case("b", more='verifies: ["auth#1.2"]')
    write_case("a", path="/echo?x=1", more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="test")
    shall("baseline")
    assert baseline(project)[0] == first
    assert json.loads(baseline(project)[1])["status"] == "proved"


@pytest.mark.verifies("gate#2.3")
@pytest.mark.usefixtures("proved")
def test_the_gate_fails_where_a_proved_criterion_is_lost_or_removed(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    assert shall("gate").returncode == 0
    write_case("a", path="/other", more='verifies: ["auth#1.1"]')
    (project / "shall.yaml").write_text("gate: {minimum: 0, forbid: []}\n")
    lost = shall("gate")
    assert lost.returncode == 1
    assert "auth#1.1 was proved in the baseline and is stale now" in lost.stdout
    write_case("a")
    write_requirements(project, f"{HEAD}2. A shall count\n")
    removed = shall("gate")
    assert removed.returncode == 1
    assert "auth#1.1 was proved in the baseline, and no document contains it" in removed.stdout
    shall("baseline")
    assert shall("gate").returncode == 0


@pytest.mark.verifies("gate#2.3")
@pytest.mark.usefixtures("proved")
def test_the_gate_fails_where_the_percentage_falls(shall: Shall, project: Path) -> None:
    write_requirements(project, f"{REQUIREMENTS}3. A shall sing\n")
    fallen = shall("gate")
    assert fallen.returncode == 1
    assert "33.3 % are proved, 50 % were in the baseline." in fallen.stdout


@pytest.mark.verifies("gate#2.4", "gate#2.7")
@pytest.mark.usefixtures("proved")
def test_a_criterion_with_another_key_is_judged_by_its_text(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    write_requirements(project, f"{HEAD}1. A shall count\n2. A shall b\n")
    assert "auth#1.2 was proved in the baseline and is untested now" in shall("gate").stdout
    write_case("a", more='verifies: ["auth#1.2"]')
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="test")
    assert shall("gate").returncode == 0
    assert kinds(shall) == [("moved", "auth#1.1"), ("moved", "auth#1.2")]


@pytest.mark.verifies("gate#2.5")
@pytest.mark.usefixtures("proved")
def test_a_baseline_that_cannot_be_read_does_not_pass(shall: Shall, project: Path) -> None:
    file = project / ".shall/baseline.jsonl"
    text = file.read_text()
    file.write_text(f"<<<<<<< ours\n{text}")
    refused = shall("gate")
    assert refused.returncode == 2
    assert ".shall/baseline.jsonl:1" in refused.stdout
    file.write_text(text.replace('"format": 1', '"format": 2'))
    assert "A newer release" in shall("gate").stdout
    target = project / "elsewhere"
    target.write_text(text)
    file.unlink()
    file.symlink_to(target)
    assert shall("gate").returncode == 2
    file.unlink()
    assert shall("gate").returncode == 0
    assert shall("gate", "--base", "nowhere").returncode == 2


@pytest.mark.verifies("gate#2.5")
@pytest.mark.usefixtures("proved")
def test_a_key_that_a_merge_left_twice_counts_as_proved(shall: Shall, project: Path) -> None:
    file = project / ".shall/baseline.jsonl"
    line = json.dumps({**json.loads(baseline(project)[0]), "status": "failing"})
    file.write_text(f"{file.read_text()}{line}\n")
    (project / "tests/cases/a.yaml").unlink()
    assert "auth#1.1 was proved" in shall("gate").stdout


@pytest.mark.usefixtures("proved")
def test_no_baseline_is_written_of_a_part(shall: Shall, project: Path) -> None:
    before = baseline(project)
    (project / "specs/other").mkdir()
    (project / "specs/other/requirements.md").write_bytes(b"\xff")
    assert shall("baseline").returncode == 2
    assert baseline(project) == before


@pytest.mark.verifies("gate#2.6", "gate#2.7", "gate#2.8")
@pytest.mark.usefixtures("proved")
def test_a_commit_is_compared_by_its_own_requirements_links_and_evidence(
    shall: Shall, write_case: WriteCase, project: Path, service: Any
) -> None:
    first = commit(project)
    write_requirements(
        project, f"{HEAD}1. A shall never b\n2. A shall count\n3. A shall d\n4. A shall e\n"
    )
    write_case("b", more='verifies: ["auth#1.2", "auth#1.4"]')
    shall("run", "tests/cases/b.yaml", "--host", service.url, SHALL_ENVIRONMENT="test")
    assert kinds(shall, "main") == [
        ("expired", "auth#1.1"),
        ("new without a test", "auth#1.3"),
        ("new", "auth#1.4"),
        ("newly proved", "auth#1.2"),
        ("newly proved", "auth#1.4"),
        ("reworded", "auth#1.1"),
    ]
    assert "A shall {+never +}b" in shall("diff", "main").stdout
    commit(project)
    assert kinds(shall, first, "HEAD") == kinds(shall, first)
    assert kinds(shall, "HEAD") == []
    assert kinds(shall, "HEAD", first)[-1] == ("reworded", "auth#1.1")
    assert ("removed", "auth#1.4") in kinds(shall, "HEAD", first)
    assert git(project, "status", "--porcelain") == ""
    assert "auth#1.1 was proved in HEAD~1" in shall("gate", "--base", "HEAD~1").stdout
    saved = project / "before.jsonl"
    saved.write_text((project / ".shall/baseline.jsonl").read_text())
    assert kinds(shall, str(saved)) == kinds(shall)


@pytest.mark.verifies("gate#2.7")
@pytest.mark.usefixtures("proved")
def test_a_case_that_fails_now_is_lost(shall: Shall, service: Any, write_case: WriteCase) -> None:
    write_case("a", expected=500, more='verifies: ["auth#1.1"]')
    shall("run", "--host", service.url, SHALL_ENVIRONMENT="test")
    assert kinds(shall) == [("lost", "auth#1.1")]


@pytest.mark.verifies("gate#2.12", "gate#2.13")
@pytest.mark.usefixtures("proved")
def test_the_gate_does_not_pass_without_the_baseline_that_was_committed(
    shall: Shall, project: Path
) -> None:
    commit(project)
    file = project / ".shall/baseline.jsonl"
    file.unlink()
    for arguments in ([], ["--base", "HEAD"]):
        refused = shall("gate", *arguments)
        assert refused.returncode == 2
        assert ".shall/baseline.jsonl was committed, and is missing." in refused.stdout
        assert "write it with `shall baseline`" in shall("gate", "--format", "json").stdout
    commit(project)  # a commit that removes it ends no rule either
    assert shall("gate").returncode == 2
    (project / "shall.yaml").write_text("gate: {minimum: 0, baseline: optional}\n")
    assert shall("gate").returncode == 0
    (project / "shall.yaml").write_text("gate: {minimum: 0}\n")
    assert shall("baseline").returncode == 0
    assert shall("gate").returncode == 0


@pytest.mark.verifies("gate#2.12")
@pytest.mark.usefixtures("proved")
def test_a_required_baseline_must_be_there_without_git_too(shall: Shall, project: Path) -> None:
    (project / ".shall/baseline.jsonl").unlink()
    assert shall("gate").returncode == 0
    (project / "shall.yaml").write_text("gate: {minimum: 0, baseline: required}\n")
    refused = shall("gate")
    assert refused.returncode == 2
    assert "gate.baseline is required, and .shall/baseline.jsonl is missing." in refused.stdout
    (project / "shall.yaml").write_text("gate: {minimum: 0, baseline: never}\n")
    assert "write one of required, committed, optional" in shall("gate").stderr


@pytest.mark.verifies("gate#2.12")
@pytest.mark.usefixtures("proved")
def test_an_empty_baseline_is_no_baseline(shall: Shall, project: Path) -> None:
    (project / ".shall/baseline.jsonl").write_text("\n")
    refused = shall("gate")
    assert refused.returncode == 2
    assert "The baseline has no criterion." in refused.stdout


@pytest.mark.verifies("gate#2.6")
@pytest.mark.parametrize("name", ["--help", "nowhere", "", "main:specs", "a\0b"])
def test_a_name_that_is_no_commit_is_refused(shall: Shall, project: Path, name: str) -> None:
    write_requirements(project)
    commit(project)
    assert shall("diff", "--format=text", "--", name).returncode == 2


@pytest.mark.verifies("gate#2.11")
@pytest.mark.usefixtures("proved")
def test_reading_a_commit_starts_no_program_of_the_repository(shall: Shall, project: Path) -> None:
    (project / ".gitattributes").write_text("*.md filter=bad diff=bad\n")
    commit(project)
    started = project / "started"
    for key in ("filter.bad.smudge", "diff.bad.textconv", "core.fsmonitor", "core.pager"):
        git(project, "config", key, f"touch {started}; cat")
    assert kinds(shall, "HEAD") == []
    assert not started.exists()


@pytest.mark.verifies("gate#2.11")
@pytest.mark.usefixtures("proved")
def test_reading_a_commit_follows_no_link_and_no_name_that_leads_out(
    shall: Shall, project: Path
) -> None:
    outside = project.parent / "outside.md"
    outside.write_text(f"{HEAD}1. The outside SHALL stay out.\n")
    (project / "specs/linked").mkdir()
    (project / "specs/linked/requirements.md").symlink_to(outside)
    commit(project)
    blob = git(project, "hash-object", "-w", str(outside))
    tree = subprocess.run(
        ["git", "mktree", "--missing"],
        cwd=project,
        input=f"100644 blob {blob}\t..\n".encode(),
        capture_output=True,
        check=False,
    )
    assert kinds(shall, "HEAD") == []
    if tree.returncode == 0:  # git itself may refuse to make such a tree
        made = git(project, "commit-tree", tree.stdout.decode().strip(), "-m", "bad")
        shall("diff", made)
    assert outside.read_text().count("outside") == 1


@pytest.mark.verifies("gate#2.9")
@pytest.mark.usefixtures("proved")
def test_the_comment_of_a_change_that_changes_nothing_is_two_lines(
    shall: Shall, write_case: WriteCase
) -> None:
    comment = shall("gate", "--format", "markdown").stdout
    assert comment.splitlines() == [
        "**✓ The gate passed: 7 rules hold.**",
        "",
        "1 of 2 criteria are proved (50 %); the baseline: 50 %. Nothing changed.",
    ]
    write_case("a", path="/other", more='verifies: ["auth#1.1"]')
    comment = shall("gate", "--format", "markdown").stdout
    assert "**Expired** (1)" in comment
    assert "`auth#1.1` proved → stale: A shall b" in comment


@pytest.mark.verifies("gate#2.10")
@pytest.mark.usefixtures("proved")
def test_the_comment_shows_the_text_of_a_requirement_as_text(shall: Shall, project: Path) -> None:
    write_requirements(
        project,
        f"{REQUIREMENTS}3. A shall ![x](http://evil/x.png) @team `rm` <b>go</b> **now** \x1b[31m\n",
    )
    comment = shall("gate", "--format", "markdown").stdout
    [line] = [it for it in comment.splitlines() if it.startswith("- `auth#1.3`")]
    for markup in ("![x]", "@team", "<b>", "**now**", "\x1b", " `rm`"):
        assert markup not in line


@pytest.mark.verifies("cli#1.8")
@pytest.mark.usefixtures("proved")
def test_what_changed_is_shown_in_the_language_of_the_terminal(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    shall("baseline")
    commit(project)
    write_requirements(project, f"{HEAD}1. A shall never b\n2. A shall d\n3. A shall count\n")
    write_case("c", more='verifies: ["auth#1.3"]')
    shown = shall("diff", SHALL_LANG="zh").stdout.splitlines()
    assert shown == [
        "证明失效        auth#1.1  已证明 → 存疑: A shall never b",
        "新增（无测试）  auth#1.2  未测试: A shall d",
        "已改写          auth#1.1  A shall {+never +}b",
        "编号变动        auth#1.3  原为 auth#1.2：A shall count",
    ]
    gate = shall("gate", SHALL_LANG="zh").stdout
    assert "与基线相比：" in gate
    assert "证明失效: auth#1.1" in gate
    assert "auth#1.1 在基线中已证明，现在是存疑。" in gate
    impact = shall("impact", SHALL_LANG="zh").stdout.splitlines()
    assert "需要查看的验收标准：" in impact
    assert "  auth#1.1  specs/auth/requirements.md:3:4  文本已改动" in impact
