"""The blocks of a Markdown text that requirements are read from."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"  # the first paragraph of a list item, or a numbered line of a paragraph
    PARAGRAPH = "paragraph"
    ROW = "row"  # of a table, without its head


class Block(Struct, frozen=True):
    """One block. ``text`` keeps its inline markup but no comments, lines joined by a space.

    ``level`` is that of a heading, or the depth of a list item (1 is outermost). ``number`` is
    that of an item of a numbered list, as written, and ``list_id`` distinguishes lists. Lines and
    columns count from 1; ``end_line`` is the last line.
    """

    kind: BlockKind
    text: str
    line: int
    column: int
    level: int = 0
    number: int | None = None
    list_id: int = 0
    end_line: int = 0
    cells: tuple[str, ...] = ()  # of a row
    head: tuple[str, ...] = ()  # of the row's table


class Leaf(NamedTuple):
    """A heading or paragraph as it is written; ``start`` is its first line, ``end`` the next one.

    Lines count from 0, and ``content`` is without indentation and the mark of its list item.
    """

    kind: BlockKind
    content: str
    start: int
    end: int
    level: int
    number: int | None = None
    list_id: int = 0
