"""spec-workflow-mcp's layout: ``.spec-workflow/specs/<feature>/{requirements,design,tasks}.md``."""

import re

from shall.specs.layouts import kiro
from shall.specs.layouts.document import Document

NAME = "spec-workflow"

_PATH = re.compile(r"\.spec-workflow/specs/(?P<feature>[^/]+)/(?P<name>[^/]+)\.md")


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    return kiro.document(NAME, found["feature"], found["name"]) if found else None
