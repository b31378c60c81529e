"""Finds text that is nested too deeply before a parser reads it.

A parser may look far ahead of what it has reported, and recurse or stop at a limit of its own.
This looks at single lines and at flow collections that go on over several; the exact count, level
by level, follows while parsing. It never counts more levels than there are, but where more than a
limit's worth of unclosed brackets occur in one unquoted text.
"""

import re

_MARKERS = re.compile(r"[ \t]*(?:[-?][ \t]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_NEW_VALUE = re.compile(r"[ \t]*(?:[-?][ \t]|[^\s\[\]{},]+:(?:\s|$))")
"""A line that begins a value of a block collection: no flow collection goes on into it."""


def first_excess(text: str, limit: int) -> tuple[int, int] | None:
    """Return line and column (from 1) of what opens one level too many; None where nothing does."""
    if text.count("[") + text.count("{") < limit and text.count("- ") + text.count("? ") < limit:
        return None
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if _NEW_VALUE.match(line):
            depth = 0
        depth, column = _scan(line, depth, limit)
        if column is not None:
            return number, column
    return None


def _scan(line: str, depth: int, limit: int) -> tuple[int, int | None]:
    """Return the depth behind a line, and the column of what passes the limit."""
    if not ("[" in line or "{" in line or "]" in line or "}" in line or "- " in line):
        return depth, None
    markers = _MARKERS.match(line)
    begin = markers.end() if markers else 0
    levels = line.count("-", 0, begin) + line.count("?", 0, begin)
    if levels >= limit:
        return depth, _nth_marker(line, limit)
    unquoted = _QUOTED.sub(lambda found: " " * len(found[0]), line)
    for column, sign in enumerate(unquoted[begin:], start=begin + 1):
        if sign in "[{":
            depth += 1
            if depth >= limit:
                return depth, column
        elif sign in "]}":
            depth = max(depth - 1, 0)
        elif sign == "#" and line[column - 2 : column - 1] in {"", " ", "\t"}:
            break
    return depth, None


def _nth_marker(line: str, count: int) -> int:
    seen = 0
    for column, sign in enumerate(line, start=1):
        seen += sign in "-?"
        if seen == count:
            return column
    return 1
