"""Requirements documents that are too large, too deep, or not where they seem to be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.actions.requirements import read_specs
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.workspace.workspace import Workspace

GOOD = "### Requirement 1: A\n\n#### Acceptance Criteria\n\n1. THE shop SHALL open.\n"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    root = tmp_path / "project"
    for feature in ("good", "bad"):
        (root / "specs" / feature).mkdir(parents=True)
        (root / "specs" / feature / "requirements.md").write_text(GOOD)
    workspace = open_workspace(root, Settings(), keeps_state=False)
    yield workspace
    workspace.close()


def bad(space: Workspace) -> Path:
    return space.root / "specs/bad/requirements.md"


@pytest.mark.verifies("defences#5.6", "tracing#1.9")
def test_a_document_of_50_mb_is_refused_and_hides_no_other(space: Workspace) -> None:
    with bad(space).open("wb") as file:
        file.truncate(50 << 20)
    specs = read_specs(space)
    assert [it.key for it in specs.criteria()] == ["good#1.1"]
    [problem] = specs.problems
    assert problem.span is not None
    assert problem.span.file == "specs/bad/requirements.md"


@pytest.mark.verifies("tracing#1.9")
def test_a_link_that_leads_out_of_the_workspace_is_not_followed(space: Workspace) -> None:
    outside = space.root.parent / "outside.md"
    outside.write_text(GOOD)
    bad(space).unlink()
    bad(space).symlink_to(outside)
    assert [it.key for it in read_specs(space).criteria()] == ["good#1.1"]


@pytest.mark.verifies("defences#5.5", "tracing#1.9")
@pytest.mark.parametrize("opening", ["> ", "- ", "1. ", "[", "**", "(", "<!-- "])
def test_deep_nesting_is_read_and_hides_no_other(space: Workspace, opening: str) -> None:
    bad(space).write_text(f"{GOOD}\n{opening * 5000}THE shop SHALL close.\n")
    keys = [it.key for it in read_specs(space).criteria()]
    assert {"good#1.1", "bad#1.1"} <= set(keys)


@pytest.mark.repeats
@pytest.mark.verifies("tracing#1.2")
def test_each_of_very_many_items_is_a_criterion(space: Workspace) -> None:
    count = 5_000
    bad(space).write_text(GOOD + "".join(f"{at}. THE a SHALL b\n" for at in range(2, count + 1)))
    last = read_specs(space).criteria()[count - 1]
    assert (last.key, last.span.line) == (f"bad#1.{count}", count + 4)
