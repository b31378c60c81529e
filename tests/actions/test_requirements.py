from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.actions import requirements
from shall.actions.requirements import read_specs
from shall.bootstrap import open_workspace
from shall.errors import InvalidSpec
from shall.settings import Settings
from shall.workspace.workspace import Workspace

HEAD = "### Requirement 1: A\n\n#### Acceptance Criteria\n\n"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(tmp_path, Settings(), keeps_state=False)
    yield workspace
    workspace.close()


def write(space: Workspace, feature: str, text: str) -> None:
    folder = space.root / "specs" / feature
    folder.mkdir(parents=True)
    (folder / "requirements.md").write_text(text)


@pytest.mark.verifies("defences#5.6")
def test_requirements_of_too_much_text_are_refused_with_their_place(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "DOCUMENT_CHARACTERS", 1000)
    monkeypatch.setattr(requirements, "ALL_CHARACTERS", 1500)
    for feature, size in {"a": 900, "b": 1001, "c": 100}.items():
        write(space, feature, "x" * size)
    with pytest.raises(InvalidSpec) as caught:
        read_specs(space)
    told = [f"{found.span}: {found.message}" for found in caught.value.diagnostics]
    assert told == [
        "specs/b/requirements.md:1:1: The document has more than 1,000 characters.",
        "specs/c/requirements.md:1:1: "
        "The documents up to this one have more than 1,500 characters.",
    ]


@pytest.mark.verifies("defences#5.6")
def test_of_many_problems_of_requirements_the_first_hundred_are_told(space: Workspace) -> None:
    write(space, "a", HEAD + f"{HEAD}1. THE system SHALL answer.\n\n" * 300)
    with pytest.raises(InvalidSpec) as caught:
        read_specs(space)
    assert len(caught.value.diagnostics) == 101
    assert caught.value.diagnostics[-1].message == "And 199 more problems."
