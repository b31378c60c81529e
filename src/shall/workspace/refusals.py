"""Which files of a workspace no caller reaches, whichever tool, case or document names them."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from shall.errors import OutsideWorkspace
from shall.workspace.paths import as_seen, is_version_control

_STATE = (".shall",)
_SETTINGS = "shall.yaml"


class Refusals(Struct, frozen=True):
    """The files that ``Files`` neither reads, writes nor lists.

    ``state`` are paths of state folders, as names, refused at any depth: each project in the
    workspace has one. ``private`` are files of the server, such as its tokens, ``logs`` its logs
    with what they were renamed to when they were rotated; both are absolute.
    """

    state: tuple[tuple[str, ...], ...] = (_STATE,)
    private: tuple[Path, ...] = ()
    logs: tuple[Path, ...] = ()

    def check_written(self, root: str, names: Sequence[str]) -> None:
        """Check a path, as names below ``root``, that is to be written or deleted.

        Raises:
            OutsideWorkspace: It is in a version-control or state folder, or the server's own.
        """
        reason = self._folder_reason(names) or self._server_reason(root, names)
        if reason is not None:
            raise OutsideWorkspace(f"The path {'/'.join(names)} {reason}.")

    def check_read(self, root: str, names: Sequence[str], *, settings: bool = False) -> None:
        """Check a path that is to be read.

        ``settings`` allows ``shall.yaml``, for callers that mask the secrets which it declares.

        Raises:
            OutsideWorkspace: As for ``check_written``, or it may hold secrets: ``.env``,
                ``.env.*`` but ``.env.example``, ``shall.yaml``.
        """
        self.check_written(root, names)
        if _may_hold_secrets(names[-1], settings=settings):
            raise OutsideWorkspace(
                f"{'/'.join(names)} may contain secrets; tools may not read it.",
                hint="Ask the operator for the values you need.",
            )

    def passes(self, folder: Sequence[str]) -> Callable[[str], bool]:
        """Return what says quickly that a file of a folder, as names below the root, is allowed.

        False is not a refusal yet: ask ``hides`` or ``check_read``. It is for files that are
        checked together: whether the server's own files are links is looked at once.
        """
        own = (*self.private, *self.logs)
        is_open = self._folder_reason(folder) is None and not self.has_links()
        stems = tuple(as_seen(file.stem) for file in own)
        refused = {_SETTINGS, *(as_seen(names[-1]) for names in self.state)}

        def passes(name: str) -> bool:
            seen = name.lower() if name.isascii() else as_seen(name)  # many names: none remembered
            return (
                is_open
                and seen not in refused
                and not seen.startswith(".")
                and not seen.startswith(stems)
            )

        return passes

    def has_links(self) -> bool:
        """Return whether any of the server's own files is a link."""
        return any(it.is_symlink() for it in (*self.private, *self.logs))

    def hides(self, names: Sequence[str]) -> bool:
        """Check whether a file or folder is left out of listings."""
        return self._folder_reason(names) is not None or _may_hold_secrets(names[-1])

    def _folder_reason(self, names: Sequence[str]) -> str | None:
        return _reason(self.state, tuple(names))

    def _server_reason(self, root: str, names: Sequence[str]) -> str | None:
        name = as_seen(names[-1])
        private = [file for file in self.private if _may_be(file, name)]
        logs = [file for file in self.logs if _may_be(file, name)]
        if not private and not logs:
            return None
        asked = as_seen(str(Path(root, *names)))
        # Resolved each time: what a link of the operator's leads to may change while we run.
        if any(_real(file) == asked for file in private) or any(
            _is_of_log(_real(file), asked) for file in logs
        ):
            return "belongs to the server itself"
        return None


@lru_cache(maxsize=4096)  # each look at the specs asks again for the same folders
def _reason(state: tuple[tuple[str, ...], ...], names: tuple[str, ...]) -> str | None:
    """Return why a path is refused for the folders that it leads through."""
    seen = tuple(map(as_seen, names))
    if any(map(is_version_control, seen)):
        return "is inside a version-control folder, whose files run as programs"
    for folder in state:
        wanted = tuple(map(as_seen, folder))
        if seen[: len(wanted)] == wanted or any(
            seen[at : at + len(wanted)] == wanted
            for at, name in enumerate(seen)
            if name == wanted[0]
        ):
            return "is inside the state folder"
    return None


def _may_hold_secrets(name: str, *, settings: bool = False) -> bool:
    seen = as_seen(name)
    if seen == _SETTINGS:
        return not settings
    return seen == ".env" or (seen.startswith(".env.") and seen != ".env.example")


def _may_be(file: Path, name: str) -> bool:
    """Check whether a path that ends in ``name`` may be the file or an older one of it.

    This spares resolving the file, which keeps its name unless that is a link.
    """
    return name.startswith(as_seen(file.stem)) or file.is_symlink()


def _real(file: Path) -> str:
    return as_seen(os.path.realpath(file))


def _is_of_log(log: str, path: str) -> bool:
    """Check whether a path is a log, or an older one: ``x-2026….jsonl``, ``x.jsonl.1``."""
    ending = Path(log).suffix
    is_older = path.startswith(f"{log.removesuffix(ending)}-") and path.endswith(ending)
    return path == log or path.startswith((f"{log}.", f"{log}-")) or is_older
