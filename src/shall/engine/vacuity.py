"""Whether a step has a check that could fail: without one, a case proves nothing."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from shall.cases.expression import Reference, parse_template
from shall.cases.filters import Filter
from shall.cases.model import AwaitedMessages, Check, Step
from shall.cases.selector import Selector, parse_selector
from shall.cases.times import milliseconds
from shall.cases.written_checks import selector_of
from shall.engine.budgets import Budget
from shall.engine.evaluate import is_constant
from shall.engine.query import Selected
from shall.engine.schema_words import ANNOTATIONS

_STATUSES = (200, 404, 500, *range(100, 600))
"""Every status, first those at which most checks of it fail."""

_NUMBERS = {"bytes": (0, 1, 1 << 50), "duration": (0, 1, 86_400_000)}
"""Values of selectors that are numbers of 0 or more: no request takes longer than a day."""

_REDIRECT = {"status": 302, "url": "http://a/"}

_VALUES: dict[str, Sequence[Any]] = {
    "url": ("http://a/", "https://b.example/c?d=1"),
    "version": ("1.1", "2"),
    "sha256": ("0" * 64, "f" * 64),
    "md5": ("0" * 32, "f" * 32),
    "redirects": ([], [_REDIRECT], [_REDIRECT] * 100),
}
"""Values of selectors that have one of their type whatever the response is."""

_SAME = frozenset({"equals", "status_code", "in", "contains"})
_OF_SAME = _SAME | {
    "starts_with",
    "ends_with",
    "less_or_equal",
    "greater_or_equal",
    "in_any_order",
    "contains_all",
}
"""Checks that hold of a value and itself."""

_OF_TEXT = frozenset({"contains", "starts_with", "ends_with"})
_OF_CONTENT = _OF_TEXT | {
    "equals",
    "not_equals",
    "in",
    "not_in",
    "not_contains",
    "regex",
    "schema",
    "snapshot",
}
"""Checks that may fail of a value that nobody thought of."""

_FROM_FILES = frozenset({"schema", "snapshot", "openapi"})

_CONDITIONAL = re.compile(r"\$|\^|\(\?[=!<(]|\\[bBAZ1-9]")
"""What may keep a pattern from matching the empty text somewhere in any text."""


def step_can_fail(step: Step) -> bool:
    """Return whether a check of a step depends on the response.

    So do the conditions of ``until``, of the end of a stream, and of awaited messages.
    """
    waits = step.until is not None and bool(step.until.fails_if)
    return waits or not all(_always_holds(it, step) for it in _conditions_of_step(step))


def _conditions_of_step(step: Step) -> Iterator[Check]:
    yield from step.checks
    if step.until is not None:
        yield from step.until.checks
    if step.stream is not None:
        yield from step.stream.until
    for message in step.messages:
        if isinstance(message, AwaitedMessages):
            yield from message.checks


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


def _always_holds(check: Check, step: Step) -> bool:
    selector = selector_of(check)
    if check.container is not None:
        return is_constant([check.expected, check.container])
    if selector is None or check.query is not None:
        return False
    if check.kind == "all_of" and type(check.expected) is tuple and not check.negated:
        return all(_always_holds(it, step) for it in _conditions_of(check))
    if not is_constant(check.expected):
        return not check.negated and _compares_with_itself(check, selector, step)
    if check.field is not None or check.header is not None or check.kind == "equals":
        return False
    found = parse_selector(selector)
    if found.source == "body" and not found.filters:
        return not check.negated and _holds_of_any_body(check)
    return _holds_of_all(check, _values(found.source, check), found.filters)


def _compares_with_itself(check: Check, selector: str, step: Step) -> bool:
    """Return whether a check compares what it looks at with that same part of the response."""
    looked_at, expected = parse_selector(selector), check.expected
    if isinstance(expected, list) and check.kind in ("in", "status_code"):
        return any(_is_same_part(it, looked_at, step) for it in expected)
    return check.kind in _OF_SAME and _is_same_part(expected, looked_at, step)


def _is_same_part(expected: Any, looked_at: Selector, step: Step) -> bool:
    """Return whether an expression is what a selector finds: captured, or named by the step."""
    if type(expected) is not str or not (template := parse_template(expected)).is_lone:
        return False
    (named,) = template.parts
    if not isinstance(named, Reference):
        return False
    if named.root == step.id:
        return _path_of(looked_at) == named.path
    if named.root not in step.capture:
        return False
    captured = parse_selector(step.capture[named.root])
    path = _path_of(captured)
    if path is None:
        return captured == looked_at and not named.path
    return _path_of(looked_at) == (*path, *named.path)


def _path_of(selector: Selector) -> tuple[str | int, ...] | None:
    """Return the path into a JSON body that a selector follows; None where it does another."""
    if selector.filters:
        return None
    return () if selector.source == "body" else selector.path


def _values(source: str, check: Check) -> Sequence[Any]:
    """Return values of a selector such that a check that could fail fails of one of them.

    Nothing for selectors that may find nothing: every check of theirs could fail.
    """
    if source == "status":
        return _STATUSES
    if source in _NUMBERS and check.kind != "regex":
        known = _NUMBERS[source]
        near = {it + step for it in _numbers_in(check.expected) for step in (-1, 0, 1)}
        return [*known, *(it for it in near if known[0] <= it <= known[-1])]
    return () if check.kind in _OF_CONTENT else _VALUES.get(source, ())


def _numbers_in(expected: Any) -> Iterator[float]:
    """Yield the numbers and times that a check compares with; of a tolerance the ends."""
    match expected:
        case {"value": int() | float() as value, "within": int() | float() as within}:
            yield from (value - within, value + within)
        case tuple():
            for check in expected:
                yield from _numbers_in(check.expected)
        case list():
            for item in expected:
                yield from _numbers_in(item)
        case int() | float():
            yield expected
        case str() if (length := milliseconds(expected)) is not None:
            yield length


def _holds_of_all(check: Check, values: Sequence[Any], filters: tuple[Filter, ...]) -> bool:
    if not values or check.kind in _FROM_FILES:
        return False
    from shall.engine.conditions import judge_of  # loaded where something is judged
    from shall.engine.filters import apply_filters

    judge, budget = judge_of(check), Budget()
    found = (apply_filters(filters, Selected(it), budget) for it in values)
    return all(judge(it, check.expected, budget) is None for it in found)


def _holds_of_any_body(check: Check) -> bool:
    expected = check.expected
    match check.kind:
        case "schema":
            return expected is True or (type(expected) is dict and expected.keys() <= ANNOTATIONS)
        case "regex":
            return _matches_everywhere(expected)
        case kind if kind in _OF_TEXT:
            return bool(expected == "")
        case _:
            return False


def _matches_everywhere(pattern: str) -> bool:
    """Return whether a pattern matches the empty text, whatever is around it."""
    rest = pattern.removeprefix("^")
    return _CONDITIONAL.search(rest) is None and re.match(rest, "") is not None
