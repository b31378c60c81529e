"""Where two JSON structures differ, as paths: what a failed check shows of large values."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from shall.engine.predicate import same, shown
from shall.results.records import Difference

MOST = 21
"""Differences that a result holds; reports show one fewer, so that they know of more."""

_KEPT = 200
"""Characters of a value that a difference holds."""

_DEEPEST = 64
_PLAIN = re.compile(r"[\w-]+")


def differences(expected: Any, actual: Any, *, partial: bool = False) -> tuple[Difference, ...]:
    """Return the first differences of two values in the order of ``expected``.

    ``partial``: keys that ``expected`` does not have are no difference. Lists are compared item by
    item, without the items that are the same at both ends.
    """
    return tuple(islice(_differences("$", expected, actual, partial, _DEEPEST), MOST))


def _differences(
    path: str, expected: Any, actual: Any, partial: bool, deep: int
) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict) and deep:
        yield from _of_objects(path, expected, actual, partial, deep - 1)
    elif isinstance(expected, list) and isinstance(actual, list) and deep:
        yield from _of_lists(path, expected, actual, partial, deep - 1)
    elif not same(expected, actual):
        yield Difference(path, _short(expected), _short(actual))


def _of_objects(
    path: str, expected: Mapping[str, Any], actual: Mapping[str, Any], partial: bool, deep: int
) -> Iterator[Difference]:
    for key, value in expected.items():
        below = _member(path, key)
        if key in actual:
            yield from _differences(below, value, actual[key], partial, deep)
        else:
            yield Difference(below, expected=_short(value))
    if not partial:
        for key, value in actual.items():
            if key not in expected:
                yield Difference(_member(path, key), actual=_short(value))


def _of_lists(
    path: str, expected: list[Any], actual: list[Any], partial: bool, deep: int
) -> Iterator[Difference]:
    shorter = min(len(expected), len(actual))
    start = next((it for it in range(shorter) if not same(expected[it], actual[it])), shorter)
    behind = 0
    if len(expected) != len(actual):  # items were added or are missing before the same ones
        while behind < shorter - start and same(expected[-behind - 1], actual[-behind - 1]):
            behind += 1
    for index in range(start, max(len(expected), len(actual)) - behind):
        below = f"{path}[{index}]"
        if index >= len(actual) - behind:
            yield Difference(below, expected=_short(expected[index]))
        elif index >= len(expected) - behind:
            yield Difference(below, actual=_short(actual[index]))
        else:
            yield from _differences(below, expected[index], actual[index], partial, deep)


def _member(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN.fullmatch(key) else f"{path}[{shown(key, _KEPT)}]"


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = shown(value, _KEPT)
    return text if text.endswith("…") else value
