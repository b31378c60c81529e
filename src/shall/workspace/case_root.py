"""What a YAML file of the project is: a case, unit cases or something else."""

from shall.cases.reader import is_wrapped, load_yaml, root_of
from shall.cases.root import ROOT
from shall.errors import InvalidCase
from shall.workspace.folders import is_shared_path


def root_in(text: str, path: str) -> str | None:
    """Return ``testcase`` or ``unittest`` by a glance at a file; None for any other.

    Without the older root, a file in a folder of shared steps holds those, not a case.
    """
    root = root_of(text)
    return None if root == ROOT and _is_bare_and_shared(text, path) else root


def is_shared(text: str, path: str) -> bool:
    """Return whether a file holds shared steps, by a glance at it."""
    if text.removeprefix("\ufeff").startswith("shared:") or "\nshared:" in text:
        return True
    return root_of(text) == ROOT and _is_bare_and_shared(text, path)


def _is_bare_and_shared(text: str, path: str) -> bool:
    return is_shared_path(path) and not (is_wrapped(text) or _may_verify(text, path))


def _may_verify(text: str, path: str) -> bool:
    """Return whether a file has ``verifies``, which shared steps do not have, or cannot be read.

    A case that was taken for shared steps would not run, and its criteria would stay as they are.
    """
    if "verifies" not in text:
        return False
    try:
        data = load_yaml(text, path)
    except InvalidCase:
        return True
    return isinstance(data, dict) and "verifies" in data
