"""Paths that match a glob."""

import re
from collections.abc import Iterable
from functools import lru_cache


def matches(path: str, globs: Iterable[str]) -> bool:
    """Return whether a path matches one of the globs.

    >>> matches("docs/req/auth.md", ["docs/**/*.md"]), matches("docs/auth.md", ["docs/*.md"])
    (True, True)
    """
    return any(re.fullmatch(_expression(glob), path) for glob in globs)


@lru_cache(maxsize=64)
def _expression(glob: str) -> str:
    """Return a glob as a pattern: ``*`` stays in a folder, ``**/`` stands for folders, or none."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    words = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(words.get(part, re.escape(part)) for part in parts)
