"""The commit that a project has checked out, and whether its files differ from it."""

from pathlib import Path

from shall.workspace.git import ask


def revision_of(root: Path, state: Path) -> tuple[str, bool | None]:
    """Return the commit in hex and whether files below ``root`` differ from it.

    A new file that git does not ignore counts, since it may be a case or test that is in no commit.
    Files below ``state`` do not count: recording evidence changes them. The commit is empty where
    there is no git, no repository or no commit; then, and where git does not answer within 5 s,
    the second is None.
    """
    commit = ask(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return "", None
    paths = ["."]
    if state.is_relative_to(root):
        paths.append(f":(exclude,literal){state.relative_to(root).as_posix()}")
    changed = ask(root, "status", "--porcelain", "--untracked-files=normal", "--", *paths)
    return commit, None if changed is None else bool(changed)


def author_of(root: Path) -> str:
    """Return the name of the user in git's configuration; empty where there is none."""
    return ask(root, "config", "user.name") or ""
