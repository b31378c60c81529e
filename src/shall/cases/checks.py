"""Reads the checks of a step."""

from collections.abc import Callable
from typing import Any

from shall.cases.aliases import CHECK_KEYS, CHECK_SPELLINGS, check_kind
from shall.cases.fields import Fields, Findings, Keys, kind_of
from shall.cases.model import Check, CheckKind
from shall.cases.nearest import nearest, without_negation
from shall.cases.other_tools import check_hint, snake_spelling
from shall.cases.path import parse_path
from shall.cases.patterns import pattern_problem
from shall.errors import BadValue

_ALLOWED = {"type", "field", "header", "expected", "container", "query"}

_MEMBERSHIP = {CheckKind.IN, CheckKind.NOT_IN}
_PRESENCE = {
    CheckKind.EXISTS: CheckKind.NOT_EXISTS,
    CheckKind.NOT_EXISTS: CheckKind.EXISTS,
    CheckKind.IS_NONE: CheckKind.IS_NOT_NONE,
    CheckKind.IS_NOT_NONE: CheckKind.IS_NONE,
}
"""Checks that compare with nothing, and their opposites."""
_QUERIES = {CheckKind.MYSQL_QUERY, CheckKind.MYSQL_QUERY_EXISTS, CheckKind.MYSQL_QUERY_TRUE}
_SUPPORTED = [it for it in CheckKind if it not in _QUERIES and not it.startswith("sse_")]
_COMPARED = {
    kind
    for kind in CheckKind
    if kind not in _PRESENCE and kind not in _QUERIES and not kind.startswith("sse_")
}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_length(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_ordered(value: Any) -> bool:
    return type(value) in (int, float, str)


_WANTED: dict[CheckKind, tuple[str, Callable[[Any], bool]]] = {
    CheckKind.IN: ("a list", _is_list),
    CheckKind.NOT_IN: ("a list", _is_list),
    CheckKind.LENGTH: ("a length of 0 or more", _is_length),
    **dict.fromkeys(
        (CheckKind.LESS, CheckKind.LESS_EQUAL, CheckKind.GREATER, CheckKind.GREATER_EQUAL),
        ("a number or a text", _is_ordered),
    ),
}


def read_checks(values: list[Any], keys: Keys, findings: Findings) -> tuple[Check, ...]:
    """Read the list under ``assert``; a check that cannot be read is left out."""
    read = (_read_check(value, (*keys, index), findings) for index, value in enumerate(values))
    return tuple(check for check in read if check)


def _read_check(value: Any, keys: Keys, findings: Findings) -> Check | None:
    fields = Fields(value, keys, findings, _ALLOWED, CHECK_KEYS)
    kind = _read_kind(fields)
    if kind is None:
        return None
    field, header = _read_target(fields, kind)
    expected = fields.values.get("expected")
    container = fields.values.get("container")
    if kind is CheckKind.STATUS:
        expected = _read_status(fields, expected)
    elif kind in _PRESENCE:
        kind = _read_presence(fields, kind, expected)
        expected = None
    if container is not None:
        expected, container = _read_container(fields, kind, field or header)
    elif kind in _COMPARED:
        _check_expected(fields, kind, expected)
    query = fields.text("query")
    if kind in _QUERIES and not query:
        fields.missing("query")
    return Check(kind, field, header, expected, query, container)


def _read_target(fields: Fields, kind: CheckKind) -> tuple[str | None, str | None]:
    field = fields.text("field") or None
    header = fields.text("header") or None
    if field and header:
        message = "A check looks at `field` or at `header`, not at both."
        fields.bad("case.conflicting-fields", "header", message)
    if field is not None:
        try:
            parse_path(field)
        except BadValue as error:
            fields.bad("case.bad-path", "field", error.message, error.hint or "")
    if kind is CheckKind.STATUS and header:
        message = "A status check takes no `header`."
        fields.bad("case.conflicting-fields", "header", message)
    elif kind is CheckKind.STATUS and field:
        message = "A status check takes no field; it is left out."
        fields.findings.note("case.ignored-field", fields.at("field"), message)
        field = None
    return field, header


def _read_kind(fields: Fields) -> CheckKind | None:
    spelling = fields.required_text("type")
    if not spelling.strip():
        return None
    kind = check_kind(spelling)
    if kind is None:
        message = f"Unknown check '{spelling}'."
        fields.bad("case.unknown-check", "type", message, *_kind_hint(spelling))
    elif kind != spelling:
        message = f"'{spelling}' is written '{kind}' today."
        fields.findings.note("case.older-spelling", fields.at("type"), message, fix=kind)
    return kind


def _kind_hint(spelling: str) -> tuple[str, str]:
    """Return a hint and a fix for an unknown kind; never one of the opposite meaning."""
    hint = check_hint(spelling)
    if hint is not None:
        return hint, ""
    snake = snake_spelling(spelling)
    near = nearest(snake, (*_SUPPORTED, *CHECK_SPELLINGS), cutoff=0.7)
    if near is not None:
        (stem, negated), (near_stem, near_negated) = map(without_negation, (snake, near))
        if negated == near_negated and nearest(stem, [near_stem]):
            kind = check_kind(near) or ""
            return f"Did you mean '{kind}'?", kind
    return f"Known are {', '.join(_SUPPORTED)}.", ""


def _read_status(fields: Fields, expected: Any) -> Any:
    if type(expected) is str and expected.isdecimal() and len(expected) == 3:
        expected = int(expected)
        message = "A status is written as a number."
        fields.findings.note("case.older-spelling", fields.at("expected"), message)
    number = type(expected) is int and 100 <= expected <= 599
    if expected is not None and not number and not is_template(expected):
        message = f"`expected` must be a status from 100 to 599, not {expected!r}."
        fields.bad("case.bad-value", "expected", message)
    return expected


def _read_presence(fields: Fields, kind: CheckKind, expected: Any) -> CheckKind:
    """Read ``expected: false`` as the opposite check; ignoring it would prove the contrary."""
    if expected is False:
        message = f"`expected: false` is written '{_PRESENCE[kind]}' today."
        fields.findings.note("case.older-spelling", fields.keys, message)
        return _PRESENCE[kind]
    if expected not in (None, True):
        message = f"A check '{kind}' compares with nothing."
        fields.bad("case.conflicting-fields", "expected", message, "Remove `expected`.")
    if kind in (CheckKind.EXISTS, CheckKind.NOT_EXISTS) and not (
        fields.values.get("field") or fields.values.get("header")
    ):
        fields.missing("field", "Name a field of the body or a header.")
    return kind


def _read_container(fields: Fields, kind: CheckKind, target: str | None) -> tuple[Any, Any]:
    """Read the older form of ``in``: the list stands in ``container``."""
    container = fields.values["container"]
    item = fields.values.get("expected")
    if kind not in _MEMBERSHIP:
        message = f"A check '{kind}' takes no `container`."
        fields.bad("case.conflicting-fields", "container", message)
    elif not isinstance(container, list) and not is_template(container):
        fields.bad_type("container", "a list")
    elif target and item is not None:
        hint = "Remove `expected` or `container`."
        fields.bad("case.conflicting-fields", "expected", "The list is given twice.", hint)
    elif not target and item is None:
        fields.missing("field", "Say what is looked for in the list: `field` or `expected`.")
    elif target:
        message = "The list is written in `expected` today."
        fields.findings.note("case.older-spelling", fields.at("container"), message)
        return container, None
    return item, container


def _check_expected(fields: Fields, kind: CheckKind, expected: Any) -> None:
    if "expected" not in fields.values:
        fields.missing("expected", "Write what the value is compared with.")
    elif kind is CheckKind.REGEX and not is_template(expected):
        _check_regex(fields, expected)
    elif kind is CheckKind.STATUS and expected is None:
        message = "`expected` must be a status from 100 to 599."
        fields.bad("case.bad-value", "expected", message)
    elif kind in _WANTED and not is_template(expected):
        wanted, fits = _WANTED[kind]
        if not fits(expected):
            message = f"`expected` must be {wanted}, not {kind_of(expected)} {expected!r:.60}."
            fields.bad("case.bad-type", "expected", message)


def _check_regex(fields: Fields, expected: Any) -> None:
    if not isinstance(expected, str):
        fields.bad_type("expected", "a text", "Quote it.")
        return
    problem = pattern_problem(expected)
    if problem is not None:
        fields.bad("case.bad-pattern", "expected", f"`expected` {problem}.")


def is_template(value: Any) -> bool:
    """Whether a value is a text that holds an expression: it is known when the case runs."""
    return type(value) is str and "{{" in value
