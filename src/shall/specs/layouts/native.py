"""Our own layout: ``specs/<feature>/{requirements,bugfix,design,tasks}.md`` and flat files.

Folders may be nested: ``specs/shop/cart/requirements.md`` is the feature ``shop/cart``. A flat
file is a feature by its name: ``specs/payments.md``.
"""

import re

from shall.late_pattern import late_pattern
from shall.specs.layouts import kiro
from shall.specs.layouts.document import Document

NAME = "native"

_PATH = re.compile(
    r"specs/(?P<feature>[^/]+(?:/[^/]+)*)/(?P<name>requirements|bugfix|design|tasks)\.md"
)
_FLAT = late_pattern(r"specs/(?P<feature>[^/]+)\.md")
_NO_FEATURE = frozenset(
    {
        "readme",
        "index",
        "changelog",
        "contributing",
        "agents",
        "claude",
        "new-spec",
        "spec-template",
    }
)
"""Names of pages about a project or about writing its documents."""


def document_at(path: str) -> Document | None:
    """Return the document at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    if found is not None:
        return kiro.document(NAME, found["feature"], found["name"])
    flat = _FLAT.fullmatch(path)
    if flat is None or flat["feature"].lower() in _NO_FEATURE:
        return None
    return Document(NAME, flat["feature"])
