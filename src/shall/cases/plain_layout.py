"""Puts the lines of a plain document together: what its keys and columns say, not its values.

Documents whose lines have the same keys and columns have one layout, which is remembered.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from msgspec import Struct


class NotPlain(Exception):
    """The text is not plain."""


class Form(Struct, frozen=True, eq=False, gc=False):
    """What a line is beside its value.

    ``place`` is the column of its key, or the complement (``~``) of that of its dash; ``column``
    is that of its content. ``waits``: its value may follow. ``copy`` copies its value, where that
    is shared with other documents.
    """

    place: int
    column: int
    key: str | None
    waits: bool = False
    copy: Callable[[Any], Any] | None = None


class Layout(Struct, frozen=True, gc=False):
    """How the values of lines become a document: the same for all documents of the same forms.

    To the values are added copies of some of them, then the ``collections``: each what gets the
    items of a list from the values, or pairs of a key and the number of its value, behind those
    that it contains.
    """

    copied: tuple[tuple[int, Callable[[Any], Any]], ...]
    collections: tuple[tuple[tuple[str, int], ...] | Callable[[list[Any]], Sequence[Any]], ...]


def document_of(layout: Layout, values: list[Any]) -> dict[str, Any]:
    """Return the document of lines with some values."""
    values += [duplicate(values[number]) for number, duplicate in layout.copied]
    for each in layout.collections:
        if not isinstance(each, tuple):
            values.append([*each(values)])
            continue
        mapping = {}
        for key, number in each:  # for so few values faster than a comprehension, or zip
            mapping[key] = values[number]
        values.append(mapping)
    document: dict[str, Any] = values[-1]
    return document


_Opened = list[tuple[int, Any]]
"""The collections that go on, the innermost last, each with the place of its lines."""

_Waiting = tuple[int, dict[str, int], str]
"""A key whose value may follow: its column, its mapping and itself."""

_NOWHERE = 1 << 20
"""The place of no line."""


def _layout(forms: tuple[Form, ...]) -> Layout:
    """Join lines, each where its place says.

    The collections have the numbers of their values: that of the line, of the copy, or the
    complement of the number of the collection, counted from the end.
    """
    root: dict[str, int] = {}
    made: list[Any] = [root]
    copied: list[tuple[int, Callable[[Any], Any]]] = []
    opened: _Opened = [(0, root)]
    at, inner = opened[-1]  # where the next line goes on, unless it has another place
    waiting: _Waiting | None = None
    for number, form in enumerate(forms):
        value, place, key = number, form.place, form.key
        if form.copy is not None:
            value = len(forms) + len(copied)
            copied.append((number, form.copy))
        if place != at:
            inner = _collection(place, opened, waiting, made)
            at, waiting = place, None
        if key is None:
            inner.append(value)
            continue
        if place < 0:
            inner.append(~len(made))
            at, inner = form.column, {}
            made.append(inner)
            opened.append((at, inner))
        if key in inner:
            raise NotPlain
        if form.waits:
            waiting = form.column, inner, key
            at = _NOWHERE
        inner[key] = value
    total = len(forms) + len(copied) + len(made)
    return Layout(
        tuple(copied),
        tuple(
            _items([it % total for it in each])
            if type(each) is list
            else tuple([(key, it % total) for key, it in each.items()])
            for each in reversed(made)
        ),
    )


def _items(numbers: list[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """Return what gets the values with some numbers; ``itemgetter`` of one gets no sequence."""
    first = numbers[0]
    return itemgetter(*numbers) if len(numbers) > 1 else itemgetter(slice(first, first + 1))


_known_layout = lru_cache(maxsize=256)(_layout)
_REMEMBERED_LINES = 200
"""Lines of a document whose layout is remembered."""


def layout_of(forms: tuple[Form, ...]) -> Layout:
    """Return the layout of lines with some forms.

    Raises:
        NotPlain: They cannot be put together, or a key is given twice.
    """
    return _known_layout(forms) if len(forms) <= _REMEMBERED_LINES else _layout(forms)


def _collection(place: int, opened: _Opened, waiting: _Waiting | None, made: list[Any]) -> Any:
    """Return the mapping or list whose lines have a place; a key that waits begins a new one."""
    column = place if place >= 0 else ~place
    if waiting is not None and (column > waiting[0] or (place < 0 and column == waiting[0])):
        _, mapping, key = waiting
        begun: Any = {} if place >= 0 else []
        mapping[key] = ~len(made)
        made.append(begun)
        opened.append((place, begun))
        return begun
    while (opened[-1][0] if opened[-1][0] >= 0 else ~opened[-1][0]) > column or (
        place >= 0 > opened[-1][0]
    ):
        opened.pop()
    found, collection = opened[-1]
    if found != place:
        raise NotPlain
    return collection
