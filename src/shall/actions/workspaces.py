"""Which folders may be worked in."""

from collections.abc import Callable, Sequence
from pathlib import Path

from shall.actions.workspace import Workspace


class Workspaces:
    """The folders that the operator allows, each opened on first use.

    ``allowed`` come from flags or settings. Where there are none, the client's roots are taken,
    else ``current`` - but never ``/`` or the home directory, where desktop clients start servers.
    """

    def __init__(
        self,
        allowed: Sequence[Path],
        current: Path,
        home: Path,
        open_workspace: Callable[[Path], Workspace],
    ) -> None:
        raise NotImplementedError

    def choose(self, argument: str | None, client_roots: Sequence[Path] = ()) -> Workspace:
        """Give the workspace for a tool's ``workspace`` argument.

        None, an empty text and the literal ``${workspace}`` mean the first allowed folder.

        Raises:
            OutsideWorkspace: It is not inside an allowed folder; the hint is the line to add.
        """
        raise NotImplementedError

    def check_interpreter(self, python_path: str | None, workspace: Workspace) -> Path | None:
        """Give a Python interpreter that may be started: inside the workspace, or allowed.

        Raises:
            OutsideWorkspace: Any other.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close every opened workspace."""
        raise NotImplementedError
