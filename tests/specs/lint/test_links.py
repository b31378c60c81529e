"""Rules about what designs and tasks name."""

from collections.abc import Callable
from typing import Any

import pytest

Check = Callable[..., Any]

REQUIREMENTS = """\
### Requirement 1: Bell

#### Acceptance Criteria

1. THE shop SHALL ring.
2. THE shop SHALL stop.
3. ~~THE shop SHALL hum.~~

## Notes

NFR1.1 is about speed.
"""


def places(found: Any) -> list[tuple[str, str, int]]:
    return [(it.code, it.span.file, it.span.line) for it in found if it.code in CODES]


CODES = ("S135", "S136", "S137")


@pytest.mark.verifies("lint#1.9")
def test_a_reference_to_nothing_is_reported_and_prose_is_not(check: Check) -> None:
    tasks = (
        "- [ ] 1. Ring\n  - _Requirements: all, 1.4, R1.1, Bell, 1.3, NFR1.1, NFR1.2, UI needs_\n"
    )
    found = check(REQUIREMENTS, tasks=tasks)
    assert places(found) == [("S135", "docs/task.md", 2)] * 2
    assert [it.message for it in found if it.code == "S135"] == [
        "1.4 names no criterion of a.",
        "NFR1.2 names no criterion of a.",
    ]


@pytest.mark.verifies("lint#1.10")
def test_a_task_without_criteria_is_reported_only_beside_tasks_with_some(check: Check) -> None:
    tasks = (
        "- [ ] 1. Ring\n  - _Requirements: all_\n  - [ ] 1.1 Cast\n- [ ] 2. Paint\n"
        "- [ ] 3. Hang\n  - [ ] 3.1 Lift\n    - _Requirements: 1.1_\n  - [ ] 3.2 Drop\n"
        "- [ ] 4. Checkpoint\n"
    )
    assert places(check(REQUIREMENTS, tasks=tasks)) == [("S136", "docs/task.md", 4)]
    assert not places(check(REQUIREMENTS, tasks="- [ ] 1. Ring\n- [ ] 2. Paint\n"))
    stories = "- [ ] T001 [US1] Ring\n- [ ] T002 Paint\n"
    assert "S136" not in {it.code for it in check(REQUIREMENTS, tasks=stories)}


@pytest.mark.verifies("lint#1.10")
def test_a_section_without_criteria_is_reported_only_beside_sections_with_some(
    check: Check,
) -> None:
    covers = "**Validates: Requirements 1.1**"
    design = (
        "# Design\n\n## Overview\n\n## Properties\n\n"
        f"### One\n\n{covers}\n\n### Two\n\n{covers}\n\n### Three\n\n## Rest\n\n### Four\n"
    )
    assert places(check(REQUIREMENTS, design=design)) == [("S136", "docs/design.md", 15)]


@pytest.mark.verifies("lint#1.11")
def test_a_criterion_without_a_task_is_reported_where_others_have_one(check: Check) -> None:
    tasks = "- [ ] 1. Ring\n  - _Requirements: 1.1_\n"
    assert places(check(REQUIREMENTS, tasks=tasks)) == [("S137", "docs/a.md", 6)]
    assert not places(check(REQUIREMENTS))
    silent = REQUIREMENTS.replace("stop.", "stop. <!-- shall: ignore S137 later -->")
    assert not places(check(silent, tasks=tasks))
