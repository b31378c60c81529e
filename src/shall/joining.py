"""Settings to Workspace, store and sender: the one place where concrete parts are joined."""

from pathlib import Path

from shall.actions.workspace import Workspace
from shall.actions.workspaces import Workspaces
from shall.settings import Settings


def open_workspace(root: Path, settings: Settings) -> Workspace:
    """Join one folder with its store, evidence and sender.

    State that cannot be written gives a workspace without state and a ``state_warning``.
    """
    raise NotImplementedError


def open_workspaces(settings: Settings) -> Workspaces:
    """Join the folders that the settings allow."""
    raise NotImplementedError
