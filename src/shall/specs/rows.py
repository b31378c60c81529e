"""Table rows that state a requirement: an id in the first cell, a sentence in another."""

from collections.abc import Iterable

from shall.diagnostics import Diagnostic
from shall.specs import headings, unread
from shall.specs.draft import Draft
from shall.specs.ears import has_modal
from shall.specs.identifiers import names_requirement, own_id
from shall.specs.markdown import Block
from shall.specs.scenarios import steps_of


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
    """Return the id and the sentence of a table row that states a requirement.

    The sentence has a modal, or is in a column that is headed as one.
    """
    if not block.cells:
        return None
    own = own_id(f"{block.cells[0].strip('*_`[] ')}: x")
    if own is None:
        return None
    says = [cell for cell in block.cells[1:] if has_modal(cell) or steps_of(cell)]
    if not says and names_requirement(own.local):
        headed = zip(block.cells[1:], block.head[1:], strict=False)
        says = [cell for cell, head in headed if cell and headings.heads_sentences(head)][:1]
    return (own.local, max(says, key=len)) if says else None
