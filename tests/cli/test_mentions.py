"""Designs and tasks that mention criteria: shown, and no proof."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.specs.mentions import mentions_in


@pytest.mark.verifies("tracing#9.1")
@pytest.mark.parametrize(
    ("line", "references"),
    [
        ("**Validates: Requirements 1.1, 2.3**", ("1.1", "2.3")),
        ("Validates: Requirement 1.2.", ("1.2",)),
        ("**验证需求：1.1、1.2**", ("1.1", "1.2")),
        ("  - _Requirements: 1.1-1.3, 5_", ("1.1", "1.2", "1.3", "5")),
        ("  - _需求: 所有_", ("*",)),
        ("  _Requirements: All_", ("*",)),
        ("- _Requirements: [FR-001], (1.2)_", ("FR-001", "1.2")),
        ("_Requirements: 1.1-1.9999_", ("1.1-1.9999",)),
        ("The requirements: 1.1 are met.", ()),
    ],
)
def test_the_forms_of_a_reference_are_read(line: str, references: tuple[str, ...]) -> None:
    found = [it.references for it in mentions_in(f"# A\n{line}\n", "tasks.md", "task")]
    assert found == ([references] if references else [])


@pytest.mark.verifies("tracing#9.1", "tracing#9.2", "tracing#9.3")
def test_a_design_and_a_task_are_shown_with_the_criterion_and_prove_nothing(
    shall: Callable[..., Any], project: Path
) -> None:
    folder = project / ".kiro/specs/auth"
    folder.mkdir(parents=True)
    (folder / "requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n"
        "1. THE API SHALL b\n2. THE API SHALL c\n3. ~~THE API SHALL d~~\n"
    )
    (folder / "design.md").write_text(
        "## Tokens\n\n```\n_Requirements: 1.9_\n```\n\n**Validates: Requirements 1.1**\n"
    )
    (folder / "tasks.md").write_text(
        "- [x] 1. Store\n  - _Requirements: 1_\n- [ ] 2.1 Show\n  - _Requirements: 1.2, 1.3, 1.7_\n"
    )
    why = shall("trace", "--why", "auth#1.1").stdout
    assert "untested" in why
    assert "auth/design.md:7:3  design Tokens" in why
    assert "auth/tasks.md:2:5  task 1 [x] Store" in why
    data = json.loads(shall("trace", "--format", "json").stdout)
    assert [row["status"] for row in data["criteria"]] == ["untested", "untested"]
    (problem,) = data["problems"]
    assert (problem["code"], problem["line"]) == ("link.unknown-criterion", 4)
    assert problem["message"] == "auth#1.7 is unknown."
    second = data["criteria"][1]["mentions"]
    assert [(it["number"], it["state"]) for it in second] == [("1", "x"), ("2.1", " ")]
