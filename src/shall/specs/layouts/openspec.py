"""OpenSpec's layout: ``openspec/specs/<capability>/spec.md`` and the deltas of its changes.

A feature is a capability, by its path. ``openspec/changes/<change>/specs/<capability>/spec.md``
says what a change adds, modifies, removes and renames; an archived change is history.
"""

from shall.late_pattern import late_pattern
from shall.specs.layouts.document import Document, Form, Role

NAME = "openspec"
ARCHIVE = "openspec/changes/archive"
"""The folder of archived changes; each begins with the day on which it was archived."""

_SPEC = late_pattern(r"openspec/specs/(?P<feature>[^/]+(?:/[^/]+)*)/spec\.md")
_DELTA = late_pattern(
    r"openspec/changes/(?P<change>(?!archive/)[^/]+)/specs/(?P<feature>[^/]+(?:/[^/]+)*)/spec\.md"
)
_ARCHIVED = late_pattern(
    r"openspec/changes/archive/(?P<change>[^/]+)/specs/(?P<feature>[^/]+(?:/[^/]+)*)/spec\.md"
)
_BESIDE = late_pattern(
    r"openspec/(?:changes/archive/.+|changes/(?P<change>[^/]+)/(?:[^/]+\.(?:md|ya?ml)|\.[^/]+)"
    r"|specs/(?:[^/]+/)*design\.md|[^/]+\.(?:md|ya?ml))"
)
_ROLES = {"design.md": Role.DESIGN, "tasks.md": Role.TASKS}


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    if not path.startswith("openspec/"):
        return None
    found = _SPEC.fullmatch(path)
    if found is not None:
        return Document(NAME, found["feature"], form=Form.TITLED)
    found = _DELTA.fullmatch(path)
    if found is not None:
        return Document(NAME, found["feature"], form=Form.TITLED, change=found["change"])
    found = _BESIDE.fullmatch(path)
    if found is None:
        return None
    role = _ROLES.get(path.rpartition("/")[2], Role.OTHER) if found["change"] else Role.OTHER
    return Document(NAME, "", role, change=found["change"] or "")


def archived_at(path: str) -> tuple[str, str] | None:
    """Return the change and the feature of the delta of an archived change; None for other paths.

    >>> archived_at("openspec/changes/archive/2026-05-01-drop-fax/specs/orders/spec.md")
    ('2026-05-01-drop-fax', 'orders')
    """
    found = _ARCHIVED.fullmatch(path)
    return (found["change"], found["feature"]) if found else None
