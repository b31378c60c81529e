"""The proof that pages show: read again as soon as anything that it is made of has changed."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shall.actions import current_proof as module
from shall.actions.current_proof import YOUNG_NS, current_proof
from shall.actions.decisions import waive
from shall.actions.proof import Proof, read_proof
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.status import Status
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

REQUIREMENTS = (
    "### Requirement 1: Signing in\n\n1. WHEN a user signs in, THE API SHALL answer 200\n"
)
CASE = """\
testcase:
  name: sign in
  verifies: ["auth#1.1"]
  steps:
    - POST: /login
      body: {file: tests/data/user.json}
      expect:
        status: 200
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """A project whose only criterion is proved."""
    for name, text in {
        "specs/auth/requirements.md": REQUIREMENTS,
        "tests/cases/login.yaml": CASE,
        "tests/data/user.json": '{"name": "ada"}',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    workspace = open_workspace(tmp_path, Settings())
    record(workspace, "passed")
    yield workspace
    workspace.close()


def record(workspace: Workspace, outcome: str) -> None:
    [row] = trace_requirements(workspace).rows
    fact = Evidence(
        at=datetime.now(UTC),
        criterion="auth#1.1",
        source="tests/cases/login.yaml",
        kind="case",
        outcome=outcome,
        run_id="r1",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=row.links[0].link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
    )
    assert workspace.evidence is not None
    workspace.evidence.append([fact])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages in which the proof was read."""
    found: list[str] = []

    def read(workspace: Workspace, language: str) -> Proof:
        found.append(language)
        return read_proof(workspace, language)

    monkeypatch.setattr(module, "read_proof", read)
    return found


def later_ns() -> int:
    """A time at which no file is young."""
    return time.time_ns() + 2 * YOUNG_NS


def settled(workspace: Workspace) -> Proof:
    """Read until it is kept: the first time shows which files the cases name."""
    current_proof(workspace, now_ns=later_ns)
    return current_proof(workspace, now_ns=later_ns)


def status(workspace: Workspace) -> Status:
    return current_proof(workspace, now_ns=later_ns).matrix.rows[0].status


@pytest.mark.verifies("matrix-pages#3.1")
def test_while_nothing_changes_the_proof_is_not_read_again(
    space: Workspace, reads: list[str]
) -> None:
    proof = settled(space)
    del reads[:]

    assert current_proof(space, now_ns=later_ns) is proof
    assert reads == []
    current_proof(space, "zh", later_ns)
    assert reads == ["zh"]


def edit(path: str, before: str, after: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / path
        text = file.read_text()
        assert len(before) == len(after)
        assert before in text
        file.write_text(text.replace(before, after))

    return change


def replace_file(root: Path) -> None:
    """Put another file of the same size and time in place of the case."""
    file = root / "tests/cases/login.yaml"
    other = root / "other"
    other.write_text(file.read_text().replace("200", "201"))
    times = file.stat()
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(file)


@pytest.mark.verifies("matrix-pages#3.2")
@pytest.mark.parametrize(
    ("change", "then"),
    [
        (edit("specs/auth/requirements.md", "200", "201"), Status.SUSPECT),
        (edit("tests/cases/login.yaml", "200", "201"), Status.STALE),
        (edit("tests/data/user.json", "ada", "bob"), Status.STALE),
        (replace_file, Status.STALE),
        (lambda root: (root / "tests/cases/login.yaml").unlink(), Status.UNTESTED),
    ],
    ids=["requirement", "case", "named file", "replaced", "deleted"],
)
def test_a_changed_file_counts_at_once(
    space: Workspace, change: Callable[[Path], None], then: Status
) -> None:
    assert settled(space).matrix.rows[0].status is Status.PROVED
    change(space.root)
    assert status(space) is then


@pytest.mark.verifies("matrix-pages#3.2")
def test_new_evidence_a_decision_and_a_new_document_count_at_once(space: Workspace) -> None:
    settled(space)
    record(space, "failed")
    assert status(space) is Status.FAILING

    settled(space)
    waive(
        space, ["auth#1.1"], "the bank is late", datetime.now(UTC).date() + timedelta(days=9), "Ada"
    )
    assert status(space) is Status.WAIVED

    settled(space)
    document = space.root / ".kiro/specs/shop/requirements.md"
    document.parent.mkdir(parents=True)
    document.write_text(REQUIREMENTS)
    assert len(current_proof(space, now_ns=later_ns).matrix.rows) == 2


@pytest.mark.verifies("matrix-pages#3.2")
def test_a_file_of_a_moment_ago_may_change_again_in_the_same_instant(
    space: Workspace, reads: list[str]
) -> None:
    for _ in range(3):
        current_proof(space, now_ns=time.time_ns)
    assert len(reads) == 3


def test_a_day_that_begins_is_looked_at(space: Workspace, reads: list[str]) -> None:
    settled(space)
    del reads[:]
    current_proof(space, now_ns=lambda: later_ns() + 86_400 * 10**9)
    assert len(reads) == 1
