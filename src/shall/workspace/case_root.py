"""What a YAML file of the project is: a case, unit cases or something else."""

from shall.cases.reader import is_wrapped, root_of
from shall.cases.root import ROOT
from shall.workspace.folders import is_shared_path


def root_in(text: str, path: str) -> str | None:
    """Return ``testcase`` or ``unittest`` by a glance at a file; None for any other.

    Without the older root, a file in a folder of shared steps holds those, not a case.
    """
    root = root_of(text)
    if root == ROOT and is_shared_path(path) and not is_wrapped(text):
        return None
    return root


def is_shared(text: str, path: str) -> bool:
    """Return whether a file holds shared steps, by a glance at it."""
    if text.removeprefix("\ufeff").startswith("shared:") or "\nshared:" in text:
        return True
    return is_shared_path(path) and root_of(text) == ROOT and not is_wrapped(text)
