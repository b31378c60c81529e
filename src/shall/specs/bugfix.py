"""Kiro's bugfix documents: what happens now, what shall happen, and what shall not change.

``1.1 WHEN ...`` under current behaviour describes the defect and is not a requirement. The numbers
of several bugs may be interleaved: the heading says what a sentence is, not its number. A numbered
duty under any other heading, such as ``4.1 WHEN ...`` under a feature, is a requirement too.
"""

import re
from collections.abc import Sequence

from shall.diagnostics import Diagnostic
from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs import headings, unread
from shall.specs.block import Block, BlockKind
from shall.specs.criteria import criterion, extended, finished, is_template, live_sentence, place_of
from shall.specs.ears import has_modal
from shall.specs.identifiers import own_id
from shall.specs.markdown import read_blocks
from shall.specs.model import Criterion, Requirement, Standing
from shall.specs.scenarios import step_of

_NUMBER = late_pattern(r"(?:\d+(?:\.\d+)*[.、]?\s*)?")
_SECTIONS = {
    "1": late_pattern(
        r"current behaviou?r.*|defects?\b.*|actual behaviou?r.*|(?:当前|现有|目前|實際"
        r"|实际)行为.*|當前行為.*|缺陷.*|bug (?:behaviou?r|condition).*",
        re.IGNORECASE,
    ),
    "2": late_pattern(
        r"expected behaviou?r.*|(?:期望|预期|正确)的?行为.*|預期行為.*|correct behaviou?r.*", re.I
    ),
    "3": late_pattern(
        r"(?:unchanged|preserved) behaviou?r.*|regression.*|(?:不变|未变更?"
        r"|保持不变)的?行为.*|不變.*|(?:回归|迴歸).*",
        re.IGNORECASE,
    ),
}


_CRITERIA = ""  # acceptance criteria beside those sections: their keys are bare numbers
_HEADING = late_pattern(r"^#{2,5}\s+(?P<title>.+?)\s*$", re.MULTILINE)


def is_bugfix(text: str) -> bool:
    """Return whether a document has the headings of current and of expected behaviour."""
    titles = [_bare(it["title"]) for it in _HEADING.finditer(text)]
    return all(any(map(_SECTIONS[number].match, titles)) for number in ("2", "1"))


def read_bugfix(
    text: str, file: str, feature: str
) -> tuple[tuple[Requirement, ...], tuple[Diagnostic, ...]]:
    """Return the sections of a bugfix document as requirements, and what was not read."""
    reader = _Reader(feature, file)
    for block in read_blocks(text):
        reader.add(block)
    return tuple(reader.requirements()), tuple(reader.unread)


class _Reader:
    def __init__(self, feature: str, file: str) -> None:
        self._feature = feature
        self._file = file
        self._section: str | None = None
        self._level = 0
        self._heading_above: Block | None = None
        self._counts: dict[str, int] = {}
        self._open: list[Criterion] | None = None
        self._depth = 0
        self._heads_list = False  # the last criterion is a paragraph: a list below it is its own
        self._found: dict[str, list[Criterion]] = {}
        self._titles: dict[str, tuple[str, Span]] = {}
        self.unread: list[Diagnostic] = []

    def requirements(self) -> Sequence[Requirement]:
        return [
            Requirement(
                number,
                title,
                place,
                tuple(finished(it) for it in self._found[number] if it.standing is Standing.LIVE),
                retired=tuple(
                    finished(it) for it in self._found[number] if it.standing is not Standing.LIVE
                ),
            )
            for number, (title, place) in sorted(
                self._titles.items(), key=lambda it: (len(it[0]), it[0])
            )
        ]

    def add(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING or _section_of(block) is not None:
            self._heading(block)
        elif self._section is None:
            self._beside(block)
        elif self._open and self._is_part_of_above(block):
            above = self._open.pop()
            dash = "- " if block.kind is BlockKind.ITEM else ""
            joined = extended(above, f"{above.text} {dash}{block.text}", block.end_line)
            self._open.append(joined)
        else:
            self._sentence(self._section, block)

    def _beside(self, block: Block) -> None:
        """Read a numbered duty under another heading; report any other duty."""
        if not has_modal(block.text) or headings.is_story(block.text):
            return
        own = own_id(block.text)
        section = own.local.partition(".")[0] if own is not None and own.is_number else ""
        if not section or section in _SECTIONS:
            self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return
        self._open_section(section, self._heading_above or block)
        self._sentence(section, block)

    def _is_part_of_above(self, block: Block) -> bool:
        """Return whether a block is within the last criterion's item, or in the list below it."""
        is_item = block.kind is BlockKind.ITEM
        if self._heads_list and block.level and own_id(block.text) is None:
            return True
        return block.level >= self._depth + is_item > 1

    def _heading(self, block: Block) -> None:
        self._open = None
        section = _section_of(block)
        if section == _CRITERIA and self._section is not None and block.level > self._level:
            return  # of that section
        self._heading_above = block
        if section is not None:
            self._section = section
            self._level = block.level or 7
            self._open_section(section, block)
        elif block.level <= self._level:
            self._section = None

    def _open_section(self, section: str, heading: Block) -> None:
        place = place_of(self._file, heading)
        self._titles.setdefault(section, (headings.plain(heading.text), place))
        self._found.setdefault(section, [])

    def _sentence(self, section: str, block: Block) -> None:
        self._open = None
        live = live_sentence(block.text)
        own = own_id(live.text) or own_id(block.text.lstrip("~*"))
        text = live.text[own.end :] if own and not live.is_struck else live.text
        if is_template(text):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
            return
        is_item = block.kind is BlockKind.ITEM
        says = has_modal(text) or step_of(text) is not None or section == _CRITERIA
        if own is None and not (is_item and says):
            if has_modal(text):
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return
        if own is not None:
            local = own.local
        else:
            number = max(block.number or 0, self._counts.get(section, 0) + 1)
            self._counts[section] = number
            local = f"{section}.{number}".lstrip(".")
        standing = Standing.DEFECT if section == "1" else Standing.LIVE
        if live.is_struck:
            standing = Standing.WITHDRAWN
        key = f"{self._feature}#{local}"
        place = place_of(self._file, block)
        self._open = self._found[section]
        self._open.append(criterion(key, text, place, block.end_line, standing=standing))
        self._depth = block.level + (not is_item)
        self._heads_list = not is_item


def _section_of(block: Block) -> str | None:
    """Return the number of the section that a heading or label opens."""
    is_heading = block.kind is BlockKind.HEADING
    if not is_heading and not (block.kind is BlockKind.PARAGRAPH and block.text[:2] == "**"):
        return None
    if not is_heading and block.text.rstrip("：: ")[-2:] != "**":
        return None
    if is_heading and headings.opens_criteria(block.text):
        return _CRITERIA
    return _section_named(block.text)


def _bare(title: str) -> str:
    return _NUMBER.sub("", headings.plain(title), count=1)


def _section_named(title: str) -> str | None:
    bare = _bare(title)
    return next((number for number, words in _SECTIONS.items() if words.match(bare)), None)
