"""Which files of the workspace a case names: what it uploads, and JSON Schemas in files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shall.cases.model import Case, Check, CheckKind, Step, Teardown


def named_files(case: Case) -> tuple[str, ...]:
    """Return the paths as written, each once; one with an expression is known only in a run."""
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    found = {path: None for part in parts for path in _paths(part)}
    found |= dict.fromkeys(_trusted(case.connection))
    return tuple(it for it in found if isinstance(it, str) and "{{" not in it)


def _paths(part: Step | Teardown) -> Iterator[Any]:
    if part.request is not None:
        yield from part.request.files.values()
        yield from _trusted(part.request.connection)
    yield from _schemas(part.checks)
    if isinstance(part, Step) and part.until is not None:
        yield from _schemas((*part.until.checks, *part.until.fails_if))


def _trusted(connection: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the certificates that a connection names; keys are secrets, and change nothing."""
    return (connection[name] for name in ("client_certificate", "ca") if name in connection)


def _schemas(checks: Iterable[Check]) -> Iterator[str]:
    for check in checks:
        if type(check.expected) is tuple:
            yield from _schemas(check.expected)
        elif check.kind is CheckKind.SCHEMA and type(check.expected) is str:
            yield check.expected
