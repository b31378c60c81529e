"""What a YAML file of the project is: a case, unit cases or something else."""

from shall.cases.reader import is_wrapped, load_yaml, root_of
from shall.cases.root import ROOT
from shall.errors import InvalidCase
from shall.workspace.folders import CASE_FOLDERS, SHARED, is_shared_path


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


def refuse_shared(text: str, path: str) -> None:
    """Refuse a file in the folder of shared steps of a folder of cases as a case.

    Elsewhere a file that is named is a case: nothing shows that others use it.

    Raises:
        InvalidCase: It holds shared steps.
    """
    if path.startswith(_SHARED_FOLDERS) and is_shared(text, path):
        from shall.cases.full_case import HOLDS_SHARED, USE_SHARED  # few such files are named
        from shall.diagnostics import Diagnostic, Severity
        from shall.span import Span

        problem = Diagnostic(
            "case.no-root", Severity.ERROR, HOLDS_SHARED, Span(path, 1), USE_SHARED
        )
        raise InvalidCase([problem])


_SHARED_FOLDERS = tuple(f"{folder}/{SHARED}/" for folder in CASE_FOLDERS)


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
