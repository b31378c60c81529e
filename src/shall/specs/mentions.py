"""What designs and task lists say that they cover. It is shown, and proves nothing."""

import re
from collections.abc import Iterator

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs.markdown import LINE_END
from shall.specs.passages import prose_lines

_LINE = late_pattern(
    r"(?:Validates\s*[:：]\s*(?:Requirements?)?|验证需求\s*[:：]|"
    r"[_*]{1,2}(?:Requirements?|需求)[*_]{0,2}\s*[:：])[*_\s]*(?P<list>[^*_]+)",
    re.IGNORECASE,
)
BOX = late_pattern(
    r"(?P<indent>\s*)(?:[-*+]|\d+\.)\s+\[(?P<state>[xX]|[^\]\w])\](?P<optional>\*?)\s+"
    r"(?:\*\*)?(?:(?P<number>T?\d+(?:\.\d+)*)(?:[.:：、)]\s*|\s+|\*\*\s*|$))?(?P<title>.*)"
)
"""An item with a box."""
_STORY = late_pattern(r"\[(US\d+)\]")  # spec-kit: the user story of a task
_HEADING = late_pattern(r"(?P<marks>#{1,6})\s+(?P<title>.+?)\s*#*$")
_SEPARATORS = late_pattern(r"[,，、;；]|\s+(?:and|和|及)\s+|\s+(?=\S*\d)")
_RANGE = late_pattern(r"(?P<head>(?:\d+\.)*)(?P<first>\d+)\s*[-–—~]\s*(?P=head)?(?P<last>\d+)")
_ALL = late_pattern(r"\*|all(?: requirements)?|(?:所有|全部)(?:需求)?|すべて", re.IGNORECASE)
_EXPLAINED = late_pattern(r"(?P<id>[A-Za-z]{0,8}[-_]?\d[\w.]*(?:-\d+)*)\s*[(（:：]")
_LONGEST_RANGE = 100
_LONGEST_LIST = 2000  # characters


class Mention(Struct, frozen=True):
    """A design section or task that names criteria.

    ``references`` are as written, ranges apart; ``*`` stands for all. ``state`` is the character
    in the box of a task: ``x`` is done.
    """

    kind: str
    title: str
    span: Span
    references: tuple[str, ...]
    number: str = ""
    state: str = ""


def mentions_in(text: str, file: str, kind: str) -> Iterator[Mention]:
    """Yield what a design (``kind`` design) or a list of tasks (task) says that it covers."""
    title, number, state = "", "", ""
    for line_number, line in prose_lines(text):
        heading = _HEADING.match(line)
        task = BOX.match(line) if kind == "task" else None
        if heading is not None:
            title, number, state = heading["title"], "", ""
        elif task is not None:
            title, number, state = task["title"], task["number"] or "", task["state"]
        references = tuple(references_in(line, is_task=kind == "task"))
        if references:
            span = Span(file, line_number, _column(line))
            yield Mention(kind, title.strip(), span, references, number, state)


class Section(Struct, frozen=True):
    """A section of a design: its first line, its text without subsections, what it covers."""

    title: str
    level: int
    line: int
    text: str
    references: tuple[str, ...] = ()


def sections_in(text: str, file: str) -> Iterator[Section]:
    """Yield the sections of a design that have a heading, in their order."""
    lines = LINE_END.split(text)
    heads = [
        (number, len(found["marks"]), found["title"].strip())
        for number, line in prose_lines(text)
        if (found := _HEADING.match(line))
    ]
    mentioned = list(mentions_in(text, file, "design"))
    ends = [number for number, _, _ in heads[1:]] + [len(lines) + 1]
    for (first, level, title), end in zip(heads, ends, strict=True):
        inside = [it for it in mentioned if first <= it.span.line < end]
        references = tuple(dict.fromkeys(ref for it in inside for ref in it.references))
        written = "\n".join(lines[first - 1 : end - 1]).strip()
        yield Section(title, level, first, written, references)


def references_in(line: str, *, is_task: bool = True) -> Iterator[str]:
    """Yield what a line of a design or of a list of tasks says that it covers."""
    found = _LINE.search(line)
    if found is not None:
        yield from references_of(found["list"])
    elif is_task and BOX.match(line):
        yield from _STORY.findall(line)


def _column(line: str) -> int:
    found = _LINE.search(line) or _STORY.search(line)
    return found.start() + 1 if found else 1


def references_of(listed: str) -> Iterator[str]:
    """Yield the references of a list, such as ``1.1-1.3, auth#2.1 and FR-001``."""
    for part in _SEPARATORS.split(listed[:_LONGEST_LIST]):
        reference = part.strip(" \t[]()（）【】`.。")
        if _ALL.fullmatch(reference):
            yield "*"
        elif found := _RANGE.fullmatch(reference):
            first, last = int(found["first"]), int(found["last"])
            if 0 <= last - first < _LONGEST_RANGE:
                yield from (f"{found['head']}{number}" for number in range(first, last + 1))
            else:
                yield reference
        elif found := _EXPLAINED.match(reference):
            yield found["id"]
        elif reference and reference.lower() not in {"requirement", "requirements"}:
            yield reference
