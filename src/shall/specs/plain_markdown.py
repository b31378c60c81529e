"""Reads Markdown that holds nothing but headings, paragraphs, lists and rules.

Most requirements documents do, and markdown-it-py takes five times as long for them. A text with
anything else (code, quotes, tables, HTML, tabs) is left to it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shall.specs.block import BlockKind, Leaf

_DEEPEST = 8  # markdown-it-py has a limit of its own, a little deeper
# Anything that more than its line decides, or by spaces of other widths.
_OTHER = re.compile(
    "[\t\0\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]"
    r"|^ *(?:[-+*] +|[0-9]{1,9}[.)] +)*(?:```|~~~|[<>|]|=+ *$|:[-: ]*[-|]|-[- ]*[:|])"
    r"|[^\n ] *\n *-[- ]*$",
    re.MULTILINE,
)
_START = re.compile(
    r"(?P<hashes>#{1,6})(?: |$)|(?P<rule>(?:\* *){3,}$|(?:- *){3,}$|(?:_ *){3,}$)"
    r"|(?P<mark>[-+*]|(?P<number>[0-9]{1,9})[.)])(?P<space> +|$)"
)
_STARTS = frozenset("#*-_+0123456789")
_CLOSING = re.compile(r"(?:^| )#+$")
_EDGE = " \n\u3000"


class _Item(NamedTuple):
    """A list item that is open. ``indent`` is where its text starts."""

    indent: int
    mark: str
    number: int | None
    list_id: int


class _NotPlain(Exception):
    """The text has something that only a whole parser reads."""


def read_plain(lines: Sequence[str]) -> list[Leaf] | None:
    """Return the headings and paragraphs of a text; None where it has something else."""
    text = "\n".join(lines)
    if _OTHER.search(text) is not None:
        return None
    try:
        return _Reader(lines).read()
    except _NotPlain:
        return None


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._items: list[_Item] = []
        self._is_fresh = False  # the innermost item has no paragraph yet
        self._last_list = 0
        self._found: list[Leaf] = []

    def read(self) -> list[Leaf]:
        lines = self._lines
        at = 0
        while at < len(lines):
            line = lines[at]
            start = len(line) - len(line.lstrip(" "))
            at = self._block(at, start) if start < len(line) else at + 1
        return self._found

    def _block(self, at: int, start: int) -> int:
        """Read what begins at a line; return the line after it."""
        ended = None
        while self._items and start < self._items[-1].indent:
            ended = self._items.pop()
            self._is_fresh = False
            indent = self._indent()
            if indent <= start < indent + 4 and self._continues(ended, at, start):
                break
        else:
            ended = None
        return self._leaf(at, start, ended)

    def _continues(self, item: _Item, at: int, start: int) -> bool:
        """Return whether the list of an item goes on at a line."""
        found = _START.match(self._lines[at], start)
        return found is not None and (found["mark"] or "")[-1:] == item.mark

    def _leaf(self, at: int, start: int, before: _Item | None) -> int:
        """Read what begins at a place. ``before`` is the item before it in the same list."""
        line = self._lines[at]
        if start - self._indent() > 3:
            raise _NotPlain  # code
        found = _START.match(line, start) if line[start] in _STARTS else None
        if found is None:
            return self._paragraph(at, start)
        if found["rule"] is not None:
            return at + 1
        if found["hashes"] is not None:
            content = _CLOSING.sub("", line[found.end() :].rstrip(" ")).strip(_EDGE)
            level = len(found["hashes"])
            self._found.append(Leaf(BlockKind.HEADING, content, at, at + 1, level))
            return at + 1
        return self._item(at, found, before)

    def _item(self, at: int, found: re.Match[str], before: _Item | None) -> int:
        end = found.end()
        if not 0 < len(found["space"]) < 5 or end == len(self._lines[at]):
            raise _NotPlain  # empty, or code
        if before is None:
            self._last_list += 1
        list_id = self._last_list if before is None else before.list_id
        number = None if found["number"] is None else int(found["number"])
        self._items.append(_Item(end, found["mark"][-1], number, list_id))
        self._is_fresh = True
        if len(self._items) > _DEEPEST:
            raise _NotPlain
        return self._leaf(at, end, None)

    def _paragraph(self, at: int, start: int) -> int:
        lines = self._lines
        indent = self._indent()
        parts = [lines[at][start:]]
        end = at + 1
        while end < len(lines) and (line := lines[end].lstrip(" ")):
            width = len(lines[end]) - len(line)
            if width <= indent + 3 and self._interrupts(lines[end], width, indent):
                break
            parts.append(lines[end][min(indent, width) :])
            end += 1
        content = "\n".join(parts).strip(_EDGE)
        if self._is_fresh:
            item = self._items[-1]
            leaf = (BlockKind.ITEM, content, at, end, len(self._items), item.number, item.list_id)
        else:
            self._last_list += 1  # the lines of a paragraph may be a list of their own
            kind = BlockKind.PARAGRAPH
            leaf = (kind, content, at, end, len(self._items), None, -self._last_list)
        self._is_fresh = False
        self._found.append(Leaf(*leaf))
        return end

    def _interrupts(self, line: str, start: int, indent: int) -> bool:
        """Return whether a line ends the paragraph above it."""
        found = _START.match(line, start) if line[start] in _STARTS else None
        if found is None:
            return False
        if found["mark"] is None:
            return True
        if start < indent:
            outer = self._items[-2].indent if len(self._items) > 1 else 0
            return start - outer < 4
        return found.end() < len(line) and (found["number"] is None or int(found["number"]) == 1)

    def _indent(self) -> int:
        """Return where the text of the innermost item starts."""
        return self._items[-1].indent if self._items else 0
