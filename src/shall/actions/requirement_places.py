"""Where requirements documents may lie; a project without any imports nothing that reads them."""

from shall.specs.layouts import FOLDERS
from shall.workspace.workspace import Workspace

STRAY_FILES = ("requirements.md", "spec.md", "docs/requirements.md")
"""Files outside of every layout that are named like requirements."""

STRAY_FOLDERS = ("requirements", "docs/specs")
"""Folders outside of every layout that are named like those of requirements."""


def may_have_requirements(workspace: Workspace) -> bool:
    """Return whether a workspace has a folder or file that ``read_specs`` would look at."""
    files = workspace.files
    return (
        bool(workspace.specs)
        or any(map(files.is_folder, (*FOLDERS, *STRAY_FOLDERS)))
        or any(map(files.is_file, STRAY_FILES))
    )
