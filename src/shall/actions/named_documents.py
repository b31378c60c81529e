"""Checks that the files a case names are there, before anything is sent.

They are shared steps, OpenAPI documents and files of JSON Schemas, with those that these refer to.
"""

from collections.abc import Iterator, Mapping, Sequence

from shall.cases.model import Case, Check, Step, Teardown
from shall.cases.named_files import schemas_in
from shall.cases.nearest import nearest
from shall.cases.reader import locate
from shall.diagnostics import Diagnostic, Severity
from shall.engine.schema import read_schema
from shall.errors import FileMissing, InvalidCase, InvalidInput, ShallError
from shall.workspace.folders import shared_path
from shall.workspace.workspace import Workspace

_ENDINGS = (".yaml", ".yml", ".json")
_PLAIN = "Name a plain file in the project, such as a copy."


def is_url(source: str) -> bool:
    """Return whether a document is named by a URL, not a path."""
    return source.startswith(("http://", "https://"))


def check_documents(workspace: Workspace, case: Case, text: str, path: str) -> None:
    """Raise ``InvalidCase`` where shared steps, a document or a schema do not exist."""
    groups: Mapping[str, Sequence[Step | Teardown]] = {
        "steps": case.steps,
        "teardowns": case.teardowns,
    }
    problems = [
        problem
        for group, calls in groups.items()
        for at, call in enumerate(calls)
        for problem in _problems_of(workspace, call, text, path, f"{group}[{at}]")
    ]
    for number, name in enumerate(case.use):
        file = shared_path(path, name)
        if not workspace.files.is_file(file):
            problems.append(_missing(workspace, file, text, path, f"use[{number}]"))
    if problems:
        raise InvalidCase(problems)


def _problems_of(
    workspace: Workspace, call: Step | Teardown, text: str, path: str, place: str
) -> Iterator[Diagnostic]:
    for number, check in enumerate(call.checks):
        if check.kind == "openapi":
            yield from _problems(workspace, check, text, path, f"{place}.expect.openapi")
            continue
        at = f"{place}.{check.place or f'assert[{number}]'}"
        for file in dict.fromkeys(schemas_in([check])):
            if "{{" in file:
                continue
            if not workspace.files.is_file(file):
                yield _missing(workspace, file, text, path, at)
                continue
            problem = _reference_problem(workspace, file)
            if problem is not None:
                hint, line = problem.hint or "", locate(text, path, at)
                yield Diagnostic("file.unreadable", Severity.ERROR, problem.message, line, hint, at)


def _reference_problem(workspace: Workspace, schema: str) -> ShallError | None:
    """Return why a file that a schema refers to cannot be read; None where all can."""
    try:
        read_schema(schema, workspace.files)
    except ShallError as error:
        return error
    return None


def _problems(
    workspace: Workspace, check: Check, text: str, path: str, field: str
) -> Iterator[Diagnostic]:
    if check.expected is not True:
        if not workspace.files.is_file(check.expected):
            yield _missing(workspace, check.expected, text, path, field)
        return
    documents = workspace.defaults.openapi
    place = locate(text, path, field)
    if not documents:
        message = "`openapi: true` needs the setting `openapi`, which names no document."
        hint = "Write `openapi: openapi.yaml` in shall.yaml, or the path here."
        yield Diagnostic("file.unreadable", Severity.ERROR, message, place, hint, field)
    for document in documents:
        if is_url(document):
            shown = workspace.redactor.url(document)
            message = (
                f"`openapi: true` reads files; the setting `openapi` names the URL {shown:.200}."
            )
            hint = "Save the document in the project, and name its path."
            yield Diagnostic("file.unreadable", Severity.ERROR, message, place, hint, field)
        elif not workspace.files.is_file(document):
            yield _missing(workspace, document, text, path, field)


def _missing(workspace: Workspace, file: str, text: str, path: str, field: str) -> Diagnostic:
    folder = file.rpartition("/")[0] or "."
    files = workspace.files
    message, hint = f"{file:.200} does not exist.", "Its path begins at the root of the project."
    try:
        files.read_bytes(file)
    except FileMissing:
        near = nearest(file, files.find(folder, _ENDINGS)) if files.is_folder(folder) else None
        hint = f"Did you mean {near}?" if near else hint
    except InvalidInput as error:  # a link, a folder, or outside
        message, hint = error.message, error.hint or _PLAIN
    place = locate(text, path, field)
    return Diagnostic("file.unreadable", Severity.ERROR, message, place, hint, field)
