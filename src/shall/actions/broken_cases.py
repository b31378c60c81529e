"""What a case names that cannot be read, so that it is reported together with its fields."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from shall.actions.data_rows import problem_of_rows
from shall.cases.data_table import ENDINGS
from shall.cases.reader import load_yaml, locator
from shall.cases.root import fields_of
from shall.diagnostics import Diagnostic
from shall.errors import InvalidInput
from shall.workspace.workspace import Workspace


def needs_written(text: str, path: str) -> Sequence[str]:
    """Return what a case needs; an empty text stands for an item that is no text."""
    needs = _fields(text, path).get("needs") or ()
    listed = needs if isinstance(needs, list | tuple) else [needs]
    return [it if isinstance(it, str) else "" for it in listed]


def missing_rows(workspace: Workspace, text: str, path: str) -> tuple[Diagnostic, ...]:
    """Return the problem of the file of rows that a case names, if it has one."""
    data = _fields(text, path).get("data")
    if not isinstance(data, str) or not data.lower().endswith(ENDINGS):
        return ()
    return problem_of_rows(workspace, path, data, lambda: locator(text, path)("data"))


def _fields(text: str, path: str) -> dict[str, Any]:
    with suppress(InvalidInput):
        data = load_yaml(text, path)
        case = fields_of(data)
        if isinstance(case, dict):
            return case
    return {}
