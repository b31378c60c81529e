"""The lines of a Markdown document that are neither code nor comment."""

from collections.abc import Iterator

from shall.late_pattern import late_pattern
from shall.specs.markdown import LINE_END

_FENCE = late_pattern(r"\s*(?:[-*+]\s+)?(?P<mark>`{3,}|~{3,})(?P<info>.*)")


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield number and text of each line outside fences; comments are blanked.

    >>> list(prose_lines("a\n```\nb\n```\n<!-- c\nd --> e"))
    [(1, 'a'), (5, ''), (6, '      e')]
    """
    fence = ""
    in_comment = False
    for number, line in enumerate(LINE_END.split(text), start=1):
        mark = _FENCE.match(line) if not in_comment else None
        if fence:
            if mark and mark["mark"].startswith(fence) and not mark["info"].strip():
                fence = ""
            continue
        if mark is not None and not (mark["mark"][0] == "`" and "`" in mark["info"]):
            fence = mark["mark"]
            continue
        shown, in_comment = _without_comments(line, in_comment=in_comment)
        yield number, shown


def _without_comments(line: str, *, in_comment: bool) -> tuple[str, bool]:
    """Return a line with its comments blanked, and whether one goes on at its end."""
    if not in_comment and "<!--" not in line:
        return line, False
    shown, at = [], 0
    while at < len(line):
        end = line.find("-->" if in_comment else "<!--", at)
        stop = len(line) if end < 0 else end + 3 * in_comment
        shown.append(" " * (stop - at) if in_comment else line[at:stop])
        at = stop
        if end >= 0:
            in_comment = not in_comment
    return "".join(shown).rstrip(), in_comment
