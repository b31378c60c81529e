"""A git repository as a test has it."""

import subprocess
from pathlib import Path

_AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(project: Path, *arguments: str, given: str | None = None) -> str:
    """Return what git prints in the folder of a project, stripped. ``given`` is its input."""
    done = subprocess.run(
        ["git", *_AUTHOR, *arguments],
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
        input=given,
    )
    return done.stdout.strip()


def commit(project: Path) -> str:
    """Commit all files, in a repository made for it where there is none; return the commit."""
    if not (project / ".git").exists():
        git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "a change")
    return git(project, "rev-parse", "HEAD")
