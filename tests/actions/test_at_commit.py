"""What a commit is compared by: the files that its tests name belong to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.repository import commit

from shall.actions.baseline import compare
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

REQUIREMENTS = "### Requirement 1: Cart\n\n1. THE shop SHALL add prices\n"
TEST = """\
import pytest
from pathlib import Path


@pytest.mark.verifies("cart#1.1")
def test_sum():
    assert Path("{path}").read_text() == "3"
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(tmp_path, Settings())
    yield workspace
    workspace.close()


def prove(workspace: Workspace) -> None:
    [row] = trace_requirements(workspace).rows
    fact = Evidence(
        at=datetime.now(UTC),
        criterion=row.criterion.key,
        source=row.links[0].link.source,
        kind="test",
        outcome="passed",
        run_id="r1",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=row.links[0].link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
    )
    assert workspace.evidence is not None
    workspace.evidence.append([fact])


@pytest.mark.verifies("tracing#4.38")
@pytest.mark.parametrize("path", ["tests/data/sum.json", "examples/sum.json"])
def test_a_data_file_that_a_test_names_counts_at_a_commit_too(space: Workspace, path: str) -> None:
    for name, text in {
        "specs/cart/requirements.md": REQUIREMENTS,
        "tests/test_cart.py": TEST.format(path=path),
        "tests/data/other.json": "1",
        path: "3",
    }.items():
        (space.root / name).parent.mkdir(parents=True, exist_ok=True)
        (space.root / name).write_text(text)
    prove(space)
    commit(space.root)
    (space.root / path).write_text("4")

    [change] = compare(space, "HEAD", None).changes

    assert (change.kind, change.before and change.before.status) == ("expired", "proved")
