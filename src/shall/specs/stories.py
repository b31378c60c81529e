"""spec-kit's documents: user stories with acceptance scenarios, FR-001 and SC-001.

The second acceptance scenario of the first story has the key ``<feature>#US1.AS2``; a functional
requirement or a measure of success is known by its own id.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shall.diagnostics import Diagnostic
from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs import headings, unread
from shall.specs.block import Block, BlockKind
from shall.specs.criteria import criterion, extended, is_template, live_sentence, place_of
from shall.specs.draft import Draft, counting_lists
from shall.specs.ears import has_modal, recommends
from shall.specs.identifiers import OwnId, names_requirement, own_id
from shall.specs.markdown import read_blocks
from shall.specs.model import Criterion, Kind, Requirement, Standing, Step
from shall.specs.rows import row_of, sentence_columns
from shall.specs.scenarios import step_of, steps_of

_LABEL_ENDS = {":", "："}
_BOLD_STEPS = late_pattern(r"\W*(?:\*\*|__)[^*_]+(?:\*\*|__)(?:.+?(?:\*\*|__)[^*_]+(?:\*\*|__)){2}")


def read_stories(
    text: str, file: str, feature: str
) -> tuple[tuple[Requirement, ...], tuple[Diagnostic, ...]]:
    """Return stories, requirements and measures of a document, and what was not read."""
    reader = _Reader(feature, file)
    drafts = reader.read(list(read_blocks(text)))
    found = tuple(draft.requirement() for draft in drafts if draft.criteria() or draft.retired)
    return found, tuple(reader.unread)


class _Section(Struct):
    """Where in a document a block is."""

    level: int = 0
    is_excluded: bool = False  # entities, assumptions: they hold no requirements
    is_measures: bool = False
    is_edge: bool = False


class _Reader:
    def __init__(self, feature: str, file: str) -> None:
        self._feature = feature
        self._file = file
        self._loose = Draft("", "", Span(file, 1))  # requirements with ids of their own
        self._drafts: list[Draft] = [self._loose]
        self._story: Draft | None = None
        self._sections: list[_Section] = [_Section()]
        self._above: list[Criterion] | None = None
        self._depth = 0
        self._counting: Mapping[int, int] = {}
        self._columns: Mapping[int, int] = {}  # of the sentences of tables, by line
        self._open_scenario = False  # the last item is a scenario of bullets, without its Then
        self._stories = 0
        self._below_label = False  # of acceptance scenarios, of no story
        self._unread_lists: set[int] = set()
        self.unread: list[Diagnostic] = []

    def read(self, blocks: Sequence[Block]) -> list[Draft]:
        self._counting = counting_lists(blocks)
        self._columns = sentence_columns(blocks)
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                self._heading(block)
            elif block.kind is BlockKind.ROW:
                self._row(block)
            else:
                self._add(block)
        return self._drafts

    # Headings

    def _heading(self, block: Block) -> None:
        self._above, self._depth, self._open_scenario = None, 0, False
        self._below_label = False
        while self._sections[-1].level >= block.level:
            self._sections.pop()
        outer = self._sections[-1]
        self._sections.append(
            _Section(
                block.level,
                outer.is_excluded or headings.holds_no_requirements(block.text),
                outer.is_measures or headings.holds_measures(block.text),
                outer.is_edge or "dge case" in block.text or "边界" in block.text,
            )
        )
        story = headings.story_of(block.text)
        if story is not None:
            self._open_story(block, story)
            return
        if self._story is not None and block.level <= self._story.level:
            self._story = None
        if self._story is not None and headings.opens_criteria(block.text):
            self._open_criteria(self._story, block.level)
            return
        self._below_label = headings.opens_criteria(block.text)
        if self._story is not None:
            keeps = block.level > self._story.criteria_level > 0
            self._story.in_criteria = self._story.in_criteria and (
                keeps or not headings.opens_aside(block.text)
            )
        named = headings.named_of(block.text)
        if named is not None and not self._sections[-1].is_excluded:
            self._named_heading(block, named)

    def _open_criteria(self, story: Draft, level: int) -> None:
        self.unread.extend(map(unread.explained, story.open_criteria(level)))

    def _open_story(self, block: Block, story: headings.Named) -> None:
        self._stories += 1
        number = f"US{story.number or self._stories}"
        place = place_of(self._file, block)
        self._story = Draft(number, story.title, place, block.level)
        self._drafts.append(self._story)

    def _named_heading(self, block: Block, named: headings.Named) -> None:
        live = live_sentence(named.title)
        standing = Standing.WITHDRAWN if live.is_struck or "~~" in block.text else Standing.LIVE
        self._store(block, named.number, live.text or named.title, standing, "")
        self._depth = 0

    # What is not a heading

    def _add(self, block: Block) -> None:
        section = self._sections[-1]
        if self._extends(block):
            return
        self._above, self._depth = None, 0
        if self._story is not None and self._opens_scenarios(self._story, block):
            return
        live = live_sentence(block.text)
        own = own_id(live.text) if not live.is_struck else own_id(block.text.lstrip("~*"))
        if own is not None and not own.is_number:
            self._named(section, block, own, live.text, live.is_struck, live.remark)
        elif (
            self._story is not None
            and not live.is_struck
            and (self._story.in_criteria or self._tells_scenario(live.text))
        ):
            self._scenario(self._story, block, live.text)
        elif (
            (has_modal(live.text) or (block.kind is BlockKind.ITEM and recommends(live.text)))
            and not section.is_excluded
            and not headings.is_story(block.text)
        ):
            self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
        elif not live.is_struck and self._may_be_scenarios(section, block):
            self._unread_lists.add(block.list_id)
            self.unread.append(unread.unread(unread.LIST, self._file, block))

    def _may_be_scenarios(self, section: _Section, block: Block) -> bool:
        """Return whether a list that is not read has the label or the shape of scenarios.

        Three bold words an item are Given, When and Then in any language.
        """
        if self._story is None and headings.opens_criteria(block.text):
            self._below_label = True
            return False
        if block.kind is not BlockKind.ITEM or block.list_id in self._unread_lists:
            return False
        return self._below_label or (
            not section.is_excluded and _BOLD_STEPS.match(block.text) is not None
        )

    def _tells_scenario(self, text: str) -> bool:
        """Return whether a text is a scenario without the label of acceptance scenarios."""
        section = self._sections[-1]
        return not (section.is_excluded or section.is_edge) and bool(steps_of(text))

    def _extends(self, block: Block) -> bool:
        """Add what is nested in an item, or is below a heading with an id, to its criterion."""
        if self._above is None:
            return False
        above = self._above[-1]
        is_item = block.kind is BlockKind.ITEM
        if self._depth:
            if block.level < self._depth + is_item:
                return False
        elif own_id(block.text) or above.given_kind is Kind.METRIC:
            return False
        if not self._depth and headings.is_metadata(block.text):
            return True
        text = live_sentence(block.text).text
        if not self._depth and above.end_line == above.span.line and has_modal(text):
            joined = text  # the sentence below a heading that is only its title
        else:
            joined = f"{above.text} {'- ' if is_item else ''}{text}"
        self._above[-1] = extended(above, joined, block.end_line)
        return True

    def _opens_scenarios(self, story: Draft, block: Block) -> bool:
        label = block.text
        if headings.opens_criteria(label):
            self._open_criteria(story, 0)
            return True
        if block.level or not label.startswith(("**", "__")):
            return False
        name, rest = _split_label(label)
        if name and headings.opens_criteria(name):
            self._open_criteria(story, 0)
            self._scenario(story, block, rest)
            return True
        if (name and not rest and headings.opens_aside(name)) or (
            name and rest and not steps_of(label) and step_of(label) is None
        ):
            story.in_criteria = False
        return False

    def _named(
        self, section: _Section, block: Block, own: OwnId, text: str, struck: bool, remark: str
    ) -> None:
        sentence = text if struck else text[own.end :]
        is_wanted = names_requirement(own.local) or (has_modal(sentence) and not section.is_edge)
        if section.is_excluded or not is_wanted:
            if has_modal(sentence):
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return
        if is_template(sentence):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
            return
        standing = Standing.WITHDRAWN if struck else Standing.LIVE
        if struck:
            sentence = sentence[own.end :] if own_id(sentence) else sentence
        self._store(block, own.local, sentence, standing, remark)
        self._depth = max(block.level, 1)

    def _store(self, block: Block, local: str, text: str, standing: Standing, remark: str) -> None:
        metric = local.startswith("SC") or self._sections[-1].is_measures
        found = criterion(
            f"{self._feature}#{local}",
            text,
            place_of(self._file, block),
            block.end_line,
            kind=Kind.METRIC if metric else None,
            standing=standing,
            remark=remark,
        )
        into = self._loose.named if standing is Standing.LIVE else self._loose.retired
        into.append(found)
        self._above = into

    def _scenario(self, story: Draft, block: Block, text: str) -> None:
        """Add an acceptance scenario; a bullet may be only one of its steps."""
        is_item = block.kind is BlockKind.ITEM
        if is_template(text):
            self.unread.append(unread.unread(unread.TEMPLATE, self._file, block))
            return
        step = step_of(text)
        if self._open_scenario and block.number is None and self._continues(story, step):
            above = story.items[-1]
            steps = (*above.steps, step) if step else above.steps
            story.items[-1] = criterion(
                above.key,
                f"{above.text} {text}",
                above.span,
                block.end_line,
                kind=Kind.SCENARIO,
                steps=steps,
            )
            return
        steps = steps_of(text) or ((step,) if step else ())
        is_beside = bool(story.items) and not steps  # it explains the scenarios above it
        if not is_item and (is_beside or text.rstrip("*_ ")[-1:] in _LABEL_ENDS):
            if has_modal(text):
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return
        number = story.next_number(block, self._counting)
        key = f"{self._feature}#{story.number}.AS{number}"
        kind = Kind.SCENARIO if steps else None
        place = place_of(self._file, block)
        story.items.append(criterion(key, text, place, block.end_line, kind=kind, steps=steps))
        self._open_scenario = len(steps) == 1
        self._above, self._depth = story.items, max(block.level, 1)

    @staticmethod
    def _continues(story: Draft, step: Step | None) -> bool:
        """Return whether a step belongs to the last scenario, and begins no new one."""
        if step is None or step.keyword == "given":
            return False
        had_then = any(known.keyword == "then" for known in story.items[-1].steps)
        return step.keyword != "when" or not had_then

    def _row(self, block: Block) -> None:
        if self._sections[-1].is_excluded:
            return
        found = row_of(
            block,
            self._columns.get(block.line, 0),
            self._feature,
            self._file,
            (self._loose,),
            self.unread,
        )
        if found is not None:
            local, text = found
            self._store(block, local, text, Standing.LIVE, "")
            self._above = None


def _split_label(text: str) -> tuple[str, str]:
    """Split ``**Label**: rest``."""
    mark = text[:2]
    end = text.find(mark, 2)
    if end < 0:
        return "", ""
    label, rest = text[2:end], text[end + 2 :].lstrip()
    if rest[:1] in _LABEL_ENDS:
        return label, rest[1:].strip()
    return (label.rstrip(":： "), rest) if label[-1:] in _LABEL_ENDS else ("", "")
