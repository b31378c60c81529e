"""Writes checks as the mapping below a selector: what ``expect`` reads, the other way."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shall.cases.expect import WITHOUT_FIELDS
from shall.cases.model import Check, CheckKind
from shall.cases.path import parse_path, write_path
from shall.cases.predicates import BY_KIND, NAMES, Takes, nearly_named, type_named
from shall.cases.selector import parse_selector
from shall.errors import BadValue


def written_conditions(kind: CheckKind, expected: Any) -> Any:
    """Return what a check compares with as it is written: data without checks in it."""
    if type(expected) is not tuple:
        return expected
    if kind == "count":
        where, *number = expected
        written = _mapping(tuple(number))
        return {"where": _conditions(where.expected), **written}
    if BY_KIND[kind].takes is Takes.ITEMS:
        return [_item(check) for check in expected]
    return _conditions(expected)


def _item(check: Check) -> Any:
    if check.kind == "has":
        written = _conditions(check.expected)
        return written if type(written) is dict and written else {"equals": written}
    return written_conditions(check.kind, check.expected)


def _conditions(checks: tuple[Check, ...]) -> Any:
    """Return the mapping of checks of a part; one that is equal to a value is that value."""
    check = checks[0] if len(checks) == 1 else None
    is_itself = check is not None and check.field is None and check.selector is None
    if check is not None and is_itself and check.kind == "equals" and not check.negated:
        return _shortened("", {"equals": check.expected})
    return _mapping(checks)


def _mapping(checks: tuple[Check, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for check in checks:
        inner: dict[str, Any] = data
        name = check.selector or (member_name(check.field) if check.field is not None else None)
        if name is not None:
            inner = data.setdefault(name, {})
        predicate, expected = predicate_of(check)
        inner[predicate] = expected
    return {name: _shortened(name, value) for name, value in data.items()}


def _shortened(name: str, value: Any) -> Any:
    """Return a mapping with `equals` alone as the value itself, where that reads the same."""
    if type(value) is not dict or value.keys() != {"equals"}:
        return value
    inner = value["equals"]
    return value if (type(inner) is dict and inner) or type_named(name, inner) else inner


def written_expect(checks: Sequence[Check]) -> dict[str, Any] | None:
    """Return checks as the mapping under ``expect``; None where it cannot hold all of them."""
    data: dict[str, dict[str, Any]] = {}
    ends = {selector_of(check): at for at, check in enumerate(checks)}
    for at, check in enumerate(checks):
        selector = selector_of(check)
        written = _written(check, is_last=ends[selector] == at)
        if check.kind == "openapi":
            selector, written = check.kind, {"equals": check.expected}
        if selector is None or written is None:
            return None
        if selector in data and selector != next(reversed(data)):
            _fold(data, selector)
        below = data.setdefault(selector, {})
        if not below.keys().isdisjoint(written):
            written = _otherwise(written)
        if not below.keys().isdisjoint(written):
            return None
        below |= written
    return {selector: _shortened(selector, below) for selector, below in data.items()}


def _fold(data: dict[str, dict[str, Any]], selector: str) -> None:
    """Move the fields that follow a selector below it, where one can, so that the order stays."""
    base = () if selector == "body" else _path(selector)
    for name in [*data][[*data].index(selector) + 1 :]:
        path = _path(name)
        if base is None or path is None or path[: len(base)] != base or path == base:
            return
        member = member_name(write_path(path[len(base) :]))
        if member in data[selector]:
            return
        data[selector][member] = _shortened(member, data.pop(name))


def _otherwise(written: dict[str, Any]) -> dict[str, Any]:
    """Return a predicate that is there already in its other spelling: below `not`."""
    name, expected = next(iter(written.items()))
    if len(written) > 1:
        return written
    opposite = name.removeprefix("not_") if name.startswith("not_") else f"not_{name}"
    return {"not": {opposite: expected}}


def _path(selector: str) -> tuple[str | int, ...] | None:
    try:
        return parse_path(selector) if selector.startswith("$") else None
    except BadValue:  # a JSONPath
        return None


def _written(check: Check, *, is_last: bool) -> dict[str, Any] | None:
    """Return a check below its selector. Fields are read after the predicates that are there."""
    if check.kind == "status_code":
        return {"not_equals" if check.negated else "equals": check.expected}
    if check.kind not in BY_KIND or check.container is not None or check.query is not None:
        return None
    if check.kind == "has" and check.selector is not None and _names_fields(check):
        if not is_last or parse_selector(check.selector).source in WITHOUT_FIELDS:
            return {"has": _mapping(check.expected)}
        return _mapping(check.expected)
    name, expected = predicate_of(check)
    return {name: expected}


def _names_fields(check: Check) -> bool:
    """Return whether a check holds checks of fields only."""
    inner = check.expected
    return not check.negated and all(it.field is not None or it.selector for it in inner)


def selector_of(check: Check) -> str | None:
    """Return the selector that a check is written below; None where none says the same."""
    if check.selector is not None:
        return check.selector
    if check.kind == "status_code":
        return "status"
    if check.header is not None:
        return f"header {check.header}"
    return "body" if check.field is None else json_path(check.field)


def predicate_of(check: Check) -> tuple[str, Any]:
    """Return the name of a check's predicate and what it is compared with."""
    name = BY_KIND[check.kind].name
    takes = BY_KIND[check.kind].takes
    if takes is Takes.NOTHING:
        return name, not check.negated
    expected = written_conditions(check.kind, check.expected)
    return (f"not_{name}" if check.negated else name), expected


@lru_cache(maxsize=1024)
def member_name(field: str) -> str:
    """Return how a field of a value is written as a key: bare, or as a JSONPath."""
    parts = parse_path(field)
    if len(parts) == 1 and isinstance(parts[0], str):
        name = parts[0]
        is_bare = name not in ("", *NAMES, "not") and not name.startswith(("not_", "$"))
        if is_bare and nearly_named(name) is None:
            return name
    return json_path(field)


def json_path(field: str) -> str:
    """Return a check's path as a selector: ``$.items[0].id``."""
    if field == "$" or field.startswith(("$.", "$[")):
        return field
    return f"${field}" if field.startswith("[") else f"$.{field}"
