"""Carries the comments of a case file over to its new text.

A comment belongs to the value that begins on its line or, where it has a line of its own, on the
next one. Steps are recognized by their id, or by method and address, wherever they moved to. What
is gone leaves its comments to what follows it.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

import yaml
from msgspec import Struct
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shall.cases.aliases import CASE_KEYS, REQUEST_KEYS
from shall.cases.fields import Keys
from shall.cases.forms import METHODS, WEBSOCKET
from shall.cases.yaml_text import compose

_ROOTS = ("testcase", "unittest")
_LISTS = ("steps", "teardowns")


class _Comment(Struct, frozen=True):
    """A comment and the path of the value that it belongs to; None: the end of the file."""

    text: str
    path: Keys | None
    has_own_line: bool


class _Outline(Struct):
    """Where the values of a text begin: ``lines`` by path, in the order of the text.

    The path of the whole case is empty, whether it has the older root or not.
    """

    lines: dict[Keys, int]
    inside: list[tuple[int, int, int, int]]
    steps: Mapping[str, list[str]]


def with_comments(before: str, after: str) -> str:
    """Return a text of a case with the comments that an earlier one has."""
    if "#" not in before:
        return after
    old, new = _outline(before), _outline(after)
    if old is None or new is None:
        return after
    comments = list(_comments(before, old))
    if not comments:
        return after
    lines = after.split("\n")
    above: dict[int, list[str]] = {}
    behind: dict[int, list[str]] = {}
    moved = {name: _moved(old.steps[name], new.steps[name]) for name in _LISTS}
    for comment in comments:
        at = _line_of(comment, old, new, moved)
        if at is None:
            above.setdefault(len(lines) - 1, []).append(comment.text)
        elif comment.has_own_line or at[1]:
            above.setdefault(at[0], []).append(comment.text)
        else:
            behind.setdefault(at[0], []).append(comment.text)
    written: list[str] = []
    for number, line in enumerate(lines):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        written += [f"{indent}{text}" for text in above.get(number, ())]
        written.append("  ".join([line, *behind.get(number, ())]))
    return "\n".join(written)


def _outline(text: str) -> _Outline | None:
    try:
        root = compose(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(root, MappingNode) or not root.value:
        return None
    outline = _Outline({}, [], {name: [] for name in _LISTS})
    first, below = root.value[0]
    outline.lines[()] = first.start_mark.line
    is_wrapped = first.value in _ROOTS and isinstance(below, MappingNode)
    case = below if is_wrapped else root
    _walk(case, (), outline)
    for key, value in case.value:
        name = CASE_KEYS.get(str(key.value), str(key.value))
        if name in _LISTS and isinstance(value, SequenceNode):
            outline.steps[name].extend(map(_signature, value.value))
    return outline


def _walk(node: Node, path: Keys, outline: _Outline) -> None:
    start, end = node.start_mark, node.end_mark
    if isinstance(node, ScalarNode):
        outline.inside.append((start.line, start.column, end.line, end.column))
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            today = (REQUEST_KEYS if path else CASE_KEYS).get(name, name)
            inner = (*path, today)
            outline.lines.setdefault(inner, key.start_mark.line)
            _walk(key, inner, outline)
            _walk(value, inner, outline)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            outline.lines.setdefault((*path, index), item.start_mark.line)
            _walk(item, (*path, index), outline)


def _signature(node: Node) -> str:
    """Return what a step is recognized by."""
    if not isinstance(node, MappingNode):
        return ""
    values = {
        str(key.value): str(value.value)
        for key, value in node.value
        if isinstance(value, ScalarNode)
    }
    if "id" in values:
        return values["id"]
    for method in (*METHODS, WEBSOCKET):
        address = values.get(method) or values.get(method.lower())
        if address is not None:
            return f"{method} {address}"
    return f"{values.get('method', 'GET')} {values.get('path', values.get('url', ''))}"


def _moved(before: list[str], after: list[str]) -> Mapping[int, int]:
    """Return the new index of each item that is still there."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return {
        block.a + at: block.b + at
        for block in matcher.get_matching_blocks()
        for at in range(block.size)
    }


def _comments(text: str, outline: _Outline) -> Iterator[_Comment]:
    starts: dict[int, Keys] = {}
    for begun, at in outline.lines.items():
        starts.setdefault(at, begun)
    lines = text.split("\n")
    inside = sorted(outline.inside)
    first = 0
    for number, line in enumerate(lines):
        while first < len(inside) and inside[first][2] < number:
            first += 1
        column = _comment_column(number, line, inside[first : first + 200])
        if column is None:
            continue
        own = not line[:column].strip()
        following = number if not own else _next(starts, number, len(lines))
        path = None if following is None else starts.get(following)
        if path == () and not own:
            path = next((it for it, at in outline.lines.items() if it and at == number), ())
        yield _Comment(line[column:].rstrip(), path, own)


def _next(starts: Mapping[int, Keys], number: int, count: int) -> int | None:
    return next((it for it in range(number, count) if it in starts), None)


def _comment_column(number: int, line: str, inside: list[tuple[int, int, int, int]]) -> int | None:
    """Return where the comment of a line begins."""
    column = line.find("#")
    while column >= 0:
        begins = column == 0 or line[column - 1] in " \t"
        place = (number, column)
        if begins and not any((a, b) <= place < (c, d) for a, b, c, d in inside):
            return column
        column = line.find("#", column + 1)
    return None


def _line_of(
    comment: _Comment, old: _Outline, new: _Outline, moved: Mapping[str, Mapping[int, int]]
) -> tuple[int, bool] | None:
    """Return the line of a comment in the new text, and whether it is that of another value."""
    path = comment.path
    if path is None:
        return None
    target = _translated(path, moved)
    if target in new.lines:
        return new.lines[target], False
    later = list(old.lines)
    for other in later[later.index(path) + 1 :]:
        following = _translated(other, moved)
        if following in new.lines and other[: len(path)] != path:
            return new.lines[following], True
    return None


def _translated(path: Keys, moved: Mapping[str, Mapping[int, int]]) -> Keys:
    """Return a path in the new text: the steps may have other indexes."""
    if len(path) < 2 or path[0] not in moved or not isinstance(path[1], int):
        return path
    return (path[0], moved[str(path[0])].get(path[1], -1), *path[2:])
