"""Where requirements may lie: whatever is read of a workspace lies in one of those places."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.actions.requirement_places import may_have_requirements
from shall.actions.requirements import read_specs
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.workspace.workspace import Workspace

TEXT = """\
### Requirement 1: A

#### Acceptance Criteria

1. WHEN a client asks, THE system SHALL answer.
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(tmp_path, Settings(), keeps_state=False)
    yield workspace
    workspace.close()


@pytest.mark.verifies("cli#4.3")
@pytest.mark.parametrize(
    "path",
    [
        "specs/requirements.md",
        "specs/a/requirements.md",
        "specs/a/spec.md",
        ".kiro/specs/a/requirements.md",
        ".spec-workflow/specs/a/requirements.md",
        "openspec/specs/a/spec.md",
        "openspec/changes/b/specs/a/spec.md",
        "requirements.md",
        "spec.md",
        "docs/requirements.md",
        "docs/specs/a.md",
        "requirements/a.md",
    ],
)
def test_a_place_that_is_read_may_have_requirements(space: Workspace, path: str) -> None:
    (space.root / path).parent.mkdir(parents=True, exist_ok=True)
    (space.root / path).write_text(TEXT)

    specs = read_specs(space)

    assert specs.features or specs.unread
    assert may_have_requirements(space)


@pytest.mark.verifies("cli#4.3")
def test_a_place_that_the_settings_name_may_have_requirements(space: Workspace) -> None:
    assert may_have_requirements(replace(space, specs=("doc/**",)))


@pytest.mark.verifies("cli#4.3")
def test_a_project_without_such_a_place_has_none(space: Workspace) -> None:
    (space.root / "README.md").write_text(TEXT)

    assert not may_have_requirements(space)
    assert not read_specs(space).features
