"""Markdown to blocks with their lines; code fences and comments are left out.

Positions come from markdown-it-py, which marks every block with its lines.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_COMMENT = re.compile(r"<!--(?:(?!-->|<!--).)*-->", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"  # the first paragraph of a list item
    PARAGRAPH = "paragraph"


class Block(Struct, frozen=True):
    """One block. ``text`` keeps its inline markup but no comments, lines joined by a space.

    ``level`` is that of a heading, or the depth of a list item (1 is outermost). ``number`` is
    that of an item of a numbered list, as written. Lines and columns count from 1.
    """

    kind: BlockKind
    text: str
    line: int
    column: int
    level: int = 0
    number: int | None = None


def read_blocks(text: str) -> Iterator[Block]:
    """Return the headings, list items and paragraphs of a Markdown text in order."""
    lines = _LINE_END.split(text)  # as markdown-it does: str.splitlines() knows more ends
    tokens = _parser().parse(text)
    items: list[Token] = []  # the list items that are open
    fresh = False  # the innermost item has not shown its first paragraph yet
    for index, token in enumerate(tokens):
        if token.type == "list_item_open":
            items.append(token)
            fresh = True
        elif token.type == "list_item_close":
            items.pop()
            fresh = False
        elif token.type == "heading_open":
            yield _block(BlockKind.HEADING, tokens[index + 1], lines, int(token.tag[1:]))
        elif token.type == "paragraph_open":
            if items and fresh:
                number = int(items[-1].info) if items[-1].info else None
                inline = tokens[index + 1]
                yield _block(BlockKind.ITEM, inline, lines, len(items), number)
            else:
                yield _block(BlockKind.PARAGRAPH, tokens[index + 1], lines, len(items))
            fresh = False


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # whoever runs a case that verifies nothing reads none

    # Only blocks are wanted: the text of a block is kept as written.
    return MarkdownIt("commonmark").enable("table").disable("inline")


def _block(
    kind: BlockKind, inline: "Token", lines: Sequence[str], level: int, number: int | None = None
) -> Block:
    line = inline.map[0] if inline.map else 0
    first = inline.content.split("\n", 1)[0]
    source = lines[line] if line < len(lines) else ""
    column = max(source.find(first), 0) + 1
    content = _COMMENT.sub(" ", inline.content)
    return Block(kind, " ".join(content.split()), line + 1, column, level, number)
