"""Creates and reads text files of the workspace."""

from shall.actions.workspace import Workspace


def create_file(workspace: Workspace, path: str, content: str, *, overwrite: bool = False) -> str:
    """Write a text file; give its path in the workspace.

    Raises:
        OutsideWorkspace: The path leads out or into the state or a version-control folder.
        AlreadyExists: It exists and ``overwrite`` is false.
    """
    raise NotImplementedError


def read_file(workspace: Workspace, path: str) -> str:
    """Read text of up to 1 MiB. Raises ``OutsideWorkspace``, ``FileMissing``, ``BadValue``."""
    raise NotImplementedError
