"""Which items of a list an expected one can match at all: found by a value that both must have.

Comparing each pair of two lists of a thousand items takes seconds. Most expected items begin with a
comparison for equality (``{id: 7, ...}``): only items with that value are judged.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from shall.cases.model import Check
from shall.cases.path import parse_path
from shall.engine.query import walk

Path = tuple[str | int, ...]


class Candidates:
    """The items that expected ones can match."""

    def __init__(self, expected: Sequence[Check], items: Sequence[Any]) -> None:
        self._keys = [_first_equality(check) for check in expected]
        self._items = items
        self._found: dict[Path, dict[Hashable, list[int]]] = {}

    def of(self, number: int) -> Sequence[int]:
        """Return the items, by their numbers, that an expected one may match."""
        key = self._keys[number]
        if key is None:
            return range(len(self._items))
        path, value = key
        if path not in self._found:
            self._found[path] = self._index(path)
        return self._found[path].get(value, ())

    def _index(self, path: Path) -> dict[Hashable, list[int]]:
        index: dict[Hashable, list[int]] = {}
        for number, item in enumerate(self._items):
            found = walk(item, path)
            if found.found:
                index.setdefault(_hashable(found.value), []).append(number)
        return index


def _first_equality(check: Check) -> tuple[Path, Hashable] | None:
    """Return where an item is compared first, and the value that it must have there.

    What fails there is judged no further, so that nothing else can be said of it.
    """
    path: Path = ()
    while True:
        if check.negated or check.selector is not None:
            return None
        if check.field is not None:
            path += parse_path(check.field)
        if check.kind == "equals":
            return path, _hashable(check.expected)
        if check.kind != "has" or type(check.expected) is not tuple:
            return None
        if not check.expected:
            return None
        check = check.expected[0]


def _hashable(value: Any) -> Hashable:
    """Return what equal JSON values have in common, as ``predicate.same`` compares them."""
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, dict):
        return frozenset((name, _hashable(it)) for name, it in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return value if isinstance(value, Hashable) else None
