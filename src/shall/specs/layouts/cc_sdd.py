"""cc-sdd's layout: that of Kiro, with a ``spec.json`` and further documents beside it.

Its ``requirements.md``, ``design.md`` and ``tasks.md`` lie where Kiro's do and are read as those.
"""

import re

from shall.specs.layouts.document import Document, Role

NAME = "cc-sdd"

_PATH = re.compile(r"\.kiro/specs/(?P<feature>[^/]+)/(?:spec\.json|research\.md)")


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    return Document(NAME, found["feature"], Role.OTHER) if found else None
