"""The checked-out commit is read without git."""

import os
import subprocess
from pathlib import Path

import pytest

from shall.workspace.head import head_commit

SETTINGS = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "init.defaultBranch=main")


def git(root: Path, *arguments: str) -> str:
    command = ["git", *SETTINGS, *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "below").mkdir(parents=True)
    git(root, "init", "-q")
    git(root, "commit", "-q", "--allow-empty", "-m", "one")
    return root


@pytest.mark.verifies("history-pages#1.7")
def test_the_commit_is_that_of_git(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD").strip()
    assert head_commit(repository) == head_commit(repository / "below") == commit

    git(repository, "pack-refs", "--all")
    assert head_commit(repository) == commit

    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    git(tmp_path / "other", "commit", "-q", "--allow-empty", "-m", "two")
    other = git(tmp_path / "other", "rev-parse", "HEAD").strip()
    assert (head_commit(tmp_path / "other"), head_commit(repository)) == (other, commit)

    git(repository, "checkout", "-q", "--detach")
    assert head_commit(repository) == commit


@pytest.mark.verifies("history-pages#1.7")
def test_a_commit_that_cannot_be_read_is_not_known(repository: Path) -> None:
    head = repository / ".git" / "HEAD"
    for text in ("ref: refs/heads/.invalid", "ref: refs/../../x", "secret", "ref: refs/heads/no"):
        head.write_text(text)
        assert head_commit(repository) is None
    head.unlink()
    os.mkfifo(head)  # must not be waited for
    assert head_commit(repository) is None


def test_without_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert head_commit(tmp_path) == ""
