"""Merges two changes of one text line by line; a line that neither changes stays as it is."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from shall.specs.markdown import LINE_END


class Overlap(Struct, frozen=True):
    """Two changes of the same lines: the first line of each in its own text, from 1."""

    present_line: int
    wanted_line: int


class _Hunk(Struct, frozen=True):
    """Lines ``begin`` to ``end`` of the base, replaced by lines ``at`` to ``until`` of a text."""

    begin: int
    end: int
    at: int
    until: int


def merged(base: str, present: str, wanted: str) -> str | Overlap:
    """Return ``present`` with the changes that ``wanted`` makes to ``base``.

    Line ends do not count; changed lines have that of the present text. Two changes overlap where
    they touch the same or neighbouring lines, unless they are the same.
    """
    old, now, new = _bare(base), _bare(present), _bare(wanted)
    theirs = list(_hunks(old, now))
    shift = 0  # from lines of the base to lines of the present text
    result: list[str] = []
    done = 0
    waiting = iter(theirs)
    other = next(waiting, None)
    for hunk in _hunks(old, new):
        while other is not None and other.end < hunk.begin:
            shift = other.until - other.end
            other = next(waiting, None)
        if other is not None and other.begin <= hunk.end:
            same = now[other.at : other.until] == new[hunk.at : hunk.until]
            if same and (other.begin, other.end) == (hunk.begin, hunk.end):
                continue
            return Overlap(other.at + 1, hunk.at + 1)
        result += [*now[done : hunk.begin + shift], *new[hunk.at : hunk.until]]
        done = hunk.end + shift
    return like(present, "\n".join([*result, *now[done:]]))


def like(present: str, wanted: str) -> str:
    r"""Return ``wanted`` with the lines that stay as ``present`` has them, line ends included.

    >>> like("a\r\nb\r\n", "a\nc\nb\n")
    'a\r\nc\r\nb\r\n'
    """
    ends = [*LINE_END.findall(present), ""]
    usual = max(ends[:-1], key=ends.count, default="\n")
    old, new = _bare(present), _bare(wanted)
    result: list[str] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, False).get_opcodes():
        if what == "equal":
            result += [f"{old[at]}{ends[at] or usual}" for at in range(i1, i2)]
        else:
            result += [f"{line}{usual}" for line in new[j1:j2]]
    result[-1:] = new[-1:]
    return "".join(result)


def _bare(text: str) -> list[str]:
    """Split a text at its line ends; the last line is empty where the text ends with one."""
    return LINE_END.split(text)


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Hunk]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, False).get_opcodes():
        if what != "equal":
            yield _Hunk(i1, i2, j1, j2)
