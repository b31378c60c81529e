"""A requirement while it is read: its criteria and the numbers that are taken."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from shall.span import Span
from shall.specs.block import Block
from shall.specs.criteria import finished
from shall.specs.model import Criterion, Requirement


class Draft(Struct):
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
    holds_requirements: bool = False  # headings with ids of their own are below it
    last: int = 0
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)  # of a list, as written
    named: list[Criterion] = field(default_factory=list)  # those with their own id
    items: list[Criterion] = field(default_factory=list)
    sentences: list[Criterion] = field(default_factory=list)  # those in paragraphs
    described: list[Block] = field(default_factory=list)  # the duties below a heading with an id
    others: dict[int, Block] = field(default_factory=dict)  # lists of other items, by their first
    retired: list[Criterion] = field(default_factory=list)

    def criteria(self) -> tuple[Criterion, ...]:
        """Return what counts, as written: a sentence beside a list only explains the list."""
        counted = self.items or self.sentences
        if self.own_local and (self.named or self.items or self._is_title_of_others()):
            counted = [it for it in counted if it.local != self.own_local]
        found = sorted((*self.named, *counted), key=lambda found: found.span)
        return tuple(map(finished, found))

    def sentences_beside(self) -> Sequence[Criterion]:
        """Return the sentences beside a list of criteria, which do not count."""
        return [it for it in self.sentences if it.local != self.own_local] if self.items else ()

    def described_beside(self) -> Sequence[Block]:
        """Return the duties below a heading with an id whose own criterion does not count."""
        if not self.described or any(it.local == self.own_local for it in self.criteria()):
            return ()
        return self.described

    def unread_lists(self) -> Sequence[Block]:
        """Return the lists that may be the criteria, if no heading says which list is."""
        if self.had_heading:
            return ()
        has_criteria = bool(self.criteria())
        return [it for it in self.others.values() if it.number is not None or not has_criteria]

    def _is_title_of_others(self) -> bool:
        """Return whether its id stands for requirements below it, and no sentence is its own."""
        return self.holds_requirements and all(
            it.end_line == self.span.line for it in self.sentences
        )

    def requirement(self) -> Requirement:
        """Return the requirement."""
        retired = tuple(map(finished, self.retired))
        return Requirement(self.number, self.title, self.span, self.criteria(), self.story, retired)

    def open_criteria(self, level: int) -> Sequence[Criterion]:
        """Begin the acceptance criteria; return the sentences above them, which do not count.

        What stood above them without an id explained them.
        """
        above: Sequence[Criterion] = ()
        if not self.had_heading:
            above = [it for it in (*self.items, *self.sentences) if it.local != self.own_local]
            self.items.clear()
            self.sentences.clear()
            self.last = 0
        self.in_criteria = self.had_heading = True
        self.criteria_level = level
        return above

    def next_number(self, block: Block, counting: Mapping[int, int]) -> int:
        """Return an item's number: as written, unless the list does not count (``1. 1. 1.``).

        A number that occurs twice in a list that counts stays as it is: that is a mistake, and
        the two criteria have one key. So does a number of a second list that does not begin
        with 1.
        """
        written = block.number if block.number is not None else 0
        place = (block.list_id, written)
        first = counting.get(block.list_id)
        if first is not None and place in self.numbers:
            return self.numbers[place]
        if first is not None and 1 < first <= written <= self.last:
            return written
        self.last = written if written > self.last else self.last + 1
        if block.number is not None:
            self.numbers[place] = self.last
        return self.last


def counting_lists(blocks: Sequence[Block]) -> Mapping[int, int]:
    """Map the lists that count to their first numbers: some number is followed by the next."""
    seen: dict[int, list[int]] = {}
    for block in blocks:
        if block.number is not None:
            seen.setdefault(block.list_id, []).append(block.number)
    return {
        list_id: numbers[0]
        for list_id, numbers in seen.items()
        if not {it + 1 for it in numbers}.isdisjoint(numbers)
    }
