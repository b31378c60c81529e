"""Which headings of a document with numbered requirements have acceptance criteria below them."""

from collections.abc import Mapping, Sequence

from shall.specs import headings
from shall.specs.block import Block, BlockKind


def sections_with_criteria(blocks: Sequence[Block]) -> dict[int, bool]:
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


def numbered_parts(blocks: Sequence[Block], sections: Mapping[int, bool]) -> frozenset[int]:
    """Return the lines of the headings that divide a requirement into numbered ones.

    ``#### 2.1 Title`` below ``### Requirement 2`` is one of these where at least two such headings
    have acceptance criteria, and their numbers begin anew: criterion 1 of it is ``2.1.1``. Where
    the numbers run on from one to the next, they are numbers of the requirement.
    """
    found: set[int] = set()
    number, level = "", 0
    parts: list[int] = []
    runs_on = True
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            named = headings.requirement_of(block.text)
            part = headings.numbered_of(block.text)
            if named is not None or block.level <= level:
                found.update(parts if len(parts) > 1 and not runs_on else ())
                number, level = (named.number, block.level) if named is not None else ("", 0)
                parts, runs_on, is_first = [], False, True
            elif part is not None and number and part.number.startswith(f"{number}."):
                if sections.get(block.line):
                    parts.append(block.line)
                is_first = True
        elif len(parts) > 1 and is_first and block.number is not None:
            runs_on = runs_on or block.number > 1
            is_first = False
    found.update(parts if len(parts) > 1 and not runs_on else ())
    return frozenset(found)
