"""Which files a case names: what it uploads, schemas, documents, snapshots and rows in files."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from shall.cases.forms import is_query_file
from shall.cases.model import (
    AwaitedMessages,
    Body,
    Case,
    Check,
    RequestTemplate,
    Step,
    Teardown,
)
from shall.cases.parts import parts_of
from shall.cases.snapshot import snapshot_of, snapshot_path


def named_files(case: Case, case_path: str, documents: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the paths as written, each once; one with an expression is known only in a run.

    ``documents`` are the OpenAPI documents of the project, which a case names by ``openapi: true``.

    The file of rows and the snapshots are beside the case, and named by their paths in the
    workspace.
    """
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    found = {path: None for part in parts for path in _paths(part)}
    for part in parts:
        for check in part.checks:
            if check.kind not in _BESIDE:
                continue
            if check.kind == "snapshot":
                found[snapshot_path(case_path, snapshot_of(check.expected)[0])] = None
            elif check.expected is True:
                found |= dict.fromkeys(documents)
    if isinstance(case.data, str):
        found[path_of_rows(case_path, case.data)] = None
    found |= dict.fromkeys(_trusted(case.connection))
    return tuple(it for it in found if isinstance(it, str) and "{{" not in it)


def schema_files(case: Case) -> tuple[str, ...]:
    """Return the paths, as written, of the files of JSON Schemas, which may refer to others."""
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    found = dict.fromkeys(
        path
        for part in parts
        for checks in _checks_of(part)
        for path in schemas_in(checks, _SCHEMA)
    )
    return tuple(it for it in found if "{{" not in it)


def sent_files(case: Case) -> frozenset[str]:
    """Return the paths, as written, of files that requests of a case send byte for byte."""
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    found: set[Any] = set()
    for request in filter(None, (part.request for part in parts)):
        found.update(_of_upload(request))
        if request.body is not None and request.body.kind == "body":
            found.add(_file_of(request.body))
    return frozenset(it for it in found if isinstance(it, str))


_BESIDE = frozenset({"snapshot", "openapi"})
"""Checks that compare with a file whose path they need not say."""

_NAMING = frozenset({"schema", "openapi"})
"""Checks that compare with a file."""

_SCHEMA = frozenset({"schema"})


def path_of_rows(case_path: str, written: str) -> str:
    """Return the path in the workspace of a file of rows, which is beside its case."""
    folder = case_path.rpartition("/")[0]
    return f"{folder}/{written}" if folder and not written.startswith("/") else written


def _paths(part: Step | Teardown) -> Iterator[Any]:
    if part.request is not None:
        yield from _of_request(part.request)
    for checks in _checks_of(part):
        yield from schemas_in(checks)


def _checks_of(part: Step | Teardown) -> Iterator[Iterable[Check]]:
    yield part.checks
    if not isinstance(part, Step):
        return
    if part.until is not None:
        yield (*part.until.checks, *part.until.fails_if)
    for item in part.messages:
        if isinstance(item, AwaitedMessages):
            yield item.checks
    if part.flow is not None:
        yield part.flow.when.checks if part.flow.when else ()
        yield part.flow.repeat.checks if part.flow.repeat else ()


def _of_request(request: RequestTemplate) -> Iterator[Any]:
    yield from _of_upload(request)
    if request.connection:
        yield from _trusted(request.connection)
    body = request.body
    if body is not None and body.kind in _WITH_FILES:
        yield _file_of(body)


def _of_upload(request: RequestTemplate) -> Iterator[Any]:
    return (it.get("file") for _, it in parts_of(request.files or {}))


def _file_of(body: Body) -> Any:
    """Return the file that a body names; None where it names none."""
    if body.kind == "body":
        return body.value.get("file")
    query = body.value["query"]
    return query if is_query_file(query) else None


_WITH_FILES = frozenset({"graphql", "body"})


def _trusted(connection: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the certificates that a connection names; keys are secrets, and change nothing."""
    return (connection[name] for name in ("client_certificate", "ca") if name in connection)


def schemas_in(checks: Iterable[Check], kinds: Collection[str] = _NAMING) -> Iterator[str]:
    """Yield the paths of the schemas and documents that checks of these kinds compare with."""
    for check in checks:
        if type(check.expected) is tuple:
            yield from schemas_in(check.expected, kinds)
        elif check.kind in kinds and type(check.expected) is str:
            yield check.expected
