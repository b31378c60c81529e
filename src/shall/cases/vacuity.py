"""Whether a step has a check that could fail: without one, a case proves nothing."""

from collections.abc import Iterator

from msgspec.structs import replace

from shall.cases.model import Check, Step
from shall.cases.written_checks import selector_of

_ALWAYS = frozenset({"status", "body", "bytes", "duration"})
"""Selectors that have a value whatever the response is."""

_LEAST = {"bytes": 0, "duration": 0, "status": 100}
"""What the values of these selectors are at least."""

_SAME = frozenset({"equals", "status_code"})
_OF_TEXT = frozenset({"contains", "regex", "starts_with", "ends_with"})


def step_can_fail(step: Step) -> bool:
    """Return whether a check of a step, or its ``until``, depends on the response."""
    return step.until is not None or not all(_always_holds(it, step) for it in step.checks)


def _conditions_of(check: Check) -> Iterator[Check]:
    """Yield the conditions of ``all_of`` as checks of what it looks at."""
    for each in check.expected:
        for inner in each.expected if each.kind == "has" else (each,):
            if inner.field is None and inner.selector is None:
                yield replace(
                    inner, field=check.field, header=check.header, selector=check.selector
                )
            else:
                yield inner


def _is_below(limit: object, least: int | None) -> bool:
    """Return whether a limit is no more than what a value is at least."""
    return least is not None and isinstance(limit, int | float) and limit <= least


def _always_holds(check: Check, step: Step) -> bool:
    if check.negated:
        return False
    selector = selector_of(check)
    if check.kind in _SAME and isinstance(check.expected, str):
        # What the step captures itself is compared with what it was captured from.
        name = check.expected.removeprefix("{{").removesuffix("}}").strip()
        return selector is not None and step.capture.get(name) == selector
    match check.kind:
        case "all_of" if isinstance(check.expected, tuple):
            return all(_always_holds(it, step) for it in _conditions_of(check))
        case "exists":
            return selector in _ALWAYS - {"body"}
        case "greater_or_equal":
            return _is_below(check.expected, _LEAST.get(selector or ""))
        case "schema":
            return selector == "body" and check.expected in ({}, True)
        case kind if kind in _OF_TEXT:
            return selector == "body" and check.expected == ""
        case _:
            return False
