"""Where requirements documents lie, one file a layout. A new layout is a file and a line here.

A layout's ``document_at`` returns the document at a path, or None for any other path.
"""

from collections.abc import Callable

from shall.specs.layouts import (
    cc_sdd,
    kiro,
    native,
    openspec,
    predecessor,
    spec_kit,
    spec_workflow,
)
from shall.specs.layouts.document import Document, Form, Role

__all__ = ["FOLDERS", "LAYOUTS", "Document", "Form", "Role", "document_at"]

LAYOUTS = (kiro, cc_sdd, spec_workflow, openspec, predecessor, spec_kit, native)

_LOOKS: tuple[Callable[[str], Document | None], ...] = tuple(
    layout.document_at for layout in LAYOUTS
)

FOLDERS = (".kiro/specs", ".spec-workflow/specs", "openspec/specs", "openspec/changes", "specs")
"""The folders below which the layouts lie."""


def document_at(path: str) -> Document | None:
    """Return the document at a path in any layout; None for other paths."""
    for look in _LOOKS:
        found = look(path)
        if found is not None:
            return found
    return None
