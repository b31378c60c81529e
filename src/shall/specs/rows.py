"""Table rows that state a requirement: an id in the first cell, a sentence in another."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from shall.diagnostics import Diagnostic
from shall.specs import headings, unread
from shall.specs.block import Block, BlockKind
from shall.specs.draft import Draft
from shall.specs.ears import has_modal
from shall.specs.identifiers import names_requirement, own_id
from shall.specs.scenarios import steps_of


def sentence_columns(blocks: Sequence[Block]) -> Mapping[int, int]:
    """Map the line of each table row to the column in which its table has its sentences.

    That is the one headed as such, else the one with the most modals; a table without either has
    none.
    """
    found: dict[int, int] = {}
    rows = [block for block in blocks if block.kind is BlockKind.ROW and block.cells]
    for _, table in groupby(enumerate(rows), key=lambda it: (it[1].line - it[0], it[1].head)):
        members = [row for _, row in table]
        column = _headed(members[0].head) or _with_modals(members)
        if column:
            found.update((row.line, column) for row in members)
    return found


def _headed(head: Sequence[str]) -> int:
    heads = enumerate(head)
    return next((at for at, text in heads if at and headings.heads_sentences(text)), 0)


def _with_modals(rows: Sequence[Block]) -> int:
    counts: dict[int, int] = {}
    for row in rows:
        for at, cell in enumerate(row.cells[1:], 1):
            if has_modal(cell):
                counts[at] = counts.get(at, 0) + 1
    return max(counts, key=lambda at: counts[at]) if counts else 0


def row_of(
    block: Block,
    column: int,
    feature: str,
    file: str,
    drafts: Iterable[Draft],
    diagnostics: list[Diagnostic],
) -> tuple[str, str] | None:
    """Return the id and the sentence of a table row that states a requirement.

    ``column`` has the sentences of its table, 0 for none. A row that only names a requirement
    again, as a table of verifications does, states none; one that has a requirement sentence and
    no id is added to ``diagnostics``.
    """
    found = _row_sentence(block, column)
    if found is None:
        if any(has_modal(cell) for cell in block.cells):
            diagnostics.append(unread.unread(unread.ROW, file, block))
        return None
    key = f"{feature}#{found[0]}"
    is_named = any(it.key == key for draft in drafts for it in draft.named)
    return None if is_named else found


def _row_sentence(block: Block, column: int) -> tuple[str, str] | None:
    """Return the id and the sentence of a table row that states a requirement."""
    if not block.cells:
        return None
    own = own_id(f"{block.cells[0].strip('*_`[] ')}: x")
    if own is None:
        return None
    if column and names_requirement(own.local) and (text := block.cells[column]):
        return own.local, text
    says = [cell for cell in block.cells[1:] if has_modal(cell) or steps_of(cell)]
    return (own.local, max(says, key=len)) if says else None
