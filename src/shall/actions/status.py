"""Health as data."""

from msgspec import Struct

from shall import __version__
from shall.actions.discovery import case_folders
from shall.workspace.workspace import Workspace


class Health(Struct, frozen=True):
    """The answer of ``health_check``."""

    version: str
    repo_root: str
    tests_root: str
    test_cases_root: str
    state_warning: str | None = None


def health(workspace: Workspace) -> Health:
    """Return where the workspace's parts are."""
    folders = case_folders(workspace) or ("tests/cases",)
    return Health(
        version=__version__,
        repo_root=str(workspace.root),
        tests_root=str(workspace.root / "tests"),
        test_cases_root=str(workspace.root / folders[0]),
        state_warning=workspace.state_warning,
    )
