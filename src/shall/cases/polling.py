"""Reads ``delay`` and ``until``: what a step waits for before and after its request."""

from typing import Any

from shall.cases.expect import Report, Words, read_expect
from shall.cases.fields import Keys, kind_of
from shall.cases.model import Until
from shall.cases.times import milliseconds

LONGEST_MS = 3_600_000
"""The longest wait, an hour."""

SHORTEST_EVERY_MS = 10
"""The shortest time between two attempts."""

_OPTIONS = frozenset({"fails_if", "every", "within"})


def read_delay(value: Any, keys: Keys, report: Report) -> float:
    """Read ``delay``; return its seconds, 0 where it is wrong."""
    return read_time(value, keys, report) or 0.0


def read_until(value: Any, keys: Keys, report: Report, words: Words | None = None) -> Until | None:
    """Read ``until``: conditions as below ``expect``, and how often and how long to try."""
    if type(value) is not dict:
        message = f"`until` must be a mapping, not {kind_of(value)}."
        hint = "Write what must hold, such as `until: {$.state: done, within: 20 s}`."
        report.add("case.bad-type", keys, message, hint)
        return None
    conditions = {name: it for name, it in value.items() if name not in _OPTIONS}
    if not conditions:
        hint = "Write what must hold, such as `$.state: done`."
        report.add("case.missing-field", keys, "`until` has no condition.", hint)
    blank = Until(())
    every_s, within_s = blank.every_s, blank.within_s
    if "every" in value:
        every_s = read_time(value["every"], (*keys, "every"), report, SHORTEST_EVERY_MS) or every_s
    if "within" in value:
        within_s = read_time(value["within"], (*keys, "within"), report) or within_s
    fails_if = value.get("fails_if", {})
    if fails_if == {} and "fails_if" in value:
        report.add("case.bad-value", (*keys, "fails_if"), "`fails_if` must not be empty.")
    return Until(
        read_expect(conditions, keys, report, words),
        read_expect(fails_if, (*keys, "fails_if"), report, words),
        every_s,
        within_s,
    )


def written_time(seconds: float) -> str:
    """Return a length of time as it is written, in whole milliseconds.

    >>> written_time(0.5), written_time(90.0)
    ('500 ms', '90 s')
    """
    whole = round(seconds * 1000)
    return f"{whole} ms" if whole % 1000 else f"{whole // 1000} s"


def read_time(value: Any, keys: Keys, report: Report, shortest_ms: int = 1) -> float | None:
    """Read a length of time in whole milliseconds; None where it is wrong."""
    length = milliseconds(value)
    if length is None:
        message = f"`{keys[-1]}` must be a time with its unit, not {value!r:.60}."
        report.add("case.bad-value", keys, message, "Write a text such as `500 ms` or `20 s`.")
        return None
    whole = round(length)
    if not shortest_ms <= whole <= LONGEST_MS:
        message = f"`{keys[-1]}` must be from {shortest_ms} ms to 1 h, not {value}."
        report.add("case.bad-value", keys, message)
        return None
    return whole / 1000
