"""``shall approve``: an approval is of one text, and says by whom."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
PATH = "specs/auth/requirements.md"
TEXT = "### Requirement 1\n\n1. A shall b\n2. A shall c\n"


@pytest.fixture(autouse=True)
def _requirements(project: Path) -> None:
    file = project / PATH
    file.parent.mkdir(parents=True)
    file.write_text(TEXT)


def lines(project: Path) -> list[dict[str, Any]]:
    files = sorted((project / ".shall/decisions").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.verifies("mcp#3.1")
def test_an_approval_is_recorded_beside_the_evidence(shall: Shall, project: Path) -> None:
    assert "Nobody approved" in shall("approve", "--status", PATH).stdout
    ended = shall("approve", PATH, "--by", "Ann", "--note", "as discussed")
    assert ended.returncode == 0
    assert f"{PATH} was approved by Ann" in ended.stdout
    [line] = lines(project)
    assert (line["kind"], line["verdict"], line["by"]) == ("approval", "approved", "Ann")
    assert (line["source"], line["reason"]) == (PATH, "as discussed")
    assert len(line["source_fingerprint"]) == 16
    assert shall("approve", "--status", PATH).returncode == 0


@pytest.mark.verifies("mcp#3.2")
@pytest.mark.parametrize("change", [" ", "3. A shall d\n"])
def test_a_change_ends_the_approval(shall: Shall, project: Path, change: str) -> None:
    shall("approve", PATH, "--by", "Ann")
    (project / PATH).write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert shall("approve", "--status", PATH).returncode == 0
    (project / PATH).write_text(TEXT + change)
    ended = shall("approve", "--status", PATH)
    assert ended.returncode == 1
    assert f"{PATH} was changed since" in ended.stdout
    assert "what Ann decided about it no longer counts" in ended.stdout
    (project / PATH).write_text(TEXT)
    assert shall("approve", "--status", PATH).returncode == 0


def test_the_last_word_counts(shall: Shall) -> None:
    assert "Bot asked for the approval" in shall("approve", "--request", PATH, "--by", "Bot").stdout
    assert shall("approve", "--status", PATH).returncode == 1
    shall("approve", PATH, "--by", "Ann")
    refused = shall("approve", "--request", PATH, "--by", "Bot")
    assert refused.returncode == 2
    assert "is approved by Ann" in refused.stderr
    assert "was rejected by Eve" in shall("approve", "--reject", PATH, "--by", "Eve").stdout
    assert shall("approve", "--status", PATH).returncode == 1


def test_an_approval_proves_nothing(shall: Shall) -> None:
    shall("approve", PATH, "--by", "Ann")
    data = json.loads(shall("trace", "--format", "json").stdout)
    assert [row["status"] for row in data["criteria"]] == ["untested", "untested"]
    assert data["problems"] == []


def test_only_documents_of_the_workflow_are_approved(shall: Shall, project: Path) -> None:
    (project / "notes.md").write_text("x")
    assert "not a document of requirements" in shall("approve", "notes.md").stderr
    assert shall("approve", "specs/gone/requirements.md").returncode == 2


def test_the_answer_is_chinese_where_the_terminal_is(shall: Shall) -> None:
    ended = shall("approve", PATH, "--by", "Ann", SHALL_LANG="zh")
    assert f"{PATH} 已由 Ann 批准" in ended.stdout
