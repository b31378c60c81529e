"""Documents of numbered requirements with acceptance criteria: Kiro's form and its relatives.

Under a heading ``Requirement 2: Title`` the acceptance criteria have the keys ``<feature>#2.1``,
``#2.2`` and so on; a requirement without a list has its sentences instead. A criterion that
carries its own id (``REQ-014: ...``, ``**3.2** When ...``) is known by that. In a document
without such headings every requirement sentence is a criterion, numbered in order:
``<feature>#1``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from shall.diagnostics import Diagnostic
from shall.span import Span
from shall.specs import headings, unread
from shall.specs.criteria import criterion, extended, is_template, live_sentence, place_of
from shall.specs.ears import has_modal
from shall.specs.identifiers import OwnId, own_id
from shall.specs.markdown import Block, BlockKind, read_blocks
from shall.specs.model import Criterion, Requirement, Standing
from shall.specs.scenarios import step_of, steps_of


def read_numbered(
    text: str, file: str, feature: str
) -> tuple[tuple[Requirement, ...], tuple[Diagnostic, ...]]:
    """Return the requirements of a document, and what was not read."""
    reader = _Reader(feature, file)
    drafts = reader.read(list(read_blocks(text)))
    requirements = tuple(
        draft.requirement() for draft in drafts if draft.number or draft.criteria() or draft.retired
    )
    return requirements, tuple(reader.unread)


@dataclass(slots=True)
class Draft:
    """A requirement while it is read. ``number`` is empty for sentences under no requirement."""

    number: str
    title: str
    span: Span
    level: int = 0
    own_local: str = ""  # of a heading that carries the id of its one criterion
    story: str = ""
    in_criteria: bool = False
    criteria_level: int = 0  # of the heading that opened them
    had_heading: bool = False  # of the acceptance criteria
    has_numbers: bool = False  # among its criteria
    last: int = 0
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)  # of a list, as written
    named: list[Criterion] = field(default_factory=list)  # those with their own id
    items: list[Criterion] = field(default_factory=list)
    sentences: list[Criterion] = field(default_factory=list)  # those in paragraphs
    retired: list[Criterion] = field(default_factory=list)

    def criteria(self) -> tuple[Criterion, ...]:
        """Return what counts, as written: a sentence beside a list only explains the list."""
        counted = self.items or self.sentences
        if self.own_local and (self.named or self.items):
            counted = [it for it in counted if it.local != self.own_local]
        return tuple(sorted((*self.named, *counted), key=lambda found: found.span))

    def requirement(self) -> Requirement:
        """Return the requirement."""
        retired = tuple(self.retired)
        return Requirement(self.number, self.title, self.span, self.criteria(), self.story, retired)

    def open_criteria(self, level: int) -> None:
        """Begin the acceptance criteria: what stood above them without an id explained them."""
        if not self.had_heading:
            self.items.clear()
            self.sentences.clear()
            self.last = 0
        self.in_criteria = self.had_heading = True
        self.criteria_level = level

    def next_number(self, block: Block, counts: bool) -> int:
        """Return an item's number: as written, unless the list does not count (``1. 1. 1.``).

        A number that stands twice in a list that counts stays what it is: that is a mistake, and
        the two criteria have one key.
        """
        written = block.number if block.number is not None else 0
        place = (block.list_id, written)
        if counts and place in self.numbers:
            return self.numbers[place]
        self.last = written if written > self.last else self.last + 1
        if block.number is not None:
            self.numbers[place] = self.last
        return self.last


class _Reader:
    def __init__(self, feature: str, file: str) -> None:
        self._feature = feature
        self._file = file
        self._loose = Draft("", "", Span(file, 1))  # sentences under no requirement
        self._drafts: list[Draft] = []
        self._current: Draft | None = None
        self._depth = 0  # of the list item that was a criterion last, or a withdrawn one
        self._above: list[Criterion] | None = None  # ends with that criterion
        self._counting: frozenset[int] = frozenset()
        self._sections: dict[int, bool] = {}
        self._has_numbers = False  # some heading says Requirement N
        self._aside = 0  # the level of the heading of a list that holds no criteria
        self._loose_criteria = False  # acceptance criteria under no requirement
        self.unread: list[Diagnostic] = []

    def read(self, blocks: Sequence[Block]) -> list[Draft]:
        self._counting = counting_lists(blocks)
        self._sections = _sections_with_criteria(blocks)
        self._has_numbers = any(
            block.kind is BlockKind.HEADING and headings.requirement_of(block.text)
            for block in blocks
        )
        missed: list[Block] = []
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                self._heading(block)
            elif block.kind is BlockKind.ROW:
                self._row(block)
            elif self._current is None:
                self._add_loose(block, missed)
            else:
                self._add(self._current, block)
        if not self._drafts:
            return [self._loose]
        named = Draft("", "", self._loose.span, named=self._loose.named)
        self.unread += self._missed(missed)
        return [named, *self._drafts]

    def _missed(self, blocks: Sequence[Block]) -> Iterator[Diagnostic]:
        """Report the sentences outside of requirements, in a document that has requirements."""
        for block in blocks:
            if own_id(block.text) is None:
                yield unread.unread(unread.SENTENCE, self._file, block)

    # Headings

    def _heading(self, block: Block) -> None:
        self._depth = 0
        if self._aside and block.level <= self._aside:
            self._aside = 0
        current = self._current
        if current is not None and block.level <= current.level:
            self._current = current = None
        if self._opens_requirement(block):
            return
        if headings.opens_criteria(block.text):
            self._above = None
            if current is not None:
                current.open_criteria(block.level)
            else:
                self._loose_criteria = True
            self._aside = 0
        elif headings.opens_aside(block.text) and current is not None:
            self._aside = block.level
            current.in_criteria = False
        elif current is not None and not (
            current.in_criteria and block.level > current.criteria_level > 0
        ):
            current.in_criteria = False

    def _opens_requirement(self, block: Block) -> bool:
        named = self._requirement(block)
        if named is None:
            return False
        number, title, local = named
        place = Span(self._file, block.line, block.column)
        draft = Draft(number, title, place, block.level, local)
        self._drafts.append(draft)
        self._current = draft
        self._aside = 0
        if local:
            self._add_heading(draft, block)
        return True

    def _requirement(self, block: Block) -> tuple[str, str, str] | None:
        """Return number, title and own id of a requirement's heading."""
        named = headings.requirement_of(block.text)
        if named is not None:
            return named.number, named.title, ""
        own = headings.named_of(block.text)
        if own is not None:
            return own.number, own.title, own.number
        if self._current is not None or not self._sections.get(block.line):
            return None
        story = headings.story_of(block.text)
        if story is not None and story.number:
            prefix = "US" if self._has_numbers else ""
            return prefix + story.number, story.title, ""
        bare = headings.numbered_of(block.text)
        if bare is not None and not self._has_numbers and not headings.opens_criteria(block.text):
            return bare.number, bare.title, ""
        return None

    def _add_heading(self, draft: Draft, block: Block) -> None:
        """Begin with the title of a heading with an id: what stands below it may say more."""
        live = live_sentence(draft.title)
        key = f"{self._feature}#{draft.own_local}"
        standing = Standing.WITHDRAWN if live.is_struck or "~~" in block.text else Standing.LIVE
        found = criterion(
            key, live.text or draft.title, draft.span, block.end_line, standing=standing
        )
        if standing is Standing.WITHDRAWN:
            draft.retired.append(found)
            draft.own_local = ""
        else:
            draft.sentences.append(found)

    # What is not a heading

    def _add_loose(self, block: Block, missed: list[Block]) -> None:
        if headings.opens_criteria(block.text):
            self._loose_criteria = True
            return
        live = live_sentence(block.text)
        own = own_id(live.text)
        text = live.text[own.end :] if own else live.text
        if is_template(text):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
        elif has_modal(text) and not headings.is_story(block.text):
            self._append(self._loose, block, live.text)
            missed.append(block)
        elif self._loose_criteria and block.number is not None and not self._drafts:
            self.unread.append(unread.unread(unread.LIST, self._file, block))

    def _add(self, draft: Draft, block: Block) -> None:
        if headings.is_story(block.text):
            draft.story = headings.story_text(block.text)
            return
        if self._is_label(draft, block):
            return
        is_item = block.kind is BlockKind.ITEM
        if self._depth and block.level >= self._depth + is_item:
            self._extend(block)
            return
        self._depth, self._above = 0, None
        live = live_sentence(block.text)
        own = own_id(block.text) or own_id(block.text.lstrip("~*"))
        if draft.own_local and self._describes(draft, block, own):
            return
        if live.is_struck:
            self._retire(draft, block, live.text, live.remark, own)
        elif self._is_wanted(draft, block, live.text, own):
            self._above = self._append(draft, block, live.text)
        else:
            return
        self._depth = block.level

    def _is_label(self, draft: Draft, block: Block) -> bool:
        """Return whether a block opens or closes the criteria, and do so."""
        if headings.opens_criteria(block.text):
            self._depth, self._above = 0, None
            draft.open_criteria(0)
            return True
        ends = block.text.rstrip("*_ ")[-1:] in {":", "："} or block.text.startswith("**")
        if ends and not block.level and headings.opens_aside(block.text):
            self._aside, draft.in_criteria = 9, False
            return True
        return False

    def _is_wanted(self, draft: Draft, block: Block, text: str, own: OwnId | None) -> bool:
        """Return whether a block is a criterion; report it if it looks like one and is not."""
        sentence = text[own.end :] if own and own.end < len(text) else text
        is_item = block.kind is BlockKind.ITEM
        if is_template(sentence):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
            return False
        says = has_modal(sentence)
        if self._aside and not draft.in_criteria:
            if says:
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return False
        if draft.in_criteria and is_item and block.number is None and own is None:
            if draft.has_numbers and not says and step_of(text) is None:
                self.unread.append(unread.unread(unread.BULLET, self._file, block))
                return False
            return True
        return says or (draft.in_criteria and (is_item or own is not None))

    def _describes(self, draft: Draft, block: Block, own: OwnId | None) -> bool:
        """Take a block under a heading with an id for the text of its one criterion."""
        if own is not None or draft.in_criteria or self._aside or not draft.sentences:
            return False
        if block.number is not None and has_modal(block.text):
            return False
        if len(draft.sentences) != 1:
            return True
        found = draft.sentences[0]
        if found.end_line == draft.span.line and has_modal(block.text) and not block.level:
            text = block.text  # the sentence itself, not the title above it
        else:
            dash = "- " if block.kind is BlockKind.ITEM else ""
            text = f"{found.text} {dash}{block.text}"
        draft.sentences[0] = extended(found, text, block.end_line)
        return True

    def _append(self, draft: Draft, block: Block, text: str) -> list[Criterion]:
        """Add a criterion; give the list that it now ends."""
        own = own_id(text)
        if own is not None:
            into, local, text = draft.named, own.local, text[own.end :]
        elif draft.number and block.kind is not BlockKind.ITEM:
            into, local = draft.sentences, f"{draft.number}.{len(draft.sentences) + 1}"
        else:
            number = draft.next_number(block, block.list_id in self._counting)
            into, local = draft.items, f"{draft.number}.{number}".lstrip(".")
            draft.has_numbers = draft.has_numbers or block.number is not None
        key = f"{self._feature}#{local}"
        into.append(criterion(key, text, place_of(self._file, block), block.end_line))
        return into

    def _retire(
        self, draft: Draft, block: Block, text: str, remark: str, own: OwnId | None
    ) -> None:
        """Note a withdrawn criterion: its number stays taken."""
        number = None
        if block.kind is BlockKind.ITEM and draft.in_criteria:
            number = draft.next_number(block, block.list_id in self._counting)
        if own is not None:
            local = own.local
            text = text.removeprefix(block.text[: own.end])
        elif number is not None:
            local = f"{draft.number}.{number}".lstrip(".")
        else:
            return
        key, place = f"{self._feature}#{local}", place_of(self._file, block)
        found = criterion(key, text, place, block.end_line, standing=Standing.WITHDRAWN)
        draft.retired.append(replace(found, remark=remark))

    def _extend(self, block: Block) -> None:
        """What is nested in a list item belongs to its criterion; of a withdrawn one, to none."""
        live = live_sentence(block.text)
        if self._above is None or live.is_struck:
            return
        above = self._above.pop()
        dash = "- " if block.kind is BlockKind.ITEM else ""
        text = f"{above.text} {dash}{live.text}"
        self._above.append(extended(above, text, block.end_line))

    def _row(self, block: Block) -> None:
        draft = self._current or self._loose
        drafts = (self._loose, *self._drafts)
        found = row_of(block, self._feature, self._file, drafts, self.unread)
        if found is not None:
            local, text = found
            key = f"{self._feature}#{local}"
            draft.named.append(criterion(key, text, place_of(self._file, block), block.end_line))


def row_of(
    block: Block, feature: str, file: str, drafts: Iterable[Draft], diagnostics: list[Diagnostic]
) -> tuple[str, str] | None:
    """Return the id and the sentence of a table row that states a requirement.

    A row that only names a requirement again, as a table of verifications does, states none; one
    that has a requirement sentence and no id is added to ``diagnostics``.
    """
    found = _row_sentence(block)
    if found is None:
        if any(has_modal(cell) for cell in block.cells):
            diagnostics.append(unread.unread(unread.ROW, file, block))
        return None
    key = f"{feature}#{found[0]}"
    is_named = any(it.key == key for draft in drafts for it in draft.named)
    return None if is_named else found


def _row_sentence(block: Block) -> tuple[str, str] | None:
    """Return the id and the sentence of a table row that states a requirement."""
    if not block.cells:
        return None
    own = own_id(f"{block.cells[0].strip('*_`[] ')}: x")
    if own is None:
        return None
    says = [cell for cell in block.cells[1:] if has_modal(cell) or steps_of(cell)]
    return (own.local, max(says, key=len)) if says else None


def counting_lists(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the ids of the lists that count: some number is followed by the next."""
    seen: dict[int, set[int]] = {}
    for block in blocks:
        if block.number is not None:
            seen.setdefault(block.list_id, set()).add(block.number)
    return frozenset(
        list_id for list_id, numbers in seen.items() if any(it + 1 in numbers for it in numbers)
    )


def _sections_with_criteria(blocks: Sequence[Block]) -> dict[int, bool]:
    """Map the line of each heading to whether acceptance criteria open below it."""
    found: dict[int, bool] = {}
    above: list[Block] = []
    for block in blocks:
        opens = headings.opens_criteria(block.text)
        if block.kind is BlockKind.HEADING:
            while above and above[-1].level >= block.level:
                above.pop()
            if not opens:
                above.append(block)
                continue
        if opens and above:
            found[above[-1].line] = True
    return found
