"""Every sentence that a command prints is in the chosen language."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CHINESE = re.compile("[\u4e00-\u9fff]")


def left_in_english(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.strip() and not CHINESE.search(line)]


@pytest.mark.verifies("cli#1.8")
def test_init_and_trace_are_chinese_where_that_is_asked_for(
    shall: Callable[..., Any], project: Path
) -> None:
    empty = shall("trace", "--fail-under", "50", SHALL_LANG="zh")
    made = shall("init", SHALL_LANG="zh")
    again = shall("init", SHALL_LANG="zh")
    case = project / "tests/cases/health.yaml"
    case.write_text(case.read_text().replace("default#1.1", "default#1.9"))
    (project / "tests/cases/b.yaml").write_text(
        "testcase:\n  name: b\n  verifies: ['9.9', '1.1']\n  steps: [{id: a, path: /a}]\n"
    )
    for name in ("auth", "cart"):
        (project / "specs" / name).mkdir()
        (project / "specs" / name / "requirements.md").write_text(
            "### Requirement 1\n\n1. A shall b\n"
        )
    traced = shall("trace", "--fail-under", "50", SHALL_LANG="zh")
    for ended in (empty, made, again, traced):
        assert left_in_english(ended.stdout + ended.stderr) == []
    assert "untested" not in traced.stdout
    assert "创建   specs/requirements.md" in made.stdout
    assert "有歧义" in traced.stdout
