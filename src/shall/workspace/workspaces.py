"""Which folders may be worked in."""

import errno
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from msgspec import Struct

from shall.engine.redact import Redactor
from shall.errors import FileUnavailable, FolderNotFound, Forbidden, OutsideWorkspace
from shall.late_pattern import late_pattern
from shall.log import Log
from shall.store.base import CallRecord
from shall.store.folders import exists, walk
from shall.workspace.paths import MARKERS, is_version_control
from shall.workspace.workspace import Workspace

_ABSENT = frozenset({"", "${workspace}", "${workspaceFolder}"})
_PYTHON = late_pattern(r"python(\d+(\.\d+)*)?")


_log = Log(__name__)

MOST_OPEN = 16
"""Projects found below the allowed folders that stay open while nobody works in them."""

MOST_IN_USE = 64
"""Projects found below the allowed folders in which calls work at the same time."""


class _Found(Struct):
    """A project below an allowed folder. ``uses``: calls that work in it."""

    workspace: Workspace
    identity: tuple[int, int]
    uses: int = 0


_HELD: ContextVar[list[_Found] | None] = ContextVar("workspaces held by this call", default=None)


class Workspaces:
    """The folders that the operator allows, and the projects in them, opened on first use.

    An allowed folder is opened once, and stays open. A project below it is reached from there
    without following a link, and closed when others were used since.

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
        open_workspace: Callable[[Path, int], Workspace],
        interpreters: Sequence[Path] = (),
        state_of: Callable[[Path], Path] = lambda folder: folder / ".shall",
    ) -> None:
        self._allowed = tuple(folder.resolve() for folder in allowed)
        self._current = current.resolve()
        roots = {Path("/"), Path(self._current.anchor)}
        self._too_wide = frozenset(roots if home is None else {*roots, home.resolve()})
        self._open = open_workspace
        self._state_of = state_of
        self._allowed_open: dict[Path, Workspace] = {}
        self._found: dict[Path, _Found] = {}  # the one that was used last comes last
        self._replaced: list[_Found] = []
        self._unused: set[Path] = set()  # folders whose unused state was reported
        self._lock = threading.RLock()
        self._interpreters = frozenset(interpreters)
        self.redactor = Redactor()
        self.observe_call: Callable[[CallRecord], None] = _observe_nothing
        """Takes each call of a tool or a route when it has ended."""

    @property
    def takes_client_roots(self) -> bool:
        """Whether the client's roots matter: the operator named no folder."""
        return not self._allowed

    @property
    def opened(self) -> tuple[Workspace, ...]:
        """The workspaces that are open now."""
        with self._lock:
            found = [it.workspace for it in self._found.values()]
            return (*self._allowed_open.values(), *found)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep open what the block chooses until it ends, also in tasks that it starts."""
        held: list[_Found] = []
        token = _HELD.set(held)
        try:
            yield
        finally:
            _HELD.reset(token)
            with self._lock:
                for found in held:
                    found.uses -= 1
                self._close_idle()

    def choose(
        self,
        argument: str | None,
        client_roots: Sequence[Path] = (),
        limits: Sequence[Path] = (),
    ) -> Workspace:
        """Return the workspace for a tool's ``workspace`` argument.

        It is the nearest project at or above the named folder: one that has a marker, else the
        allowed folder. None, an empty text and the literal ``${workspace}`` mean the first
        allowed folder. Where there are ``limits`` (real paths), they mean the first of those, and
        any workspace is one of them or inside one.

        Raises:
            Forbidden: It is outside of the limits, whether there is such a folder or not.
            OutsideWorkspace: It is not inside an allowed folder; the hint is the line to add. Or
                it is inside a version-control folder, or inside a state folder.
            FolderNotFound: It is inside one, but there is no such folder.
        """
        roots = self._roots(client_roots)
        if argument is None or argument.strip() in _ABSENT:
            if limits:
                return self.choose(str(limits[0]), client_roots, limits)
            if not roots:
                raise OutsideWorkspace(
                    f"No workspace is configured, and {self._current} is too broad to be one.",
                    hint=_line_to_add("/path/to/project"),
                )
            return self._open_allowed(roots[0])
        base = roots[0] if roots else self._current
        folder = _resolved(base, argument)
        _check_limits(folder, limits, f"The token may not use the workspace {argument}.")
        if not any(folder.is_relative_to(root) for root in roots):
            raise OutsideWorkspace(
                f"The workspace {argument} is not inside an allowed folder.",
                hint=_line_to_add(str(folder)),
            )
        if not any(self._may_be_opened(folder, root) for root in roots):
            raise OutsideWorkspace(
                f"The workspace {argument} is a version-control folder or a state folder."
            )
        root = max((it for it in roots if folder.is_relative_to(it)), key=lambda it: len(it.parts))
        found = self._project_of(root, folder)
        _check_limits(
            found.root,
            limits,
            f"The folder {argument} is part of a project that the token may not use.",
            f"Create {folder}/shall.yaml to make the folder a project of its own, it may be empty.",
        )
        return found

    def check_interpreter(self, python_path: str | None, workspace: Workspace) -> Path | None:
        """Return a Python interpreter that may be started: in the workspace's venv, or allowed.

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
        with self._lock:
            found = [*self._found.values(), *self._replaced]
            still_open = [*self._allowed_open.values(), *(it.workspace for it in found)]
            self._found, self._replaced, self._allowed_open = {}, [], {}
        for workspace in still_open:
            workspace.close()

    def _roots(self, client_roots: Sequence[Path]) -> tuple[Path, ...]:
        if self._allowed:
            return self._allowed
        named = tuple(root.resolve() for root in client_roots)
        return tuple(root for root in (named or (self._current,)) if root not in self._too_wide)

    def _may_be_opened(self, folder: Path, root: Path) -> bool:
        """Return whether a folder is inside a root, and inside nothing that tools may not write.

        What a tool refuses below a workspace must not become one itself: there its files would
        be like any others.
        """
        if not folder.is_relative_to(root):
            return False
        below = folder.relative_to(root).parts
        if any(is_version_control(name) for name in below):
            return False
        above = [root.joinpath(*below[:count]) for count in range(len(below) + 1)]
        return not any(folder.is_relative_to(_real(self._state_of(it))) for it in above)

    def _open_allowed(self, root: Path) -> Workspace:
        with self._lock:
            if root not in self._allowed_open:
                with _opened(root, lambda: os.open(root, os.O_RDONLY | os.O_DIRECTORY)) as folder:
                    self._allowed_open[root] = self._open(root, folder)
            return self._allowed_open[root]

    def _project_of(self, root: Path, folder: Path) -> Workspace:
        with self._lock:
            allowed = self._open_allowed(root)
            names = folder.relative_to(root).parts
            start = allowed.files.fileno()
            with _opened(folder, lambda: walk(start, names)):
                pass  # also a folder that is not a project must be there
            for count in range(len(names), 0, -1):
                path = root.joinpath(*names[:count])
                with _opened(path, lambda: walk(start, names[:count])) as project:  # noqa: B023
                    if any(exists(project, marker) for marker in MARKERS):
                        return self._open_found(path, project)
                    if exists(project, ".shall"):
                        self._report_unused_state(path, root)
            return allowed

    def _report_unused_state(self, folder: Path, root: Path) -> None:
        """Log once that a state folder alone no longer makes a project, as it once did."""
        if folder not in self._unused and len(self._unused) < MOST_OPEN:
            self._unused.add(folder)
            _log.warning(
                "%s/.shall is not used: the workspace is %s; create %s/shall.yaml to make the "
                "folder a project of its own, it may be empty",
                folder,
                root,
                folder,
            )

    def _open_found(self, path: Path, descriptor: int) -> Workspace:
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        found = self._found.pop(path, None)
        if found is not None and found.identity != identity:  # another folder has the name now
            self._replaced.append(found)
            found = None
        if found is None:
            if sum(it.uses > 0 for it in self._found.values()) >= MOST_IN_USE:
                raise FileUnavailable(
                    f"{MOST_IN_USE} workspaces are in use.", hint="Try again in a moment."
                )
            found = _Found(self._open(path, descriptor), identity)
        self._close_idle()  # not this one
        self._found[path] = found
        held = _HELD.get()
        if held is not None and found not in held:
            found.uses += 1
            held.append(found)
        return found.workspace

    def _close_idle(self) -> None:
        idle = [path for path, found in self._found.items() if found.uses == 0]
        for path in idle[: max(len(self._found) - MOST_OPEN, 0)]:
            self._found.pop(path).workspace.close()
        for found in [it for it in self._replaced if it.uses == 0]:
            self._replaced.remove(found)
            found.workspace.close()


def _observe_nothing(_: CallRecord) -> None:
    """Drop a call."""


def _check_limits(
    folder: Path, limits: Sequence[Path], message: str, hint: str | None = None
) -> None:
    if limits and not any(folder.is_relative_to(it) for it in limits):
        raise Forbidden(message, hint=hint)


@contextmanager
def _opened(folder: Path, open_folder: Callable[[], int]) -> Iterator[int]:
    try:
        descriptor = open_folder()
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}"
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            reason = "does not exist, or is not a folder"
        raise FolderNotFound(
            f"The workspace {folder} {reason}.", hint="Create the folder first."
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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
        raise OutsideWorkspace(
            f"The workspace {argument!r} is not a valid path: {error}."
        ) from None
    return folder


def _real(folder: Path) -> Path:
    try:
        return folder.resolve()
    except OSError:  # it is replaced at this moment; opening it follows no link
        return folder


def _line_to_add(folder: str) -> str:
    return (
        f"Start the server with --workspace {folder}, "
        f"or set SHALL_WORKSPACES={folder} in its environment."
    )
