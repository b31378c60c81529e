"""Kiro's layout: ``.kiro/specs/<feature>/requirements.md``."""

import re

_PATH = re.compile(r"\.kiro/specs/(?P<feature>[^/]+)/requirements\.md")


def feature_of(path: str) -> str | None:
    """Return the feature whose requirements stand at a path; None for any other path."""
    found = _PATH.fullmatch(path)
    return found["feature"] if found else None
