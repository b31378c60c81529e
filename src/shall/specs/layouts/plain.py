"""Our own layout: ``specs/requirements.md`` and ``specs/<feature>/requirements.md``."""

import re

_PATH = re.compile(r"specs/(?:(?P<feature>[^/]+)/)?requirements\.md")

DEFAULT_FEATURE = "default"
"""The feature of ``specs/requirements.md``."""


def feature_of(path: str) -> str | None:
    """Return the feature whose requirements stand at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    return (found["feature"] or DEFAULT_FEATURE) if found else None
