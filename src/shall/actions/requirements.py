"""Finds and reads the requirements documents of a workspace."""

from collections.abc import Mapping

from shall.actions.workspace import Workspace
from shall.specs.model import SpecSet

FOLDERS = ("specs", ".kiro/specs")


def read_specs(workspace: Workspace) -> SpecSet:
    """Read every requirements document.

    Raises:
        InvalidSpec: A document cannot be read, or two hold the same feature; all are told.
    """
    raise NotImplementedError


def criterion_fingerprints(workspace: Workspace) -> Mapping[str, tuple[str, str]]:
    """Map each way to name a criterion to its key and fingerprint."""
    raise NotImplementedError
