"""The proof that pages show: read again as soon as anything that it is made of has changed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

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
from shall.workspace.files import Files
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


CASE_OF_EACH = """\
testcase:
  name: sign in
  verifies: ["{key}"]
{more}  steps:
    - GET: /login
      expect:
        status: 200
"""
TEXTS = {
    "specs/auth/requirements.md": REQUIREMENTS,
    "specs/shop/requirements.md": REQUIREMENTS.replace("a user signs in", "a user orders")
    + "2. WHEN a user asks for orders, THE API SHALL list the orders\n",
    "specs/shop/tasks.md": "- [ ] 1. Build\n  - _Requirements: 1.1, 1.2_\n",
    "tests/cases/login.yaml": CASE,
    "tests/cases/order.yaml": CASE_OF_EACH.format(key="shop#1.1", more="  use: [setup]\n"),
    "tests/cases/orders.yaml": CASE_OF_EACH.format(key="shop#1.2", more=""),
    "tests/cases/shared/setup.yaml": "shared:\n  name: setup\n  steps:\n    - GET: /setup\n",
    "tests/cases/schema.yaml": CASE_OF_EACH.format(key="shop#1.1", more="").rstrip()
    + "\n        body: {schema: tests/data/user.schema.json}\n",
    "tests/data/user.schema.json": '{"type": "object"}',
    "tests/data/user.json": '{"name": "ada"}',
    "tests/test_login.py": (
        "import pytest\n\nfrom tests.signing import sign\n\n\n"
        '@pytest.mark.verifies("auth#1.1")\ndef test_login():\n    assert sign() == 200\n'
    ),
    "tests/signing.py": "def sign():\n    return 200\n",
}
OTHER = {
    "specs/auth/requirements.md": REQUIREMENTS + "2. THE API SHALL be fast\n",
    "specs/shop/requirements.md": REQUIREMENTS.replace("200", "201"),
    "specs/shop/tasks.md": "- [ ] 1. Build\n  - _Requirements: 1.1_\n",
}
NEW = {
    "specs/new/requirements.md": REQUIREMENTS,
    "tests/cases/new.yaml": CASE_OF_EACH.format(key="new#1.1", more=""),
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef a():\n    pass\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Workspace]:
    """A project of two features, with what its cases and tests name."""
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    workspace = open_workspace(tmp_path, Settings())
    prove(workspace)
    yield workspace
    workspace.close()


def prove(workspace: Workspace) -> None:
    """Record that everything passed, as it is now."""
    assert workspace.evidence is not None
    workspace.evidence.append(
        [
            Evidence(
                at=datetime.now(UTC),
                criterion=row.criterion.key,
                source=it.link.source,
                kind=it.link.kind.value,
                outcome="passed",
                run_id="r1",
                criterion_fingerprint=row.criterion.fingerprint,
                source_fingerprint=it.link.fingerprint,
                checks_executed=1,
                duration_s=0.1,
            )
            for row in trace_requirements(workspace).rows
            for it in row.links
        ]
    )


def statuses(proof: Proof) -> dict[str, Status]:
    return {row.criterion.key: row.status for row in proof.matrix.rows}


def fresh(root: Path, language: str = "en") -> Proof:
    with closing(open_workspace(root, Settings())) as workspace:
        assert workspace.state_fault is None
        return read_proof(workspace, language)


@pytest.mark.verifies("matrix-pages#3.6")
@pytest.mark.parametrize(
    ("path", "before", "after", "expired"),
    [
        ("specs/shop/requirements.md", "200", "201", "shop#1.1"),
        ("tests/cases/order.yaml", "200", "201", "shop#1.1"),
        ("tests/cases/shared/setup.yaml", "/setup", "/other", "shop#1.1"),
        ("tests/data/user.schema.json", "object", "string", "shop#1.1"),
        ("tests/data/user.json", "ada", "bob", "auth#1.1"),
        ("tests/test_login.py", "200", "201", "auth#1.1"),
        ("tests/signing.py", "200", "201", "auth#1.1"),
    ],
)
def test_what_one_file_proved_expires_alone(
    project: Workspace, path: str, before: str, after: str, expired: str
) -> None:
    assert set(statuses(settled(project)).values()) == {Status.PROVED}

    edit(path, before, after)(project.root)
    found = current_proof(project, now_ns=later_ns)

    assert found == fresh(project.root)
    changed = {key for key, it in statuses(found).items() if it is not Status.PROVED}
    assert changed == {expired}


@pytest.mark.verifies("matrix-pages#3.6")
def test_a_finding_follows_the_tasks_that_it_depends_on(project: Workspace) -> None:
    assert "shop#1.2" not in settled(project).findings

    edit("specs/shop/tasks.md", "1.1, 1.2", "1.1, 1.1")(project.root)

    [found] = current_proof(project, now_ns=later_ns).findings["shop#1.2"]
    assert found.code == "S137"


@pytest.mark.verifies("matrix-pages#3.6")
def test_after_an_edit_only_the_file_that_changed_is_read(
    project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(project)
    edit("tests/cases/order.yaml", "200", "201")(project.root)
    read: list[str] = []
    read_bytes = Files.read_bytes

    def note(files: Files, path: str, *limits: int, settings: bool = False) -> bytes:
        read.append(path)
        return read_bytes(files, path, *limits, settings=settings)

    monkeypatch.setattr(Files, "read_bytes", note)
    current_proof(project, now_ns=later_ns)

    named_by_cases = {path for path in TEXTS if path.startswith(("tests/data/", "tests/cases/sh"))}
    assert {it for it in read if it in TEXTS} - named_by_cases == {"tests/cases/order.yaml"}


@pytest.mark.verifies("matrix-pages#3.6")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.repeats
def test_a_proof_made_from_what_changed_is_the_one_made_from_everything(
    project: Workspace, seed: int
) -> None:
    chance, texts = Random(seed), TEXTS | NEW
    ticks = iter(range(1, 1_000))

    def write(path: str, text: str) -> None:
        file = project.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        at = 1_700_000_000 + next(ticks)  # no two edits in one instant of the clock
        os.utime(file, (at, at))

    for _ in range(12):
        path = chance.choice([*texts])
        match chance.randrange(5):
            case 0:
                (project.root / path).unlink(missing_ok=True)
            case 1:
                write(path, OTHER.get(path, texts[path].replace("200", "201")))
            case 2:
                write(path, "not: [closed")
            case 3:
                prove(project)
            case _:
                write(path, texts[path])
        language = chance.choice(["en", "zh"])
        assert current_proof(project, language, later_ns) == fresh(project.root, language)
