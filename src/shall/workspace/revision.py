"""The commit that a project has checked out, and whether its tracked files differ from it."""

import subprocess
from pathlib import Path

_TIMEOUT_S = 5
# A configuration inside the project must not start a program.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def revision_of(root: Path, state: Path) -> tuple[str, bool | None]:
    """Return the commit in hex and whether tracked files below ``root`` differ from it.

    Files below ``state`` do not count: recording evidence changes them. The commit is empty where
    there is no git, no repository or no commit; then, and where git does not answer within 5 s,
    the second is None.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return "", None
    paths = ["."]
    if state.is_relative_to(root):
        paths.append(f":(exclude,literal){state.relative_to(root).as_posix()}")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", *paths)
    return commit, None if changed is None else bool(changed)


def author_of(root: Path) -> str:
    """Return the name of the user in git's configuration; empty where there is none."""
    return _git(root, "config", "user.name") or ""


def _git(root: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [*_GIT, *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
