"""The order of steps: ``if``, ``for each``, ``repeat`` and ``retry``, as data and as read."""

import math
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from shall.cases.expect import Report, read_conditions, read_expect
from shall.cases.fields import Fields, Keys, kind_of
from shall.cases.forms import is_status, is_template, is_variable_name, variable_name_hint
from shall.cases.model import Check
from shall.cases.polling import read_time

MOST_ITERATIONS = 1000
"""Requests of one step under ``for each`` or ``repeat``."""

MOST_RETRIES = 20

FLOW_FIELDS = frozenset({"if", "for each", "as", "repeat", "retry"})

_REPEAT_FIELDS = frozenset({"while", "until", "at most"})
_RETRY_FIELDS = frozenset({"times", "every", "backoff", "after"})
CONNECTION, CHECKS = "connection", "checks"
_HINT_AFTER = "Write `connection`, `checks` or a status such as 503."


class When(Struct, frozen=True, gc=False):
    """What must hold: an expression that is true or false, or checks of the last response.

    A check with an expression as its selector looks at the value of that expression.
    """

    expression: str | None = None
    checks: tuple[Check, ...] = ()


class Repeat(Struct, frozen=True, gc=False):
    """How often a step is repeated: while, or until, checks of each response hold."""

    checks: tuple[Check, ...] = ()
    is_until: bool = False
    most: int = 100


class Retry(Struct, frozen=True, gc=False):
    """When a step that did not pass is tried again: at most ``times`` more.

    ``after`` holds the words ``connection`` and ``checks``, and statuses. The time between attempts
    is multiplied by ``backoff`` after each.
    """

    times: int = 3
    every_s: float = 1.0
    backoff: float = 1.0
    after: tuple[str | int, ...] = (CONNECTION, CHECKS)


class Flow(Struct, frozen=True, gc=False):
    """Whether and how often a step runs. ``items`` is a list, or an expression that is one."""

    when: When | None = None
    items: Any = UNSET
    name: str = "item"
    repeat: Repeat | None = None
    retry: Retry | None = None


def read_flow(fields: Fields) -> Flow | None:
    """Read the fields of a step that say whether and how often it runs; None: it has none."""
    values, findings = fields.values, fields.findings
    if FLOW_FIELDS.isdisjoint(values):
        return None
    is_first = fields.keys[1] == 0
    when = _read_when(values["if"], fields.at("if"), findings, is_first) if "if" in values else None
    repeat = retry = None
    if "repeat" in values:
        repeat = _read_repeat(fields)
    if "retry" in values:
        retry = _read_retry(fields)
    for first, second in (("repeat", "for each"), ("repeat", "until"), ("retry", "until")):
        if first in values and values.get(second) is not None:
            message = f"A step has `{first}` or `{second}`, not both."
            fields.bad("case.conflicting-fields", first, message)
    return Flow(when, _read_items(fields), _read_name(fields), repeat, retry)


def _read_when(value: Any, keys: Keys, report: Report, is_first: bool) -> When | None:
    if is_template(value):
        return When(value)
    if type(value) is not dict or not value:
        message = f"`if` must be an expression or conditions, not {kind_of(value)}."
        hint = 'Write `if: "{{ is_new }}"`, or conditions as below `expect`.'
        report.add("case.bad-type", keys, message, hint)
        return None
    expressions = {name: it for name, it in value.items() if "{{" in name}
    selectors = {name: it for name, it in value.items() if name not in expressions}
    if selectors and is_first:
        message = "`if` of the first step has no response to look at."
        report.add("case.bad-value", keys, message, 'Write an expression: "{{ name }}": VALUE.')
    checks = [
        Check(
            "has",
            expected=read_conditions(wanted, (*keys, name), report),
            selector=name,
            place="if",
        )
        for name, wanted in expressions.items()
    ]
    return When(None, (*checks, *read_expect(selectors, keys, report)))


def _read_items(fields: Fields) -> Any:
    items = fields.values.get("for each", UNSET)
    if not isinstance(items, UnsetType) and not is_template(items) and type(items) is not list:
        message = f"`for each` must be a list or an expression, not {kind_of(items)}."
        fields.bad("case.bad-type", "for each", message, 'Write `for each: "{{ items }}"`.')
    return items


def _read_name(fields: Fields) -> str:
    name = fields.text("as")
    if name is None:
        return Flow().name
    if not is_variable_name(name):
        message = f"`{name:.60}` cannot be the name of a variable."
        fields.bad("case.bad-value", "as", message, variable_name_hint(name))
    if "for each" not in fields.values:
        fields.bad("case.conflicting-fields", "as", "`as` names the items of `for each`.")
    return name


def _read_repeat(fields: Fields) -> Repeat | None:
    keys, findings = fields.at("repeat"), fields.findings
    inner = Fields(fields.values["repeat"], keys, findings, _REPEAT_FIELDS, {"at_most": "at most"})
    given = [name for name in ("while", "until") if name in inner.values]
    if len(given) != 1:
        message = "`repeat` has one of `while` and `until`."
        hint = "Write `repeat: {while: {$.next: {exists: true}}, at most: 20}`."
        findings.add("case.missing-field", keys, message, hint)
        return None
    conditions = inner.values[given[0]]
    if conditions == {}:
        inner.bad("case.bad-value", given[0], f"`{given[0]}` must not be empty.")
    most = _whole(inner, "at most", Repeat().most, 1, MOST_ITERATIONS)
    checks = read_expect(conditions, inner.at(given[0]), findings)
    return Repeat(checks, given[0] == "until", most)


def _read_retry(fields: Fields) -> Retry:
    blank = Retry()
    keys, value = fields.at("retry"), fields.values["retry"]
    if type(value) is int:  # `retry: 3`
        value = {"times": value}
    elif not isinstance(value, dict):
        fields.bad_type("retry", "a number or a mapping", "Write `retry: 3`.")
        return blank
    inner = Fields(value, keys, fields.findings, _RETRY_FIELDS, {})
    every_s, backoff = blank.every_s, inner.values.get("backoff", blank.backoff)
    if "every" in inner.values:
        every_s = read_time(inner.values["every"], inner.at("every"), fields.findings) or every_s
    if type(backoff) not in (int, float) or not 1 <= backoff <= 10 or not math.isfinite(backoff):
        inner.bad("case.bad-value", "backoff", "`backoff` must be a number from 1 to 10.")
        backoff = blank.backoff
    times = _whole(inner, "times", blank.times, 1, MOST_RETRIES)
    return Retry(times, every_s, float(backoff), _read_after(inner))


def _read_after(inner: Fields) -> tuple[str | int, ...]:
    value = inner.values.get("after")
    if value is None:
        return Retry().after
    given = value if isinstance(value, list) else [value]
    wrong = [it for it in given if it not in (CONNECTION, CHECKS) and not is_status(it)]
    if wrong or not given:
        shown = repr(wrong[0]) if wrong else "nothing"
        inner.bad("case.bad-value", "after", f"`after` cannot be {shown:.60}.", _HINT_AFTER)
        return Retry().after
    return tuple(given)


def _whole(fields: Fields, name: str, default: int, least: int, most: int) -> int:
    value = fields.values.get(name, default)
    if type(value) is not int or not least <= value <= most:
        message = f"`{name}` must be a whole number from {least} to {most:,}, not {value!r:.40}."
        fields.bad("case.bad-value", name, message)
        return default
    return value
