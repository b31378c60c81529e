"""Markdown to blocks with their lines; code fences and comments are left out.

Positions come from markdown-it-py, which marks every block with its lines. What requirements
documents write and CommonMark does not see is split here: numbered lines within a paragraph
(``1.1 WHEN ...`` line by line, ``1.当`` and ``1、当`` without a space), and a label of acceptance
criteria right below other lines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from shall.late_pattern import late_pattern
from shall.specs.block import Block, BlockKind, Leaf
from shall.specs.headings import opens_criteria
from shall.specs.plain_markdown import read_plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_COMMENT = late_pattern(r"<!--(?:(?!-->|<!--).)*-->", re.DOTALL)
LINE_END = re.compile(r"\r\n|\r|\n")
"""What ends a line for markdown-it; ``str.splitlines`` knows more."""

_NESTED = re.compile(r"^[ \t]+(?:`{3}|~{3}|\S.*\|)", re.MULTILINE)  # a fence or a table in an item
_CELLS = frozenset({"td_open", "td_close", "th_open", "th_close"})
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# A line that is an item of its own: "3. THE", "3.当", "3、当", "(3) WHEN".
_NUMBERED = late_pattern(
    rf"[*_]*[(（]?(?P<number>\d{{1,4}})(?:[.)）]\s+|[.)）](?=[*_]*[{_CJK}])|[、．]\s*)(?=\S)"
)
# A line that begins with an id of its own: "1.2 WHEN", "**FR-001**: The".
_OWN_LINE = late_pattern(
    r"[*_`]*(?:\d+(?:\.\d+)+[*_`]*(?:\s*[:：.)][*_`]*)?\s+(?=[^\sa-z])"
    r"|[\[【]?[A-Z][A-Z0-9]*(?:[-_.][A-Za-z0-9]+)*[-_.]?\d+[\]】]?(?:[*_`]+\s*[:：.)]|\s*[:：]|[*_]+\s))"
)
_TIGHT_HEADING = re.compile(r"^(#{2,6})(?=[^\s#])", re.MULTILINE)  # "##Title", as some write
# What may begin a fence, HTML or indented code.
_MAY_HIDE = late_pattern(
    r"^ {0,3}(?:`{3}|~{3}|<)|^(?:[ \t]*|#{1,6}[ \t].*)\r?\n(?: {4}|\t)[ \t]*\S", re.MULTILINE
)
_YAML_LINE = late_pattern(r"#(?!#)|[ \t]|-[ \t]|[\]}]|[^\s:#-][^:]*:(?:\s|$)")
_LABEL = late_pattern(r"[*_]{2,}.+[*_]{2,}[:：]?\s*$|.{1,60}[:：][*_]*\s*$")


def read_blocks(text: str) -> Iterator[Block]:
    """Return the headings, list items, paragraphs and table rows of a Markdown text in order."""
    text = _without_front_matter(text)
    lines = LINE_END.split(text)  # as markdown-it does: str.splitlines() knows more ends
    spaced = _TIGHT_HEADING.sub(r"\1 ", text)
    leaves = read_plain(lines if spaced == text else LINE_END.split(spaced))
    for found in parsed(spaced, lines) if leaves is None else leaves:
        if isinstance(found, Block):
            yield found
            continue
        block = _block(found, lines)
        if block.kind is BlockKind.HEADING:
            yield block
        elif "\n" in found.content:
            yield from _split(block, found, lines)
        else:
            yield _numbered(block)


def parsed(text: str, lines: Sequence[str]) -> Iterator[Leaf | Block]:
    """Yield the headings and paragraphs of any Markdown, and its table rows as blocks."""
    tokens = _parser().parse(text)
    open_lists = _OpenLists()
    head: tuple[str, ...] = ()
    for index, token in enumerate(tokens):
        kind = token.type
        if kind == "paragraph_open":
            yield open_lists.leaf(tokens[index + 1], index)
        elif kind == "heading_open":
            yield _leaf(BlockKind.HEADING, tokens[index + 1], int(token.tag[1:]))
        elif kind == "tr_open":
            cells = _cells(tokens, index)
            if tokens[index + 1].type == "th_open":
                head = cells
            else:
                yield _row(cells, head, (token.map or (0, 1))[0], lines)
        else:
            open_lists.follow(token, index)


def nested_content(text: str) -> Mapping[int, str]:
    """Map the line of each list item to the code and tables within it, where it has some.

    They are not sentences, so ``read_blocks`` has no block for them; what the item says needs them.
    """
    if not _NESTED.search(text):
        return {}
    tokens = _parser().parse(_TIGHT_HEADING.sub(r"\1 ", _without_front_matter(text)))
    found: dict[int, list[str]] = {}
    lines: list[int] = []
    is_cell = False
    for token in tokens:
        if token.type == "list_item_open":
            lines.append((token.map or (0, 1))[0] + 1)
        elif token.type == "list_item_close":
            lines.pop()
        elif token.type in _CELLS:
            is_cell = token.nesting > 0
        elif token.type in {"fence", "code_block"} or (is_cell and token.type == "inline"):
            for line in lines:
                found.setdefault(line, []).append(f"{token.info}\n{token.content}")
    return {line: "\0".join(parts) for line, parts in found.items()}


class _OpenLists:
    """The lists and list items that are open at a token."""

    def __init__(self) -> None:
        self._items: list[Token] = []
        self._lists: list[int] = []
        self._fresh = False  # the innermost item has not shown its first paragraph yet

    def follow(self, token: "Token", index: int) -> None:
        """Record what a token opens or closes."""
        if token.type == "list_item_open":
            self._items.append(token)
            self._fresh = True
        elif token.type == "list_item_close":
            self._items.pop()
            self._fresh = False
        elif token.type.endswith("list_open"):
            self._lists.append(index)
        elif token.type.endswith("list_close"):
            self._lists.pop()

    def leaf(self, inline: "Token", index: int) -> Leaf:
        """Return a paragraph: an item where it is the first of one."""
        items, fresh = self._items, self._fresh
        self._fresh = False
        if not (items and fresh):
            return _leaf(BlockKind.PARAGRAPH, inline, len(items), None, -index)
        number = int(items[-1].info) if items[-1].info else None
        return _leaf(BlockKind.ITEM, inline, len(items), number, self._lists[-1])


def _without_front_matter(text: str) -> str:
    """Return the text with its YAML front matter blank, so that lines keep their numbers."""
    if not text.startswith("---"):
        return text
    found = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*$", text, re.DOTALL | re.MULTILINE)
    if found is None or not _is_yaml(found[1]):
        return text
    return re.sub(r"[^\r\n]", "", found[0]) + text[found.end() :]


def _is_yaml(text: str) -> bool:
    """Return whether a text may be front matter, not what lies between two rules."""
    lines = [it for it in LINE_END.split(text) if it.strip()]
    return all(map(_YAML_LINE.match, lines)) and any(":" in it for it in lines) if lines else True


def hidden_parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and content of what Markdown takes for code or HTML by the way it is written.

    It is indented, or its fence or comment is not closed, or it has tags. Closed fences, comments
    and ``<pre>`` are meant to be code and comments; not a fence within which another one begins.
    """
    text = _without_front_matter(text)
    if not _MAY_HIDE.search(text):
        return
    lines = LINE_END.split(text)
    for token in _parser().parse(_TIGHT_HEADING.sub(r"\1 ", text)):
        first, end = token.map or (0, 0)
        content = token.content
        if token.type == "fence":
            last = lines[min(end, len(lines)) - 1].strip()
            is_mark = last.startswith(token.markup) and not last.strip(token.markup[0])
            begins = rf"^ {{0,3}}{re.escape(token.markup)}[`~]*[ \t]*[\w{{]"
            if is_mark and not re.search(begins, content, re.MULTILINE):
                continue
            first += 1  # the content begins below the fence
        elif token.type == "html_block":
            content = _blanked(_blanked(content, "<!--", "-->"), "<pre", "</pre>")
        elif token.type != "code_block" or token.level:
            continue
        yield first + 1, content


def _blanked(text: str, opening: str, closing: str) -> str:
    """Return a text without what lies between two marks, but for its line ends."""
    kept: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start)) >= 0:
        kept += text[at:start], "\n" * text.count("\n", start, end)
        at = end + len(closing)
    return "".join((*kept, text[at:]))


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # a run of cases that verify nothing reads none

    # Only blocks are wanted: the text of a block stays as written. "[REQ-1]: text" is one.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "reference"])


def _leaf(
    kind: BlockKind, inline: "Token", level: int, number: int | None = None, list_id: int = 0
) -> Leaf:
    line, end = inline.map or (0, 1)
    return Leaf(kind, inline.content, line, end, level, number, list_id)


def _block(leaf: Leaf, lines: Sequence[str]) -> Block:
    kind, content, line, end, level, number, list_id = leaf
    first = content.split("\n", 1)[0]
    source = lines[line] if line < len(lines) else ""
    column = max(source.find(first), 0) + 1
    if "<!--" in content:
        content = _COMMENT.sub(" ", content)
    return Block(kind, " ".join(content.split()), line + 1, column, level, number, list_id, end)


def _cells(tokens: Sequence["Token"], index: int) -> tuple[str, ...]:
    """Return the texts of a row's cells."""
    cells = []
    for token in tokens[index + 1 :]:
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(" ".join(_COMMENT.sub(" ", token.content).split()))
    return tuple(cells)


def _row(cells: tuple[str, ...], head: tuple[str, ...], line: int, lines: Sequence[str]) -> Block:
    """Return a row of a table's body."""
    source = lines[line] if line < len(lines) else ""
    column = len(source) - len(source.lstrip(" \t|")) + 1
    text = " | ".join(cells)
    return Block(BlockKind.ROW, text, line + 1, column, end_line=line + 1, cells=cells, head=head)


def _split(block: Block, leaf: Leaf, lines: Sequence[str]) -> Iterator[Block]:
    """Yield a paragraph as it is, or the items that its lines are."""
    written = leaf.content.split("\n")
    starts = [0]
    for at in range(1, len(written)):
        line = written[at].lstrip()
        before = written[at - 1].lstrip()
        if (
            _OWN_LINE.match(line)
            or _is_criteria_label(line)
            or _is_criteria_label(before)
            or (
                _NUMBERED.match(line)
                and (_NUMBERED.match(written[starts[-1]].lstrip()) or _LABEL.match(before))
            )
        ):
            starts.append(at)
    if len(starts) == 1:
        yield _numbered(block)
        return
    for start, end in zip(starts, [*starts[1:], len(written)], strict=True):
        text = _COMMENT.sub(" ", "\n".join(written[start:end]))
        at = block.line + start
        source = lines[at - 1] if at <= len(lines) else ""
        column = max(source.find(written[start].strip()), 0) + 1
        part = Block(
            block.kind if start == 0 else BlockKind.PARAGRAPH,
            " ".join(text.split()),
            at,
            column if start else block.column,
            block.level,
            block.number if start == 0 else None,
            block.list_id,
            end_line=block.line + end - 1,
        )
        yield _numbered(part)


def _is_criteria_label(line: str) -> bool:
    """Return whether a line of a paragraph is a label of its own: ``**Acceptance Criteria**:``."""
    return _LABEL.match(line) is not None and opens_criteria(line)


def _numbered(block: Block) -> Block:
    """Return a paragraph that is a numbered line as the item that it is."""
    if block.kind is not BlockKind.PARAGRAPH or not block.text[:5].strip("*_(（")[:1].isdigit():
        return block
    found = _NUMBERED.match(block.text)
    if found is None:
        return block
    text = block.text[found.end() :]
    column = block.column + found.end()
    return Block(
        BlockKind.ITEM,
        text,
        block.line,
        column,
        block.level + 1,
        int(found["number"]),
        block.list_id,
        block.end_line,
    )
