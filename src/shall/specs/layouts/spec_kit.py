"""spec-kit's layout: ``specs/NNN-<feature>/spec.md`` with ``plan.md`` and ``tasks.md``.

The feature is the folder, ``003-auth``; ``auth`` names it too where that is unique.
"""

import re

from shall.late_pattern import late_pattern
from shall.specs.layouts.document import Document, Form, Role

NAME = "spec-kit"

_PATH = re.compile(r"(?:\.specify/)?specs/(?P<feature>(?:[^/]+/)*[^/]+)/(?P<name>spec|plan)\.md")
_BESIDE = re.compile(
    r"(?:\.specify/)?specs/(?P<feature>(?:[^/]+/)*\d{3,}-[^/]+)/"
    r"(?:(?P<name>tasks|research|data-model|quickstart|analysis)\.md|(?:checklists|contracts)/.+)"
)
_NUMBER = late_pattern(r"\d+(?:-\d+)?-(?=\D)")


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    if found and found["name"] == "spec":
        alias = _NUMBER.sub("", found["feature"].rpartition("/")[2], count=1)
        alias = "" if alias == found["feature"] else alias
        return Document(NAME, found["feature"], form=Form.STORIES, alias=alias)
    if found:
        return Document(NAME, found["feature"], Role.DESIGN)
    found = _BESIDE.fullmatch(path)
    if found is None:
        return None
    return Document(NAME, found["feature"], Role.TASKS if found["name"] == "tasks" else Role.OTHER)
