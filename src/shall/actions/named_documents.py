"""Checks that the OpenAPI documents that a case names are there, before anything is sent."""

from collections.abc import Mapping, Sequence

from shall.cases.model import Case, CheckKind, Step, Teardown
from shall.cases.nearest import nearest
from shall.cases.reader import locate
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidCase
from shall.workspace.workspace import Workspace

_ENDINGS = (".yaml", ".yml", ".json")


def check_documents(workspace: Workspace, case: Case, text: str, path: str) -> None:
    """Raise ``InvalidCase`` where a document does not exist."""
    groups: Mapping[str, Sequence[Step | Teardown]] = {
        "steps": case.steps,
        "teardowns": case.teardowns,
    }
    problems = [
        _missing(workspace, check.expected, text, path, f"{group}[{at}].expect.openapi")
        for group, calls in groups.items()
        for at, call in enumerate(calls)
        for check in call.checks
        if check.kind is CheckKind.OPENAPI and not workspace.files.is_file(check.expected)
    ]
    if problems:
        raise InvalidCase(problems)


def _missing(workspace: Workspace, file: str, text: str, path: str, field: str) -> Diagnostic:
    folder = file.rpartition("/")[0] or "."
    files = workspace.files
    near = nearest(file, files.find(folder, _ENDINGS)) if files.is_folder(folder) else None
    return Diagnostic(
        "file.unreadable",
        Severity.ERROR,
        f"{file:.200} does not exist.",
        locate(text, path, field),
        f"Did you mean {near}?" if near else "Its path begins at the root of the project.",
        field,
    )
