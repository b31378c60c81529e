"""Which regular expressions a case may use."""

import re
import warnings

from shall.cases.bounds import MAX_PATTERN_DEPTH, MAX_PATTERN_LENGTH
from shall.late_pattern import late_pattern

_IGNORED = late_pattern(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?", re.DOTALL)
"""What holds no group: an escape, a set of characters."""


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a regular expression; None where it can be used.

    Length and nesting are bounded before a parser reads it: both parsers that do are recursive.
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        return f"is a regular expression of more than {MAX_PATTERN_LENGTH:,} characters"
    if _depth(pattern) > MAX_PATTERN_DEPTH:
        return f"has more than {MAX_PATTERN_DEPTH} levels of nested groups"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"is not a regular expression: {error}"
    return None


def _depth(pattern: str) -> int:
    depth = deepest = 0
    for sign in _IGNORED.sub("", pattern):
        if sign == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif sign == ")":
            depth -= 1
    return deepest
