"""Expected and actual values as text, cut and compared so that the difference is in sight."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from msgspec import UNSET

from shall import late_json
from shall.cases.path import parse_path
from shall.errors import BadValue
from shall.escaping import one_line
from shall.report.columns import cut
from shall.report.wording import label, message_text
from shall.results.records import CheckResult, Difference, Outcome

DIFF_LINES = 24
"""Lines of a difference that are shown at most."""

BEFORE_DIFFERENCE = 24
"""Characters shown before the first one that differs."""

REASON_WIDTH = 200
"""Columns of why a value does not exist."""

_WITHOUT_EXPECTED = frozenset({"exists", "not_exists", "is_none", "is_not_none"}) | {"openapi"}
_SAID_BY_VALUES = frozenset(
    {
        "check.status",
        "check.error_status",
        "check.differs",
        "check.type_differs",
        "check.length",
        "check.not_found",
        "check.missing",
        "check.not_json",
        "check.equal",
        "check.not_contained",
        "check.contained",
        "check.not_in",
        "check.in",
        "check.no_match",
        "check.order",
    }
)
"""Messages that only repeat the expected and the actual value."""


def check_title(check: CheckResult, language: str) -> str:
    """Name a check as ``expect`` has it, by selector and predicate; else by field and kind."""
    if check.implicit and check.kind == "status_code":
        return label("implicit", language)
    if check.implicit:  # of messages that did not come, or the errors of GraphQL
        return one_line(f"{check.field} {check.kind}")
    return title_of(check.path, check.field, check.kind)


def title_of(path: str, field: str | None, kind: str) -> str:
    """Name a check by its path in the case, as ``expect`` has it; else by field and kind."""
    written = _written(path)
    if written and kind in _WITHOUT_EXPECTED:
        written = (*written[:-1], kind)  # ``exists: false`` is shown as ``not_exists``
    return one_line(" ".join(written or filter(None, (field, kind))))


def check_message(check: CheckResult, language: str) -> str:
    """Return what a check says beyond its expected and actual values; often nothing."""
    message = check.message
    if message is None:
        return ""
    is_said = message.code in _SAID_BY_VALUES
    if is_said and not (check.found and "is_not_json" in message.params):
        return ""
    return one_line(message_text(message, language))


def has_expected(check: CheckResult) -> bool:
    """Return whether a check compares with a value: ``exists`` does not."""
    if check.message is not None and check.message.code == "fuzz.failed":
        return False
    if check.kind.startswith("is_") and check.expected is None:
        return False
    return not check.implicit and check.kind not in _WITHOUT_EXPECTED


def as_json_text(value: Any) -> str:
    """Return a value as JSON text."""
    if isinstance(value, str) and value[:1] in {"{", "["} and value[-1] == "…":
        return value  # a structure that was cut is stored as text
    return late_json.dumps(value, ensure_ascii=False, default=str)


def value_pair(check: CheckResult, language: str, width: int) -> tuple[str, str]:
    """Return the expected and the actual value, each in one line of at most ``width`` columns.

    Long texts begin a little before the first character that differs. Why there is no actual value
    may take ``REASON_WIDTH`` columns.
    """
    expected, actual = as_json_text(check.expected), as_json_text(check.actual)
    if check.found and has_expected(check) and max(len(expected), len(actual)) > width:
        start = max(0, _first_difference(expected, actual) - BEFORE_DIFFERENCE)
        if start:
            expected, actual = f"...{expected[start:]}", f"...{actual[start:]}"
    if not check.found:
        reason = _missing(check, language)
        return cut(one_line(expected), width), cut(one_line(reason), max(width, REASON_WIDTH))
    if check.message is not None and check.message.code == "check.length":
        length = check.message.params.get("actual")
        actual = label("length", language, length=length, value=actual)
    elif _written(check.path)[:1] == ("duration",):
        actual = f"{actual} ms"
    return cut(one_line(expected), width), cut(one_line(actual), width)


def difference(check: CheckResult, width: int) -> list[str]:
    """Return the differences of two structures or texts that do not fit a line, each on its own.

    Lines begin with ``-`` (expected) and ``+`` (actual). Empty where the two values say it better.
    """
    if check.outcome is Outcome.PASSED or not has_expected(check):
        return []
    if max(len(as_json_text(it)) for it in (check.expected, check.actual)) <= width:
        return []
    lines = list(_by_path(check.differences or ())) or _by_line(check.expected, check.actual)
    shown = [cut(one_line(line), width) for line in lines[:DIFF_LINES]]
    return shown + (["..."] if len(lines) > DIFF_LINES else [])


def _by_path(differences: Iterable[Difference]) -> Iterator[str]:
    for it in differences:
        if it.expected is not UNSET:
            yield f"- {it.path}: {as_json_text(it.expected)}"
        if it.actual is not UNSET:
            yield f"+ {it.path}: {as_json_text(it.actual)}"


def _by_line(expected: Any, actual: Any) -> list[str]:
    """Compare texts of several lines."""
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return []
    if "\n" not in expected or "\n" not in actual:
        return []
    import difflib  # only where texts differ

    left, right = expected.splitlines(), actual.splitlines()
    lines = list(difflib.unified_diff(left, right, n=1, lineterm=""))[2:]
    return [line for line in lines if line[:2] != "@@"]


_CONDITIONS = frozenset({"expect", "until", "while"})


def _written(path: str) -> tuple[str, ...]:
    """Return the keys under ``expect`` or other conditions that lead to a check; else none."""
    try:
        keys = parse_path(path)
    except BadValue:  # longer than a path may be
        return ()
    at = next((at for at, key in enumerate(keys, start=1) if key in _CONDITIONS), len(keys))
    at += keys[at - 1 : at + 1] == ("until", "fails_if")
    return tuple(map(str, keys[at:]))


def _missing(check: CheckResult, language: str) -> str:
    params = check.message.params if check.message is not None else {}
    if "reason" not in params:
        return label("missing", language)
    name = "not_checked" if "is_not_json" in params else "missing_because"
    return label(name, language, reason=params["reason"])


def _first_difference(left: str, right: str) -> int:
    pairs = enumerate(zip_longest(left, right))
    return next((index for index, (one, other) in pairs if one != other), 0)
