"""Which folders may be worked in."""

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from shall.actions.paths import is_version_control
from shall.actions.workspace import Workspace
from shall.engine.redact import Redactor
from shall.errors import FolderNotFound, OutsideWorkspace

_ABSENT = frozenset({"", "${workspace}", "${workspaceFolder}"})
_PYTHON = re.compile(r"python(\d+(\.\d+)*)?")


class Workspaces:
    """The folders that the operator allows, each opened on first use.

    ``allowed`` come from flags or settings. Where there are none, the client's roots are taken,
    else ``current`` - but never ``/`` or the home directory, where desktop clients start servers.
    ``home`` None means that no home directory is too wide. Several threads may open workspaces.
    ``redactor`` knows the secrets of the settings: what is answered passes through it.
    """

    def __init__(
        self,
        allowed: Sequence[Path],
        current: Path,
        home: Path | None,
        open_workspace: Callable[[Path], Workspace],
        interpreters: Sequence[Path] = (),
        state_of: Callable[[Path], Path] = lambda folder: folder / ".shall",
    ) -> None:
        self._allowed = tuple(folder.resolve() for folder in allowed)
        self._current = current.resolve()
        roots = {Path("/"), Path(self._current.anchor)}
        self._too_wide = frozenset(roots if home is None else {*roots, home.resolve()})
        self._open = open_workspace
        self._state_of = state_of
        self._opened: dict[Path, Workspace] = {}
        self._opening = threading.Lock()
        self._interpreters = frozenset(interpreters)
        self.redactor = Redactor()

    @property
    def takes_client_roots(self) -> bool:
        """Whether the client's roots matter: the operator named no folder."""
        return not self._allowed

    @property
    def opened(self) -> tuple[Workspace, ...]:
        """The workspaces that are open now."""
        return tuple(self._opened.values())

    def choose(self, argument: str | None, client_roots: Sequence[Path] = ()) -> Workspace:
        """Give the workspace for a tool's ``workspace`` argument.

        None, an empty text and the literal ``${workspace}`` mean the first allowed folder.

        Raises:
            OutsideWorkspace: It is not inside an allowed folder; the hint is the line to add. Or
                it is inside a version-control folder, or inside a state folder.
            FolderNotFound: It is inside one, but there is no such folder.
        """
        roots = self._roots(client_roots)
        if argument is None or argument.strip() in _ABSENT:
            if not roots:
                raise OutsideWorkspace(
                    f"No workspace is named, and {self._current} is too wide to be one.",
                    hint=_line_to_add("/path/to/project"),
                )
            return self._opened_at(roots[0])
        base = roots[0] if roots else self._current
        folder = _resolved(base, argument)
        if not any(folder.is_relative_to(root) for root in roots):
            raise OutsideWorkspace(
                f"The workspace {argument} is not inside an allowed folder.",
                hint=_line_to_add(str(folder)),
            )
        if not any(self._may_be_opened(folder, root) for root in roots):
            raise OutsideWorkspace(
                f"The workspace {argument} is a version-control folder or a state folder."
            )
        return self._opened_at(folder)

    def check_interpreter(self, python_path: str | None, workspace: Workspace) -> Path | None:
        """Give a Python interpreter that may be started: in the workspace's venv, or allowed.

        Raises:
            OutsideWorkspace: Any other.
        """
        if python_path is None or not python_path.strip():
            return None
        # Not resolved: a virtual environment's python is a link to the one it was made from.
        path = Path(python_path)
        path = path if path.is_absolute() else workspace.root / path
        inside = ".." not in path.parts and path.is_relative_to(workspace.root)
        if path in self._interpreters or (inside and _is_python_of_venv(path)):
            return path
        raise OutsideWorkspace(
            f"{python_path} is not a Python interpreter of this workspace.",
            hint=f"Name one in a virtual environment inside {workspace.root}, "
            "or allow it with SHALL_INTERPRETERS.",
        )

    def close(self) -> None:
        """Close every opened workspace."""
        while self._opened:
            _, workspace = self._opened.popitem()
            workspace.files.close()
            if workspace.store is not None:
                workspace.store.close()
            if workspace.call_log is not None:
                workspace.call_log.close()

    def _roots(self, client_roots: Sequence[Path]) -> tuple[Path, ...]:
        if self._allowed:
            return self._allowed
        named = tuple(root.resolve() for root in client_roots)
        return tuple(root for root in (named or (self._current,)) if root not in self._too_wide)

    def _may_be_opened(self, folder: Path, root: Path) -> bool:
        """Tell whether a folder is inside a root, and inside nothing that tools may not write.

        What a tool refuses below a workspace must not become one itself: there its files would
        be like any others.
        """
        if not folder.is_relative_to(root):
            return False
        below = folder.relative_to(root).parts
        if any(is_version_control(name) for name in below):
            return False
        above = [root.joinpath(*below[:count]) for count in range(len(below) + 1)]
        return not any(folder.is_relative_to(self._state_of(it).resolve()) for it in above)

    def _opened_at(self, folder: Path) -> Workspace:
        with self._opening:
            if folder not in self._opened:
                if not folder.is_dir():
                    raise FolderNotFound(
                        f"The workspace {folder} does not exist.", hint="Make the folder first."
                    )
                self._opened[folder] = self._open(folder)
            return self._opened[folder]


def _is_python_of_venv(path: Path) -> bool:
    try:
        in_venv = (path.parent.parent / "pyvenv.cfg").is_file()
        return in_venv and path.is_file() and _PYTHON.fullmatch(path.name) is not None
    except OSError:  # a name that is too long
        return False


def _resolved(base: Path, argument: str) -> Path:
    try:
        folder = (base / argument).resolve()
        folder.is_dir()  # a name that is too long shows here
    except (ValueError, OSError) as error:
        raise OutsideWorkspace(f"The workspace {argument!r} cannot be a path: {error}.") from None
    return folder


def _line_to_add(folder: str) -> str:
    return (
        f"Start the server with --workspace {folder}, "
        f"or set SHALL_WORKSPACES={folder} in its environment."
    )
