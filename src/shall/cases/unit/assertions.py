"""Writes the assertions of unit cases as lines of Python."""

from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.model import CheckKind
from shall.cases.unit.literals import call_text, literal
from shall.cases.unit.model import CallKind, UnitCheck
from shall.cases.unit.names import BUILTIN_TYPES, is_builtin_exception

AT = '''\
def at(value, *path):
    """Return what lies at a path of keys, indices and attributes."""
    for step in path:
        if isinstance(value, (list, tuple)) and str(step).lstrip("-").isdigit():
            value = value[int(step)]
        elif isinstance(step, int) or hasattr(value, "keys"):
            value = value[step]
        else:
            value = getattr(value, step)
    return value
'''
HAS = '''\
def has(value, *path):
    """Return whether there is something at a path."""
    try:
        at(value, *path)
    except (AttributeError, LookupError):
        return False
    return True
'''
PLAIN = '''\
def plain(value):
    """Return a value with lists for its tuples."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
'''
ERROR = '''\
def error(name, *args):
    """Return an exception, made of its dotted name."""
    kind = resolve_name(name)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise TypeError(name + " is not an exception")
    return kind(*args)
'''

HELPERS = {"at": AT, "has": HAS, "plain": PLAIN, "error": ERROR}
"""Functions that a script holds where it uses them."""

_SIGNS: Mapping[CheckKind | CallKind, str] = {
    "less_than": "<",
    "less_or_equal": "<=",
    "greater_than": ">",
    "greater_or_equal": ">=",
}
_CALLS: Mapping[CheckKind | CallKind, str] = {
    CallKind.CALLED: "assert_called",
    CallKind.CALLED_ONCE: "assert_called_once",
    CallKind.CALLED_WITH: "assert_called_with",
    CallKind.CALLED_ONCE_WITH: "assert_called_once_with",
    CallKind.ANY_CALL: "assert_any_call",
    CallKind.NOT_CALLED: "assert_not_called",
}


def assertion_lines(check: UnitCheck, mock: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of an assertion, and the variable that holds the actual value."""
    if check.kind is CallKind.RAISES:
        yield f"assert {literal(check.message, 1)} in str(raised.value)", "raised"
    elif check.kind in _CALLS:
        yield call_text(f"{mock}.{_CALLS[check.kind]}", check.arguments, 1), ""
    elif check.kind is CallKind.CALL_COUNT:
        yield f"assert {mock}.call_count == {literal(check.expected)}", ""
    else:
        yield from _about_value(check)


def dotted(name: str) -> str:
    """Return an expression for a type or an exception."""
    if is_builtin_exception(name) or name in BUILTIN_TYPES:
        return name
    return f"resolve_name({literal(name)})"


def _about_value(check: UnitCheck) -> Iterator[tuple[str, str]]:
    subject = "instance" if check.on_instance else "result"
    if check.kind == "not_exists":
        yield f"assert not {_found('has', subject, check)}", subject
        return
    if check.path:
        found = _found("at", subject, check)
        if check.kind == "exists":
            yield found, subject
            return
        yield f"value = {found}", subject
        subject = "value"
    yield f"assert {_condition(check, subject)}", subject


def _found(function: str, subject: str, check: UnitCheck) -> str:
    return f"{function}({', '.join([subject, *map(literal, check.path)])})"


def _condition(check: UnitCheck, subject: str) -> str:
    expected: Any = check.expected
    text = literal(expected, 2)
    if check.kind in _SIGNS:
        return f"{subject} {_SIGNS[check.kind]} {text}"
    if check.kind in ("equals", "not_equals"):
        return _equality(subject, expected, text, is_equal=check.kind == "equals")
    return {
        "is_none": f"{subject} is None",
        "is_not_none": f"{subject} is not None",
        "contains": f"{text} in {subject}",
        "not_contains": f"{text} not in {subject}",
        "length": f"len({subject}) == {text}",
        "in": f"{subject} in {text}",
        "not_in": f"{subject} not in {text}",
        "regex": f"re.search({text}, {subject})",
        CallKind.TYPE: f"isinstance({subject}, {dotted(str(expected))})",
    }[check.kind]


def _equality(subject: str, expected: Any, text: str, *, is_equal: bool) -> str:
    if expected is None or isinstance(expected, bool):
        return f"{subject} {'is' if is_equal else 'is not'} {text}"
    if _holds_list(expected):
        subject = f"plain({subject})"
    return f"{subject} {'==' if is_equal else '!='} {text}"


def _holds_list(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_list, value.values()))
    return isinstance(value, list)
