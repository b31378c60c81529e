"""The layout of the earlier server: ``specs/requirements.md`` with ``specs/design.md``."""

from shall.specs.layouts.document import Document, Role

NAME = "predecessor"

DEFAULT_FEATURE = "default"
"""The feature of ``specs/requirements.md``."""

_ROLES = {
    "specs/requirements.md": Role.REQUIREMENTS,
    "specs/design.md": Role.DESIGN,
    "specs/tasks.md": Role.TASKS,
}


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    role = _ROLES.get(path)
    return Document(NAME, DEFAULT_FEATURE, role) if role else None
