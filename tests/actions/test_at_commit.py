"""What a commit is compared by: the files that its tests name belong to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.repository import commit, git

from shall.actions.at_commit import at_commit
from shall.actions.baseline import compare
from shall.actions.link_sources import files_of_source
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


@pytest.mark.verifies("tracing#4.49")
@pytest.mark.parametrize(
    ("link", "target", "test"),
    [
        ("tests/sums.py", "common/sums.py", "from sums import total"),
        ("tests/lib", "common", "from lib.sums import total"),
        ("tests/sum.json", "common/sum.json", "PATH = 'tests/sum.json'"),
        ("tests/data", "common", "PATH = 'tests/data/sum.json'"),
    ],
)
def test_what_a_test_reaches_by_a_link_counts_now_and_at_a_commit(
    space: Workspace, link: str, target: str, test: str
) -> None:
    body = "{}\nimport pytest\n@pytest.mark.verifies('cart#1.1')\ndef test_sum():\n    assert {}"
    files = {
        "specs/cart/requirements.md": REQUIREMENTS,
        "common/sums.py": "def total(prices):\n    return 3\n",
        "common/sum.json": "3",
        "tests/test_cart.py": body.format(test, "total([])" if "total" in test else "open(PATH)"),
    }
    for name, text in files.items():
        (space.root / name).parent.mkdir(parents=True, exist_ok=True)
        (space.root / name).write_text(text)
    (space.root / link).symlink_to(f"../{target}")
    prove(space)
    commit(space.root)
    assert [it.status for it in trace_requirements(space).rows] == ["proved"]
    changed = "common/sums.py" if "total" in test else "common/sum.json"
    (space.root / changed).write_text(files[changed].replace("3", "4"))

    assert [it.status for it in trace_requirements(space).rows] == ["stale"]
    [change] = compare(space, "HEAD", None).changes
    assert (change.kind, change.before and change.before.status) == ("expired", "proved")
    [row] = trace_requirements(space).rows
    assert changed in files_of_source(space, row.links[0].link.source)
    (space.root / "other").mkdir()
    for name in ("sums.py", "sum.json"):
        (space.root / "other" / name).write_text(files[f"common/{name}"])
    (space.root / link).unlink()
    (space.root / link).symlink_to(f"../{target.replace('common', 'other')}")
    assert [it.status for it in trace_requirements(space).rows] == ["proved"]


@pytest.mark.verifies("tracing#4.49", "gate#2.11")
@pytest.mark.parametrize("target", ["/etc", "../../etc", "../common/../../etc"])
def test_a_link_that_leads_out_of_a_commit_is_left_out(space: Workspace, target: str) -> None:
    (space.root / "tests").mkdir()
    (space.root / "tests/lib").symlink_to(target)
    commit(space.root)
    with at_commit(space, "HEAD") as then:
        assert not (then.root / "tests/lib").is_symlink()


@pytest.mark.verifies("gate#2.11")
def test_a_link_below_another_link_is_left_out(space: Workspace) -> None:
    def blob(text: str) -> str:
        (space.root / "text").write_text(text)
        return git(space.root, "hash-object", "-w", "text")

    def tree(*entries: str) -> str:
        return git(space.root, "mktree", given="".join(f"{it}\n" for it in entries))

    git(space.root, "init", "-q")
    below = tree(f"120000 blob {blob('../../../outside')}\tlink")
    inner = tree(f"120000 blob {blob('../..')}\tup", f"040000 tree {below}\tup")
    outer = tree(f"040000 tree {inner}\tb")
    root = tree(f"040000 tree {outer}\ta")
    made = git(space.root, "commit-tree", root, "-m", "two entries of one name")

    with at_commit(space, made) as then:
        assert (then.root / "a/b/up").resolve() == then.root
        assert not (then.root / "link").is_symlink()
