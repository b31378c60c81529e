"""Kiro's layout: ``.kiro/specs/<feature>/{requirements,bugfix,design,tasks}.md``."""

import re

from shall.specs.layouts.document import Document, Form, Role

NAME = "kiro"

_PATH = re.compile(r"\.kiro/specs/(?P<feature>[^/]+)/(?P<name>[^/]+)\.md")
_FORMS = {"requirements": Form.NUMBERED, "bugfix": Form.BUGFIX}
_ROLES = {"design": Role.DESIGN, "tasks": Role.TASKS}


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    return document(NAME, found["feature"], found["name"]) if found else None


def document(layout: str, feature: str, name: str) -> Document:
    """Return what a file of a feature's folder is; other layouts name their files alike."""
    if name in _FORMS:
        return Document(layout, feature, form=_FORMS[name])
    return Document(layout, feature, _ROLES.get(name, Role.OTHER))
