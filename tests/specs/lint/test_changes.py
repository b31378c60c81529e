"""What a change of OpenSpec would lose."""

from collections.abc import Callable
from typing import Any

import pytest

Check = Callable[..., Any]

RENAMED = """\
## RENAMED Requirements
- FROM: `### Requirement: Ringing`
- TO: `### Requirement: Chiming`
"""
MODIFIED = "## MODIFIED Requirements\n### Requirement: {title}\nThe shop SHALL ring twice.\n"
SCENARIO = "#### Scenario: {title}\n- **WHEN** the bell is pressed\n- **THEN** it rings\n"


def dropped(found: Any) -> list[str]:
    return [f"{it.span}: {it.message}" for it in found if it.code == "S138"]


@pytest.mark.verifies("lint#1.12")
def test_a_modified_requirement_that_leaves_out_a_scenario_is_reported(check: Check) -> None:
    text = MODIFIED.format(title="Ringing") + SCENARIO.format(title="Rope is pulled")
    assert dropped(check(text)) == [
        "openspec/changes/twice/specs/a/spec.md:2:5: This change leaves out the scenario"
        " bell-is-pressed (openspec/specs/a/spec.md:7:6), so archiving it deletes that."
    ]


@pytest.mark.verifies("lint#1.12")
def test_a_requirement_that_is_renamed_and_modified_is_compared_with_the_former(
    check: Check,
) -> None:
    text = RENAMED + MODIFIED.format(title="Chiming")
    assert len(dropped(check(text))) == 1
    assert not dropped(check(text + SCENARIO.format(title="Bell is pressed")))


@pytest.mark.verifies("lint#1.12")
def test_a_requirement_that_is_only_renamed_or_removed_leaves_nothing_out(check: Check) -> None:
    assert not dropped(check(RENAMED))
    removed = "## MODIFIED Requirements\n## REMOVED Requirements\n### Requirement: Ringing\n"
    assert not dropped(check(removed))
