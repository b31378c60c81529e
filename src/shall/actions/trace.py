"""Traces criteria to cases, tests and their latest outcome."""

from shall.actions.workspace import Workspace
from shall.specs.matrix import Matrix


def trace_requirements(workspace: Workspace, feature: str | None = None) -> Matrix:
    """Build the coverage matrix of the workspace, or of one feature.

    Raises:
        InvalidSpec: A requirements document cannot be read.
        BadValue: No feature has that name.
    """
    raise NotImplementedError
