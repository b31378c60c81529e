"""Documents of numbered requirements with acceptance criteria: Kiro's form and its relatives.

Under a heading ``Requirement 2: Title`` the acceptance criteria have the keys ``<feature>#2.1``,
``#2.2`` and so on; a requirement without a list has its sentences instead. A criterion that
carries its own id (``REQ-014: ...``, ``**3.2** When ...``) is known by that. In a document
without such headings every requirement sentence is a criterion, numbered in order:
``<feature>#1``.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shall.diagnostics import Diagnostic
from shall.span import Span
from shall.specs import headings, unread
from shall.specs.block import Block, BlockKind
from shall.specs.criteria import criterion, extended, is_template, live_sentence, place_of
from shall.specs.criteria_sections import numbered_parts, sections_with_criteria
from shall.specs.draft import Draft, counting_lists
from shall.specs.ears import has_modal, recommends
from shall.specs.identifiers import OwnId, names_requirement, own_id
from shall.specs.markdown import read_blocks
from shall.specs.model import Criterion, Requirement, Standing
from shall.specs.rows import row_of, sentence_columns
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


class _Reader:
    def __init__(self, feature: str, file: str) -> None:
        self._feature = feature
        self._file = file
        self._loose = Draft("", "", Span(file, 1))  # sentences under no requirement
        self._drafts: list[Draft] = []
        self._current: Draft | None = None
        self._depth = 0  # of the list item that was a criterion last, or a withdrawn one
        self._head: Criterion | None = None  # a paragraph with an id: a list below it is its own
        self._label_level = 0  # of the list item that is the label of the criteria
        self._above: list[Criterion] | None = None  # ends with that criterion
        self._counting: Mapping[int, int] = {}
        self._columns: Mapping[int, int] = {}  # of the sentences of tables, by line
        self._sections: dict[int, bool] = {}
        self._subsections: frozenset[int] = frozenset()
        self._has_numbers = False  # some heading says Requirement N
        self._aside = 0  # the level of the heading of a list that holds no criteria
        self._loose_criteria = 0  # the level of acceptance criteria under no requirement
        self._loose_list = 0  # the level of a heading that says that requirements follow
        self._of_a_kind = 0  # the level of a heading such as "Security Requirements"
        self._excluded = 0  # the level of a heading below which no heading is a requirement
        self._missed: list[Block] = []  # sentences under no requirement
        self._missed_lists: dict[int, Block] = {}  # of acceptance criteria under none
        self.unread: list[Diagnostic] = []

    def read(self, blocks: Sequence[Block]) -> list[Draft]:
        self._counting = counting_lists(blocks)
        self._columns = sentence_columns(blocks)
        self._sections = sections_with_criteria(blocks)
        self._subsections = numbered_parts(blocks, self._sections)
        self._has_numbers = any(
            block.kind is BlockKind.HEADING and headings.requirement_of(block.text)
            for block in blocks
        )
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                self._heading(block)
            elif block.kind is BlockKind.ROW:
                self._row(block)
            elif self._current is None:
                self._add_loose(block)
            else:
                self._add(self._current, block)
        self._note_missed()
        for draft in self._drafts:
            self._note_beside(draft)
        if not self._drafts:
            return [self._loose]
        return [Draft("", "", self._loose.span, named=self._loose.named), *self._drafts]

    def _note_missed(self) -> None:
        """Report what is under no requirement and does not count."""
        counted = (*self._loose.items, *self._loose.retired) if not self._drafts else ()
        lines = {it.span.line for it in (*counted, *self._loose.named)}
        for block in self._missed:
            if block.line not in lines:
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
        for block in self._missed_lists.values() if self._drafts else ():
            self.unread.append(unread.unread(unread.LIST, self._file, block))

    def _note_beside(self, draft: Draft) -> None:
        """Report the duties in paragraphs beside the criteria of a requirement."""
        self.unread.extend(map(unread.explained, draft.sentences_beside()))
        for block in draft.described_beside():
            self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
        for block in draft.unread_lists():
            self.unread.append(unread.unread_list(self._file, block))

    # Headings

    def _heading(self, block: Block) -> None:
        self._depth, self._head, self._label_level = 0, None, 0
        self._close_sections(block.level)
        self._open_sections(block)
        if self._opens_requirement(block):
            return
        current = self._current
        if headings.opens_criteria(block.text):
            self._above = None
            self._aside = 0
            if current is not None:
                self._open_criteria(current, block.level)
            else:
                self._loose_criteria = self._loose_criteria or block.level
        elif current is None:
            if block.level > 1 and headings.opens_aside(block.text):
                self._excluded = self._excluded or block.level
        elif headings.opens_aside(block.text):
            self._aside = block.level
            current.in_criteria = False
        elif not (current.in_criteria and block.level > current.criteria_level > 0):
            current.in_criteria = False

    def _open_sections(self, block: Block) -> None:
        """Begin what a heading says of requirements below it."""
        self._loose_list = block.level if headings.opens_requirements(block.text) else 0
        if not self._of_a_kind and headings.heads_requirements(block.text):
            self._of_a_kind = block.level

    def _open_criteria(self, draft: Draft, level: int) -> None:
        self.unread.extend(map(unread.explained, draft.open_criteria(level)))

    def _close_sections(self, level: int) -> None:
        """End what a heading of that level ends."""
        if level <= self._aside:
            self._aside = 0
        if level <= self._excluded:
            self._excluded = 0
        if level <= self._loose_criteria:
            self._loose_criteria = 0
        if level <= self._of_a_kind:
            self._of_a_kind = 0
        if self._current is not None and level <= self._current.level:
            self._current = None

    def _opens_requirement(self, block: Block) -> bool:
        named = self._requirement(block)
        if named is None:
            return False
        number, title, local = named
        if self._current is not None and local:
            self._current.holds_requirements = True
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
        if self._excluded:
            return None
        own = headings.named_of(block.text)
        if own is not None:
            is_story = headings.is_story(
                own.title
            )  # "US1: As a reader" is not a requirement itself
            return own.number, own.title, "" if is_story else own.number
        bare = headings.numbered_of(block.text)
        if bare is not None and block.line in self._subsections:
            return bare.number, bare.title, ""
        if self._current is not None or not self._sections.get(block.line):
            return None
        return self._with_criteria(block, bare)

    def _with_criteria(
        self, block: Block, bare: headings.Named | None
    ) -> tuple[str, str, str] | None:
        """Return number and title of a story or numbered section that has acceptance criteria."""
        story = headings.story_of(block.text)
        if story is not None and story.number:
            prefix = "US" if self._has_numbers else ""
            return prefix + story.number, story.title, ""
        if bare is not None and not self._has_numbers and not headings.opens_criteria(block.text):
            return bare.number, bare.title, ""
        return None

    def _add_heading(self, draft: Draft, block: Block) -> None:
        """Begin with the title of a heading with an id: what is below it may say more."""
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

    def _add_loose(self, block: Block) -> None:
        """Add a sentence under no requirement, which counts if the document has none."""
        if headings.opens_criteria(block.text):
            inline = criteria_of_label(block)
            if inline is not None:
                self._loose_criteria = 9
                self._add_loose(inline)
                return
            if block.kind is not BlockKind.ITEM or not headings.text_of_label(block.text):
                self._loose_criteria = 9
                return
        if self._is_part_of_above(block):
            self._extend(block)
            return
        self._depth, self._above = 0, None
        live = live_sentence(block.text)
        own = own_id(live.text)
        sentence = live.text[own.end :] if own else live.text
        if not self._is_loose_criterion(block, sentence, own):
            return
        self._depth = block.level
        if live.is_struck:
            self._retire(self._loose, block, live.text, live.remark, own)
        else:
            self._above = self._append(self._loose, block, live.text)

    def _is_loose_criterion(self, block: Block, sentence: str, own: OwnId | None) -> bool:
        """Return whether a block under no requirement states one; note it if it may."""
        if headings.is_story(block.text):
            return False
        if is_template(sentence):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
            return False
        if has_modal(sentence):
            self._missed.append(block)
            return not self._excluded or bool(self._loose_criteria)
        if own is not None and not own.is_number and self._of_a_kind and not self._excluded:
            return True
        if not (self._excluded or self._loose_criteria) and _may_be_meant(block, sentence, own):
            self._missed.append(block)
        if self._loose_criteria and block.kind is BlockKind.ITEM:
            self._missed_lists.setdefault(block.list_id, block)
            return True
        return bool(self._loose_list) and block.number is not None

    def _add(self, draft: Draft, block: Block) -> None:
        if headings.is_story(block.text):
            draft.story = headings.story_text(block.text)
            return
        if self._is_label(draft, block):
            return
        if self._is_part_of_above(block):
            self._extend(block)
            return
        self._depth, self._above = 0, None
        live = live_sentence(block.text)
        own = own_id(block.text)
        if own is None and block.text.startswith(("~", "*")):
            own = own_id(block.text.lstrip("~*"))
        if draft.own_local and self._describes(draft, block, own):
            return
        if live.is_struck:
            self._retire(draft, block, live.text, live.remark, own)
        elif self._is_wanted(draft, block, live.text, own):
            self._above = self._append(draft, block, live.text)
        else:
            self._note_other(draft, block)
            return
        self._depth = block.level

    def _is_part_of_above(self, block: Block) -> bool:
        """Return whether a block is within the last criterion's item, or in the list below it.

        Below a paragraph with an id (``9.2 THE shop SHALL do one of:``) that is a list without ids.
        """
        is_item = block.kind is BlockKind.ITEM
        if self._depth:
            return block.level >= self._depth + is_item
        head, self._head = self._head, None
        if head is None or not block.level or own_id(block.text) is not None:
            return False
        is_own = block.number is not None and has_modal(block.text)
        if is_own and head.text.rstrip("*_ ")[-1:] not in {":", "："}:
            return False
        self._head = head
        return True

    def _note_other(self, draft: Draft, block: Block) -> None:
        """Report an item that is not a criterion, unless it was reported."""
        last = self.unread[-1].span if self.unread else None
        is_reported = last is not None and last.line == block.line
        is_none = self._aside or is_reported or headings.is_metadata(block.text)
        if block.kind is BlockKind.ITEM and not is_none:
            draft.others.setdefault(block.list_id, block)

    def _is_label(self, draft: Draft, block: Block) -> bool:
        """Return whether a block opens or closes the criteria, and do so."""
        if headings.opens_criteria(block.text):
            self._depth, self._above = 0, None
            self._label_level = block.level
            self._open_criteria(draft, 0)
            inline = criteria_of_label(block)
            if inline is not None:
                self._add(draft, inline)
            return True
        if 0 < block.level == self._label_level and headings.is_label(block.text):
            self._label_level, draft.in_criteria = 0, own_id(block.text) is not None
        ends = block.text.rstrip("*_ ")[-1:] in {":", "："} or block.text.startswith("**")
        if ends and not block.level and headings.opens_aside(block.text):
            self._aside, draft.in_criteria = 9, False
            if has_modal(block.text):
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
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
            return not headings.is_metadata(text)
        is_criterion = draft.in_criteria and (is_item or own is not None)
        if says or is_criterion or self._is_part(draft, own):
            return True
        if _may_be_meant(block, sentence, own):
            self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
        return False

    def _is_part(self, draft: Draft, own: OwnId | None) -> bool:
        """Return whether an id continues that of its heading, such as NFR-1.2 below NFR-1."""
        if own is None or not draft.own_local or self._sections.get(draft.span.line):
            return False
        return own.local.startswith(f"{draft.own_local}.")

    def _describes(self, draft: Draft, block: Block, own: OwnId | None) -> bool:
        """Read a block under a heading with an id as the text of its one criterion."""
        if own is not None or draft.in_criteria or self._aside or not draft.sentences:
            return False
        if block.number is not None and has_modal(block.text):
            return False
        if headings.is_metadata(block.text):
            return True
        if has_modal(block.text):
            draft.described.append(block)
        elif block.number is not None:
            draft.lists.setdefault(block.list_id, block)
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
        """Add a criterion; return the list that it now ends."""
        own = own_id(text)
        if own is not None:
            into, local, text = draft.named, own.local, text[own.end :]
        elif draft.number and block.kind is not BlockKind.ITEM:
            into, local = draft.sentences, f"{draft.number}.{len(draft.sentences) + 1}"
        else:
            number = draft.next_number(block, self._counting)
            into, local = draft.items, f"{draft.number}.{number}".lstrip(".")
            draft.has_numbers = draft.has_numbers or block.number is not None
        key = f"{self._feature}#{local}"
        into.append(criterion(key, text, place_of(self._file, block), block.end_line))
        self._head = into[-1] if own and block.kind is BlockKind.PARAGRAPH else None
        return into

    def _retire(
        self, draft: Draft, block: Block, text: str, remark: str, own: OwnId | None
    ) -> None:
        """Record a withdrawn criterion: its number stays taken."""
        number = None
        if block.kind is BlockKind.ITEM and (draft.in_criteria or draft is self._loose):
            number = draft.next_number(block, self._counting)
        if own is not None:
            local = own.local
            text = text.removeprefix(block.text[: own.end])
        elif number is not None:
            local = f"{draft.number}.{number}".lstrip(".")
        else:
            return
        key, place = f"{self._feature}#{local}", place_of(self._file, block)
        found = criterion(
            key, text, place, block.end_line, standing=Standing.WITHDRAWN, remark=remark
        )
        draft.retired.append(found)

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
        found = row_of(
            block,
            self._columns.get(block.line, 0),
            self._feature,
            self._file,
            drafts,
            self.unread,
        )
        if found is not None:
            local, text = found
            key = f"{self._feature}#{local}"
            draft.named.append(criterion(key, text, place_of(self._file, block), block.end_line))


def _may_be_meant(block: Block, sentence: str, own: OwnId | None) -> bool:
    """Return whether a block that says no duty may be meant as one.

    It is an item that says ``should``, or it has an id such as FR-1.
    """
    if own is not None and names_requirement(own.local):
        return True
    return block.kind is BlockKind.ITEM and recommends(sentence)


def criteria_of_label(block: Block) -> Block | None:
    """Return the sentence behind a label on its line as an item: ``**Acceptance**: WHEN ...``."""
    text = headings.text_of_label(block.text)
    if not has_modal(text) and not steps_of(text):
        return None
    column = block.column + len(block.text) - len(text)
    return replace(
        block, kind=BlockKind.ITEM, text=text, column=column, level=block.level + 1, number=None
    )
