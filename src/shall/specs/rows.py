"""Table rows that state a requirement: an id in the first cell, a sentence in another."""

from shall.specs import headings
from shall.specs.ears import has_modal
from shall.specs.identifiers import names_requirement, own_id
from shall.specs.markdown import Block
from shall.specs.scenarios import steps_of


def row_sentence(block: Block) -> tuple[str, str] | None:
    """Return the id and the sentence of a table row that states a requirement.

    The sentence has a modal, or stands in a column that is headed as one.
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
