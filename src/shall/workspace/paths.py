"""Paths as text: what a caller wrote, turned into the names below a folder. Touches no file."""

import unicodedata
from functools import lru_cache
from pathlib import PurePosixPath

from shall.errors import OutsideWorkspace

MARKERS = ("shall.yaml", ".git")
"""What makes a folder the root of a project, for commands and servers; no tool writes them."""

_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 4096
_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".jj"})


@lru_cache(maxsize=2048)  # the same paths are asked for again and again, at each look at specs
def names_below(path: str, roots: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that lead from the folder to what ``path`` says; none for the folder itself.

    An absolute path counts from the first of ``roots`` that it begins with.

    Raises:
        OutsideWorkspace: It leads out, or holds what no path may hold.
    """
    reason = _fault(path)
    if reason is not None:
        raise OutsideWorkspace(
            f"The path {_shown(path)} {reason}.",
            hint="Use a path relative to the workspace, with /.",
        )
    if not path.startswith("/"):
        return tuple([name for name in path.split("/") if name not in {"", "."}])
    names = PurePosixPath(path).parts
    for root in roots:
        above = PurePosixPath(root).parts
        if names[: len(above)] == above:
            return names[len(above) :]
    raise OutsideWorkspace(
        f"{_shown(path)} is outside the workspace {roots[0]}.",
        hint="Use a path inside it, or add its folder with --workspace.",
    )


def usable(path: str) -> bool:
    """Return whether a path that was found by listing could also be asked for."""
    return _fault(path) is None


def is_version_control(name: str) -> bool:
    """Return whether a file system may take the name for a folder whose files run as programs."""
    return as_seen(name) in _VERSION_CONTROL


def refuse_operators(relative: str) -> None:
    """Refuse a path in the workspace, normalised, to what only the operator writes.

    ``shall.yaml``, and ``config.yaml`` at the top, say which hosts a test may reach, ``.env*`` at
    the top configures programs: a model that could write them would give itself what it was denied.

    Raises:
        OutsideWorkspace: It leads there.
    """
    seen = [as_seen(name) for name in relative.split("/")]
    is_settings = seen[-1] == "shall.yaml" or seen == ["config.yaml"]
    if is_settings or ".shall" in seen or seen[0].startswith(".env"):
        raise OutsideWorkspace(
            f"{relative} belongs to the operator; tools may not write it.",
            hint="Ask the operator to change it.",
        )


@lru_cache(maxsize=1024)  # each check of a path asks again for its folders
def as_seen(name: str) -> str:
    """Return the name as a file system may take it (macOS: any case, invisible signs dropped)."""
    if name.isascii():
        return name.lower()
    return "".join(sign for sign in name if unicodedata.category(sign) != "Cf").casefold()


def _fault(path: str) -> str | None:
    if not path:
        return "is empty"
    is_plain = path.isascii() and path.isprintable()
    if not is_plain and any(unicodedata.category(each) in {"Cc", "Cs"} for each in path):
        return "contains a control character or a lone surrogate"
    if "\\" in path or (path[1:2] == ":" and path[0].isascii() and path[0].isalpha()):
        return "is written as a Windows path"
    if path.startswith("~"):
        return "starts with ~, which is not expanded"
    return _fault_of_names(path)


def _fault_of_names(path: str) -> str | None:
    if ".." in path and ".." in path.split("/"):
        return "holds '..'"
    if 4 * len(path) <= _MAX_NAME_BYTES:  # a character takes at most four bytes
        return None
    names = path.split("/")
    if len(path.encode()) > _MAX_PATH_BYTES:
        return f"is longer than {_MAX_PATH_BYTES} bytes"
    if any([len(name.encode()) > _MAX_NAME_BYTES for name in names]):  # noqa: C419 - twice as fast
        return f"contains a name longer than {_MAX_NAME_BYTES} bytes"
    return None


def _shown(path: str) -> str:
    """Return the path for a message: quoted, escaped and cut."""
    shown = ascii(path) if not path.isprintable() else repr(path)
    return shown if len(shown) <= 120 else f"{shown[:117]}..."
