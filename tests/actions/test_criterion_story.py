"""What changed since a criterion was proved, from the baseline and from git."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.repository import git

from shall.actions.baseline import write_baseline
from shall.actions.criterion_story import Story, story_of
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

FILE = "specs/auth/requirements.md"
CASE = "tests/cases/login.yaml"
OLD = "WHEN a user signs in, THE API SHALL answer 200"
NEW = "WHEN a user signs in, THE API SHALL answer 204"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """A committed project whose criterion is proved at that commit."""
    write(tmp_path, FILE, f"### Requirement 1\n\n1. {OLD}\n")
    write(
        tmp_path,
        CASE,
        'testcase:\n  name: sign in\n  verifies: ["auth#1.1"]\n  variables:\n'
        "    password: hunter2hunter2\n  steps:\n    - POST: /login\n      expect:\n"
        "        status: 200\n",
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    workspace = open_workspace(tmp_path, Settings())
    yield workspace
    workspace.close()


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def prove(space: Workspace, commit: str | None = None, *, is_dirty: bool | None = False) -> None:
    [row] = trace_requirements(space).rows
    fact = Evidence(
        at=datetime(2026, 3, 4, tzinfo=UTC),
        criterion="auth#1.1",
        source=CASE,
        kind="case",
        outcome="passed",
        run_id="r1",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=row.links[0].link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
    )
    head = git(space.root, "rev-parse", "HEAD").strip() if commit is None else commit
    assert space.evidence is not None
    space.evidence.append([fact], lambda: (head, is_dirty))


def reword(space: Workspace) -> None:
    write(space.root, FILE, f"### Requirement 1\n\n1. {NEW}\n")


def change_case(space: Workspace) -> None:
    text = (space.root / CASE).read_text()
    write(space.root, CASE, text.replace("200", "204").replace("hunter2hunter2", "hunter3hunter3"))


def story(space: Workspace) -> Story:
    [row] = trace_requirements(space).rows
    return story_of(space, row)


def test_nothing_changed_where_a_criterion_is_proved(space: Workspace) -> None:
    prove(space)
    found = story(space)
    assert (found.texts, found.sources) == ((), ())
    assert [it.run_id for it in found.outcomes] == ["r1"]


@pytest.mark.verifies("matrix-pages#4.2")
def test_the_former_text_is_that_of_the_recorded_commit(space: Workspace) -> None:
    prove(space)
    reword(space)

    [change] = story(space).texts
    assert (change.before, change.after) == (OLD, NEW)
    assert git(space.root, "rev-parse", "HEAD").startswith(change.origin)


@pytest.mark.verifies("matrix-pages#4.2")
def test_the_former_text_is_that_of_the_baseline_where_it_has_it(space: Workspace) -> None:
    prove(space, "")
    write_baseline(space)
    reword(space)

    [change] = story(space).texts
    assert (change.before, change.origin) == (OLD, "baseline")


@pytest.mark.verifies("matrix-pages#4.4")
@pytest.mark.parametrize("commit", ["", "0123456789abcdef", "--help", "HEAD"])
def test_a_former_text_that_nothing_has_is_not_made_up(space: Workspace, commit: str) -> None:
    reword(space)
    prove(space, commit)  # for a text that no commit has
    write(space.root, FILE, f"### Requirement 1\n\n1. {OLD}\n")

    [change] = story(space).texts
    assert (change.before, change.origin) == (None, "")


@pytest.mark.verifies("matrix-pages#4.3")
def test_the_lines_of_a_changed_case_are_those_of_the_recorded_commit_without_secrets(
    space: Workspace,
) -> None:
    prove(space)
    change_case(space)

    [change] = story(space).sources
    [file] = change.files
    assert (change.source, change.is_known, file.path) == (CASE, True, CASE)
    assert file.before is not None
    assert file.after is not None
    assert "status: 200" in file.before
    assert "status: 204" in file.after
    assert "hunter" not in file.before + file.after


def test_sources_beyond_the_limit_are_counted(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(space)
    change_case(space)
    assert (len(story(space).sources), story(space).left_out) == (1, 0)

    monkeypatch.setattr("shall.actions.criterion_story.MOST_SOURCES", 0)
    assert (story(space).sources, story(space).left_out) == ((), 1)


def test_files_of_a_commit_that_are_too_large_are_not_read(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(space)
    change_case(space)
    monkeypatch.setattr("shall.actions.criterion_story.MOST_BYTES", 100)

    [source] = story(space).sources

    assert not source.is_known


@pytest.mark.verifies("matrix-pages#4.4")
@pytest.mark.parametrize(
    ("commit", "is_dirty"), [(None, True), (None, None), ("", False), ("0123456789abcdef", False)]
)
def test_the_files_of_a_run_with_other_changes_are_not_known(
    space: Workspace, commit: str | None, is_dirty: bool | None
) -> None:
    prove(space, commit, is_dirty=is_dirty)
    change_case(space)

    [change] = story(space).sources
    assert (change.is_known, change.files) == (False, ())
