"""Comparisons: what was found against what was expected. Pure, and never a TypeError.

Types are distinct as in JSON: ``1`` equals ``1.0``, but neither ``true`` nor ``"1"``.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from shall import late_json
from shall.cases.model import CHECK_KINDS, CheckKind
from shall.engine.budgets import Budget
from shall.engine.query import Selected
from shall.messages import Message

SHOWN_LENGTH = 200
"""Characters of a value that a message shows."""

Verdict = Message | None
"""None: it holds. Else what is wrong."""

NOT_SUPPORTED = frozenset(kind for kind in CHECK_KINDS if kind.startswith("sse_"))


def compare(
    kind: CheckKind, actual: Selected, expected: Any, budget: Budget | None = None
) -> Verdict:
    """Judge one check. ``kind`` must not be in ``NOT_SUPPORTED``; ``budget`` bounds patterns."""
    judge = comparison(kind)
    if judge is None:
        raise ValueError(kind)
    return judge(actual, expected, budget or Budget())


Judge = Callable[[Selected, Any, Budget], Verdict]


def comparison(kind: CheckKind) -> Judge | None:
    """Return what judges checks of a kind; None for a kind that ``conditions`` knows, or none."""
    return _BY_KIND.get(kind)


def _about_presence(judge: Callable[[Selected], Verdict]) -> Judge:
    return lambda actual, _, __: judge(actual)


def _why_missing(actual: Selected) -> dict[str, Any]:
    params: dict[str, Any] = {"reason": actual.reason}
    return {**params, "is_not_json": True} if actual.is_not_json else params


def _about_value(judge: Callable[[Any, Any], Verdict]) -> Judge:
    def judge_value(actual: Selected, expected: Any, _: Budget) -> Verdict:
        return judge(actual.value, expected) if actual.found else _not_found(actual, expected)

    return judge_value


def _about_found(judge: Callable[[Any, Any, Budget], Verdict]) -> Judge:
    def judge_found(actual: Selected, expected: Any, budget: Budget) -> Verdict:
        if actual.found:
            return judge(actual.value, expected, budget)
        return _not_found(actual, expected)

    return judge_found


def _not_found(actual: Selected, expected: Any) -> Message:
    return Message("check.not_found", {**_why_missing(actual), "expected": shown(expected)})


def same(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal, with the types of JSON distinct."""
    if type(left) is str:
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def shown(value: Any, length: int = SHOWN_LENGTH) -> str:
    """Return a value as short JSON text."""
    text = ""
    parts = late_json.iterencode(value, default=str)
    for part in parts:  # one at a time: the value may be a whole response
        text += part
        if len(text) > length:
            return f"{text[: length - 1]}…"
    return text


def type_name(value: Any) -> str:
    """Return the JSON name of a value's type."""
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return type(value).__name__


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "list"),
    (dict, "object"),
    (type(None), "null"),
)


def status_matches(status: int, expected: Any) -> bool:
    """Return whether a status is the expected one: 200, "200", "2xx" or a list of them."""
    if type(expected) is int:
        return status == expected
    if isinstance(expected, list):
        return any(status_matches(status, item) for item in expected)
    text = str(expected).strip().lower()
    if len(text) == 3 and text.endswith("xx"):
        return text[0] == str(status)[0]
    return text == str(status)


def _status(actual: Any, expected: Any) -> Verdict:
    if status_matches(actual, expected):
        return None
    return Message("check.status", {"expected": shown(expected), "actual": actual})


def _equals(actual: Any, expected: Any) -> Verdict:
    if same(actual, expected):
        return None
    params = {"expected": shown(expected), "actual": shown(actual)}
    kinds = type_name(expected), type_name(actual)
    if kinds[0] == kinds[1]:
        return Message("check.differs", params)
    types = {"expected_type": kinds[0], "actual_type": kinds[1]}
    return Message("check.type_differs", {**params, **types})


def _not_equals(actual: Any, expected: Any) -> Verdict:
    return Message("check.equal", {"actual": shown(actual)}) if same(actual, expected) else None


def _exists(actual: Selected) -> Verdict:
    return None if actual.found else Message("check.missing", _why_missing(actual))


def _not_exists(actual: Selected) -> Verdict:
    if actual.is_not_json or actual.is_undecided:  # an error page leaves fields out, too
        return Message("check.not_json", _why_missing(actual))
    return Message("check.present", {"actual": shown(actual.value)}) if actual.found else None


def _is_none(actual: Selected) -> Verdict:
    if actual.is_empty_body or (actual.found and actual.value is None):
        return None
    if not actual.found:
        return Message("check.missing", _why_missing(actual))
    return Message("check.not_none", {"actual": shown(actual.value)})


def _is_not_none(actual: Selected) -> Verdict:
    if not actual.found:
        return Message("check.missing", _why_missing(actual))
    return Message("check.none", {}) if actual.value is None else None


def holds(container: Any, item: Any) -> bool:
    """Return whether a value contains another: text in text, item in list, key or part."""
    if isinstance(container, str):
        return (item if isinstance(item, str) else late_json.dumps(item)) in container
    if isinstance(container, list):
        return any(same(item, held) for held in container)
    if isinstance(container, dict):
        if isinstance(item, dict):
            return all(key in container and same(container[key], item[key]) for key in item)
        return item in container if isinstance(item, str) else False
    return False


def _contains(actual: Any, expected: Any) -> Verdict:
    params = {"expected": shown(expected), "actual": shown(actual)}
    return None if holds(actual, expected) else Message("check.not_contained", params)


def _not_contains(actual: Any, expected: Any) -> Verdict:
    params = {"expected": shown(expected), "actual": shown(actual)}
    return Message("check.contained", params) if holds(actual, expected) else None


def _length(actual: Any, expected: Any) -> Verdict:
    if not isinstance(actual, str | list | dict):
        return Message("check.no_length", {"actual_type": type_name(actual)})
    if same(len(actual), expected):
        return None
    return Message("check.length", {"expected": shown(expected), "actual": len(actual)})


def _in(actual: Any, expected: Any) -> Verdict:
    if not isinstance(expected, list):  # it came out of an expression
        return Message("check.not_list", {"actual_type": type_name(expected)})
    params = {"expected": shown(expected), "actual": shown(actual)}
    return None if holds(expected, actual) else Message("check.not_in", params)


def _not_in(actual: Any, expected: Any) -> Verdict:
    if not isinstance(expected, list):  # as above
        return Message("check.not_list", {"actual_type": type_name(expected)})
    params = {"expected": shown(expected), "actual": shown(actual)}
    return Message("check.in", params) if holds(expected, actual) else None


def _regex(actual: Any, expected: Any, budget: Budget) -> Verdict:
    from shall.cases.patterns import pattern_problem  # few checks have patterns
    from shall.engine.patterns import search

    if actual is None or isinstance(actual, list | dict):  # no text, although JSON writes one
        return Message("check.not_text", {"actual_type": type_name(actual)})
    pattern = str(expected)
    problem = pattern_problem(pattern)  # it may have come out of an expression
    if problem is not None:
        return Message("check.bad_pattern", {"expected": shown(expected), "reason": problem})
    text = actual if isinstance(actual, str) else "".join(late_json.iterencode(actual, default=str))
    found = search(pattern, text, budget)
    if found is None:
        return Message("check.regex_too_slow", {"expected": shown(expected)})
    params = {"expected": shown(expected), "actual": shown(actual)}
    return None if found else Message("check.no_match", params)


def _ordered(sign: str, holds_between: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Verdict]:
    def judge(actual: Any, expected: Any) -> Verdict:
        params = {"sign": sign, "expected": shown(expected), "actual": shown(actual)}
        if not _comparable(actual, expected):
            types = {"expected_type": type_name(expected), "actual_type": type_name(actual)}
            return Message("check.not_comparable", {**params, **types})
        pair = in_order(actual, expected)
        return None if holds_between(*pair) else Message("check.order", params)

    return judge


def in_order(left: Any, right: Any) -> tuple[Any, Any]:
    """Return what orders two values: of texts that are points in time of RFC 3339, the times.

    As texts ``10:00:00.5Z`` would come before ``10:00:00Z``, and an offset would not count.
    """
    if isinstance(left, str) and left[10:11] in ("T", "t", " ") and left[4:5] == "-":
        from shall.engine.type_checks import points_in_time  # few checks order times

        return points_in_time(left, right) or (left, right)
    return left, right


def _comparable(actual: Any, expected: Any) -> bool:
    if isinstance(actual, str) and isinstance(expected, str):
        return True
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
        for value in (actual, expected)
    )


_ABOUT_PRESENCE: Mapping[CheckKind, Callable[[Selected], Verdict]] = {
    "exists": _exists,
    "not_exists": _not_exists,
    "is_none": _is_none,
    "is_not_none": _is_not_none,
}

_COMPARISONS: Mapping[CheckKind, Callable[[Any, Any], Verdict]] = {
    "status_code": _status,
    "equals": _equals,
    "not_equals": _not_equals,
    "contains": _contains,
    "not_contains": _not_contains,
    "length": _length,
    "in": _in,
    "not_in": _not_in,
    "less_than": _ordered("<", operator.lt),
    "less_or_equal": _ordered("<=", operator.le),
    "greater_than": _ordered(">", operator.gt),
    "greater_or_equal": _ordered(">=", operator.ge),
}

_BY_KIND: Mapping[CheckKind, Judge] = {
    **{kind: _about_presence(judge) for kind, judge in _ABOUT_PRESENCE.items()},
    **{kind: _about_value(judge) for kind, judge in _COMPARISONS.items()},
    "regex": _about_found(_regex),
}
