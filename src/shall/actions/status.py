"""Health as data."""

from dataclasses import dataclass

from shall.actions.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Health:
    """What ``health_check`` tells."""

    version: str
    repo_root: str
    tests_root: str
    test_cases_root: str
    state_warning: str | None = None


def health(workspace: Workspace) -> Health:
    """Tell where the workspace's parts are."""
    raise NotImplementedError
