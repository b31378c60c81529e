"""Asks git for the commit of a project, its differences and the files of another commit."""

import re
import subprocess
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from msgspec import Struct

from shall.bounded import size_text
from shall.errors import BadValue

_TIMEOUT_S = 5
_CONTENT_TIMEOUT_S = 60
# A configuration inside the project must not start a program, nor reach a remote.
_GIT = (
    "git",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
)

MOST_BYTES = 256 << 20
"""What is read of one commit."""

_FILES = frozenset({b"100644", b"100755"})
_LINKS = frozenset({b"120000"})


class CommittedFile(Struct, frozen=True):
    """A plain file of a commit; ``path`` is relative to the project."""

    path: str
    blob: str
    size: int


def ask(root: Path, *arguments: str) -> str | None:
    """Return what git prints, stripped; None where it fails or does not answer within 5 s."""
    answer = _run(root, arguments)
    return None if answer is None else answer.decode("utf-8", "replace").strip()


def commit_of(root: Path, name: str) -> str:
    """Return the commit that a branch, tag or abbreviation names, in hex.

    Raises:
        BadValue: There is no such commit, no repository, or no git.
    """
    # --end-of-options: a name that begins with a dash is not an option.
    commit = ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not commit and ask(root, "rev-parse", "--git-dir") is None:
        raise BadValue(
            f"{root} is not in a git repository.", hint="Create one with `git init`, and commit."
        )
    if not commit and name == "HEAD":
        raise BadValue("This repository has no commit yet.", hint="Commit first.")
    if not commit:
        raise BadValue(
            f"{name} is neither a file nor a commit of this repository.",
            hint="Name a baseline file, a branch, a tag or a commit; fetch it first in a shallow"
            " clone.",
        )
    return commit


def files_of_commit(
    root: Path,
    commit: str,
    is_wanted: Callable[[str], bool],
    most_bytes: int = MOST_BYTES,
    *,
    links: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of the plain files of a commit below ``root``.

    ``links``: of its symbolic links instead, whose content is where they lead.
    Blobs are read as they are stored: no filter, attribute or hook of the repository runs.

    Raises:
        BadValue: Git does not answer, or the files exceed ``most_bytes``.
    """
    listed = _run(root, ("ls-tree", "-r", "-z", "-l", commit), timeout_s=_CONTENT_TIMEOUT_S)
    if listed is None:
        raise BadValue(f"Git does not list the files of {commit[:12]}.")
    files = [file for file in _entries(listed, _LINKS if links else _FILES) if is_wanted(file.path)]
    if sum(file.size for file in files) > most_bytes:
        raise BadValue(f"The files of {commit[:12]} exceed {size_text(most_bytes)}.")
    asked = "".join(f"{file.blob}\n" for file in files).encode()
    answer = _run(root, ("cat-file", "--batch"), asked, timeout_s=_CONTENT_TIMEOUT_S)
    if answer is None:
        raise BadValue(f"Git does not show the files of {commit[:12]}.")
    at = 0
    for file in files:
        end = answer.index(b"\n", at)
        if answer[at:end] != f"{file.blob} blob {file.size}".encode():
            raise BadValue(f"Git does not have {file.path} of {commit[:12]}.")
        at = end + 1
        yield file.path, answer[at : at + file.size]
        at += file.size + 1


def head_time_s(root: Path) -> float | None:
    """Return when the checked-out commit was made, in seconds since the epoch; None without one."""
    commit = ask(root, "cat-file", "commit", "HEAD") or ""
    made = re.search(r"^committer .*> (\d+) [+-]\d{4}$", commit, re.MULTILINE)
    return float(made[1]) if made is not None else None


def was_committed(root: Path, path: str) -> bool | None:
    """Return whether a commit that is checked out, or one before it, has or had a file.

    ``path`` is relative to ``root``. None: git does not answer. False where there is no commit.
    """
    if not ask(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        return False
    # rev-list compares trees: it reads no configuration that starts a program, as log may.
    asked = ("rev-list", "--max-count=1", "HEAD", "--", f":(literal){path}")
    answer = _run(root, asked, timeout_s=_CONTENT_TIMEOUT_S)
    return None if answer is None else bool(answer)


def changed_files(root: Path, commit: str) -> list[str]:
    """Return the files below ``root`` that differ from a commit, new and deleted ones too.

    Files that git ignores are left out.

    Raises:
        BadValue: Git does not answer.
    """
    asked = (
        (
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=dirty",
            "--name-only",
            "-z",
            "--relative",
            commit,
            "--",
        ),
        ("ls-files", "--others", "--exclude-standard", "-z"),
    )
    found: set[str] = set()
    for arguments in asked:
        answer = _run(root, arguments, timeout_s=_CONTENT_TIMEOUT_S)
        if answer is None:
            raise BadValue(f"Git cannot compare with {commit[:12]}.")
        found |= {name.decode("utf-8", "replace") for name in answer.split(b"\0") if name}
    return sorted(found)


def _entries(listed: bytes, modes: Collection[bytes]) -> Iterator[CommittedFile]:
    for entry in listed.split(b"\0"):
        about, _, name = entry.partition(b"\t")
        if not name:
            continue
        mode, _, blob, size = about.split()
        path = name.decode("utf-8", "replace")
        names = path.split("/")
        # A tree may hold any name, whatever git itself would refuse to make.
        if mode in modes and not {"", ".", ".."} & set(names) and "\\" not in path:
            yield CommittedFile(path, blob.decode(), int(size))


def _run(
    root: Path, arguments: tuple[str, ...], given: bytes = b"", timeout_s: float = _TIMEOUT_S
) -> bytes | None:
    try:
        answer = subprocess.run(  # noqa: S603 - fixed options, no shell
            [*_GIT, *arguments],
            cwd=root,
            input=given,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):  # ValueError: a NUL in a name
        return None
    return answer.stdout if answer.returncode == 0 else None
