"""Comparisons that look at parts of a value, at types, and at times; loaded with their first use.

A check inside of another (``each: {price: {greater_than: 0}}``) is a ``Check`` like any other;
its field begins at the item.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from shall.cases.check_writer import written_conditions
from shall.cases.model import Check, CheckKind
from shall.cases.path import parse_path
from shall.cases.times import milliseconds
from shall.engine.budgets import Budget
from shall.engine.candidates import Candidates
from shall.engine.matching import unmatched
from shall.engine.ports import Attachments
from shall.engine.predicate import Judge, Verdict, comparison, shown, type_name
from shall.engine.query import Selected, is_search, walk
from shall.engine.schema import SchemaFiles, judge_schema, read_schema
from shall.engine.selectors import select_within
from shall.engine.type_checks import TYPES
from shall.messages import Message

_UNDECIDED = frozenset({"check.not_comparable", "check.no_length", "check.bad_pattern"}) | {
    "check.regex_too_slow",
    "check.bad_schema",
    "check.not_list",
    "check.not_text",
    "check.no_items",
    "check.too_many",
}
"""Messages of a check that could not be decided: its negation does not hold either."""

_MISSING = frozenset({"check.not_found", "check.missing", "check.not_json"})
"""Messages of a check that found nothing to look at."""


def _is_undecided(wrong: Message) -> bool:
    while "inner" in wrong.params:
        wrong = wrong.params["inner"]
    return wrong.code in _UNDECIDED


def judge_all(checks: tuple[Check, ...], value: Any, budget: Budget) -> Verdict:
    """Judge checks of a part; return the message of the first that does not hold."""
    for check in checks:
        wrong = _judge_part(check, value, budget)
        if wrong is not None:
            return wrong
    return None


def _judge_part(check: Check, value: Any, budget: Budget) -> Verdict:
    budget.check_time()
    found = Selected(value)
    if check.selector is not None:
        presence = check.kind in ("exists", "not_exists")
        found = select_within(check.selector, value, budget, for_presence=presence)
    elif check.field is not None:
        found = walk(value, parse_path(check.field))
    wrong = judge_of(check)(found, check.expected, budget)
    name = check.field or check.selector
    if wrong is None or name is None:
        return wrong
    return Message("check.part", {"part": name, "inner": wrong})


def judge_of(check: Check) -> Judge:
    """Return what judges a check of a kind that this release supports."""
    if check.kind == "length" and type(check.expected) is tuple:
        judge: Judge = _judge_length
    else:
        judge = comparison(check.kind) or CONDITIONS[check.kind]
    if check.selector == "duration":
        judge = _in_milliseconds(judge)
    if not check.negated:
        return judge

    def judge_negated(actual: Selected, expected: Any, budget: Budget) -> Verdict:
        wrong = judge(actual, expected, budget)
        if wrong is not None:
            return wrong if wrong.code in _MISSING or _is_undecided(wrong) else None
        params = {"kind": check.kind, "actual": shown(actual.value)}
        if expected is None:
            return Message("check.holds", params)
        return Message("check.holds_of", {**params, "expected": _shown(expected)})

    return judge_negated


def preparation(check: Check) -> Callable[[Any, Attachments], tuple[Any, Any]]:
    """Return what reads the schemas of a check, and writes what it compares with as data."""

    def prepare(expected: Any, attachments: Attachments) -> tuple[Any, Any]:
        against = _with_files(check.kind, expected, attachments)
        if type(expected) is not tuple:
            return against, expected
        return against, written_conditions(check.kind, expected)

    return prepare


def _with_files(kind: CheckKind, expected: Any, attachments: Attachments) -> Any:
    if kind == "schema" and type(expected) is str:
        return read_schema(expected, attachments)
    if type(expected) is tuple:
        return tuple(
            replace(check, expected=_with_files(check.kind, check.expected, attachments))
            for check in expected
        )
    return expected


_NOT_SHOWN = frozenset({tuple, bytes, SchemaFiles})


def _shown(expected: Any) -> str:
    return "..." if type(expected) in _NOT_SHOWN else shown(expected)


def _in_milliseconds(judge: Judge) -> Judge:
    def judge_time(actual: Selected, expected: Any, budget: Budget) -> Verdict:
        if expected is None:
            return judge(actual, expected, budget)
        wanted = milliseconds(expected)
        if wanted is None:
            params = {
                "sign": "~",
                "expected": shown(expected),
                "expected_type": type_name(expected),
            }
            params |= {"actual": shown(actual.value), "actual_type": "time"}
            return Message("check.not_comparable", params)
        wrong = judge(actual, wanted, budget)
        if wrong is None:
            return None
        words = {"expected": expected, "actual": f"{actual.value:g} ms"}
        return Message(wrong.code, {**wrong.params, **words})

    return judge_time


def _judge_length(actual: Selected, expected: Any, budget: Budget) -> Verdict:
    if not actual.found:
        return _missing(actual)
    if not isinstance(actual.value, str | list | dict):
        return Message("check.no_length", {"actual_type": type_name(actual.value)})
    wrong = judge_all(expected, len(actual.value), budget)
    return None if wrong is None else Message("check.length_of", {"inner": wrong})


def _missing(actual: Selected) -> Message:
    params: dict[str, Any] = {"reason": actual.reason}
    if actual.is_not_json:
        params["is_not_json"] = True
    return Message("check.missing", params)


def _about_items(judge: Callable[[list[Any], Any, Budget], Verdict]) -> Judge:
    def judge_items(actual: Selected, expected: Any, budget: Budget) -> Verdict:
        if not actual.found:
            return _missing(actual)
        if not isinstance(actual.value, list):
            return Message("check.not_list", {"actual_type": type_name(actual.value)})
        return judge(actual.value, expected, budget)

    return judge_items


def _each(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    if not items:  # nothing was looked at: that proves nothing
        return Message("check.no_items", {})
    for index, item in enumerate(items):
        wrong = judge_all(expected, item, budget)
        if wrong is not None:
            return Message("check.item", {"index": index, "inner": wrong})
    return None


def _any(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    undecided: Verdict = None
    for index, item in enumerate(items):
        wrong = judge_all(expected, item, budget)
        if wrong is None:
            return None
        if undecided is None and (len(items) == 1 or _is_undecided(wrong)):
            undecided = Message("check.item", {"index": index, "inner": wrong})
    return undecided or Message("check.no_such_item", {"count": len(items)})


def _none(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    for index, item in enumerate(items):
        wrong = judge_all(expected, item, budget)
        if wrong is None:
            return Message("check.such_item", {"index": index})
        if _is_undecided(wrong):
            return Message("check.item", {"index": index, "inner": wrong})
    return None


def _count(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    where, *number = expected
    count = 0
    for index, item in enumerate(items):
        undecided = judge_all(where.expected, item, budget)
        if undecided is None:
            count += 1
        elif _is_undecided(undecided):
            return Message("check.item", {"index": index, "inner": undecided})
    wrong = judge_all(tuple(number), count, budget)
    return None if wrong is None else Message("check.count", {"inner": wrong})


def _has(actual: Selected, expected: Any, budget: Budget) -> Verdict:
    if actual.is_empty_body:
        return _judge_empty(expected, actual, budget)
    return _judge_each(expected, actual, budget) if actual.found else _missing(actual)


def _all_of(actual: Selected, expected: Any, budget: Budget) -> Verdict:
    if actual.is_empty_body and expected:
        return _judge_empty(_as_checks(expected), actual, budget)
    if not actual.found:
        return _missing(actual)
    if not expected:  # nothing was compared: that proves nothing
        return Message("check.no_items", {})
    return _judge_each(_as_checks(expected), actual, budget)


def _judge_each(checks: tuple[Check, ...], actual: Selected, budget: Budget) -> Verdict:
    """Judge conditions of a value; a search in the object of a whole body takes its text."""
    if actual.why_no_fields and any(_is_of_field(check) for check in checks):
        code = (
            "check.not_json" if any(it.kind == "not_exists" for it in checks) else "check.missing"
        )
        return Message(code, {"reason": actual.why_no_fields, "is_not_json": True})
    if actual.text is None and not actual.why_no_fields:
        return judge_all(checks, actual.value, budget)
    for check in checks:
        if _is_of_field(check):
            wrong = _judge_part(check, actual.value, budget)
        else:
            is_in_text = actual.text is not None and is_search(check)
            found = Selected(actual.text) if is_in_text else actual
            wrong = judge_of(check)(found, check.expected, budget)
        if wrong is not None:
            return wrong
    return None


def _judge_empty(checks: tuple[Check, ...], actual: Selected, budget: Budget) -> Verdict:
    """Judge conditions of an empty body: it has no field, and nothing else is known of one."""
    field = Selected(found=False, reason=actual.reason)
    for check in checks:
        wrong = judge_of(check)(field if _is_of_field(check) else actual, check.expected, budget)
        if wrong is not None:
            return wrong
    return None


def _is_of_field(check: Check) -> bool:
    return check.field is not None or check.selector is not None


def _as_checks(expected: Any) -> tuple[Check, ...]:
    """Return the conditions of a list; one that comes from an expression holds plain values."""
    if type(expected) is tuple:
        return expected
    values = expected if isinstance(expected, list) else [expected]
    return tuple(Check("equals", expected=value) for value in values)


def _contains_all(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    return _matched(items, expected, budget, exactly=False)


def _in_any_order(items: list[Any], expected: Any, budget: Budget) -> Verdict:
    return _matched(items, expected, budget, exactly=True)


def _matched(items: list[Any], expected: Any, budget: Budget, *, exactly: bool) -> Verdict:
    if type(expected) is not tuple:  # it came out of an expression: plain values
        if not isinstance(expected, list):
            return Message("check.not_list", {"actual_type": type_name(expected)})
        expected = _as_checks(expected)
    if exactly and len(items) != len(expected):
        sizes = {"expected": len(expected), "actual": len(items)}
        return Message("check.length", sizes)
    if len(items) * len(expected) > MOST_PAIRS:
        return Message("check.too_many", {"count": len(items)})
    undecided: dict[int, Message] = {}

    def fits(left: int, right: int) -> bool:
        wrong = _judge_part(expected[left], items[right], budget)
        if wrong is not None and _is_undecided(wrong):
            undecided[left] = Message("check.item", {"index": right, "inner": wrong})
        return wrong is None

    missing = unmatched(len(expected), Candidates(expected, items).of, fits)
    if missing is None:
        return None
    # A negation must not hold of what could not be compared, whichever item it would have taken.
    unclear = next(iter(undecided.values()), None)
    wanted = written_conditions("has", (expected[missing],))
    return unclear or Message("check.no_match_for", {"expected": shown(wanted)})


MOST_PAIRS = 4_000_000
"""Comparisons that matching two lists may take."""


def _starts_with(actual: Any, expected: Any) -> Verdict:
    return _about_text("check.no_start", str.startswith, actual, expected)


def _ends_with(actual: Any, expected: Any) -> Verdict:
    return _about_text("check.no_end", str.endswith, actual, expected)


def _about_text(
    code: str, holds: Callable[[str, str], bool], actual: Any, expected: Any
) -> Verdict:
    for value in (actual, expected):
        if not isinstance(value, str):
            return Message("check.not_text", {"actual_type": type_name(value)})
    if holds(actual, expected):
        return None
    return Message(code, {"expected": shown(expected), "actual": shown(actual)})


def _is_empty(actual: Any, _: Any) -> Verdict:
    if not isinstance(actual, str | list | dict):
        return Message("check.no_length", {"actual_type": type_name(actual)})
    return Message("check.not_empty", {"actual": shown(actual)}) if actual else None


def _close_to(actual: Any, expected: Any) -> Verdict:
    wanted, within = expected["value"], expected["within"]
    params = {"expected": shown(wanted), "actual": shown(actual)}
    for value in (actual, wanted, within):
        if isinstance(value, bool) or not isinstance(value, int | float):
            types = {"expected_type": type_name(wanted), "actual_type": type_name(actual)}
            return Message("check.not_comparable", {"sign": "≈", **params, **types})
    if abs(actual - wanted) <= within:
        return None
    return Message("check.not_close", {**params, "within": shown(within)})


def _of_type(kind: CheckKind) -> Judge:
    is_of = TYPES[kind]

    def judge_type(actual: Selected, _: Any, __: Budget) -> Verdict:
        if not actual.found:
            return _missing(actual)
        if is_of(actual.value):
            return None
        params = {"kind": kind, "actual": shown(actual.value)}
        return Message("check.type", {**params, "actual_type": type_name(actual.value)})

    return judge_type


def _about_value(judge: Callable[[Any, Any], Verdict]) -> Judge:
    def judge_value(actual: Selected, expected: Any, _: Budget) -> Verdict:
        return judge(actual.value, expected) if actual.found else _missing(actual)

    return judge_value


def _schema(actual: Selected, expected: Any, budget: Budget) -> Verdict:
    return judge_schema(actual.value, expected, budget) if actual.found else _missing(actual)


CONDITIONS: Mapping[CheckKind, Judge] = {
    "starts_with": _about_value(_starts_with),
    "ends_with": _about_value(_ends_with),
    "is_empty": _about_value(_is_empty),
    "close_to": _about_value(_close_to),
    "each": _about_items(_each),
    "any": _about_items(_any),
    "no_item": _about_items(_none),
    "count": _about_items(_count),
    "has": _has,
    "all_of": _all_of,
    "contains_all": _about_items(_contains_all),
    "in_any_order": _about_items(_in_any_order),
    "schema": _schema,
    **{kind: _of_type(kind) for kind in TYPES},
}
"""The comparison of each kind that ``predicate`` does not have."""
