"""The comments that silence a rule: ``<!-- shall: ignore S111 reason -->``.

A comment at the end of a line holds for the criterion there, one on a line of its own for what
follows, and ``ignore-file`` for the document. Comments in code are examples.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shall.span import Span
from shall.specs.lint.rule import Finding
from shall.specs.lint.rules.suppressed import NO_REASON, UNKNOWN, UNUSED
from shall.specs.markdown import LINE_END

MARK = "shall: ignore"

_COMMENT = re.compile(
    r"<!--\s*shall: ignore(?P<file>-file)?\s+(?P<rules>[\w-]+(?:\s*[,，]\s*[\w-]+)*)"
    r"(?P<reason>[^\n]*?)-->"
)
_CODE = re.compile("`[^`]*`")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")


@dataclass(slots=True)
class Suppression:
    """One comment. ``line`` is that which it holds for; 0 stands for the document."""

    span: Span
    names: tuple[str, ...]
    reason: str
    line: int
    with_blanks: Span  # the comment and the blanks before it
    used: set[str] = field(default_factory=set)  # codes of rules

    def holds_for(self, finding: Finding) -> bool:
        """Return whether this comment covers a finding."""
        first = finding.span.line
        last = max(first, finding.criterion.end_line if finding.criterion else first)
        return self.line == 0 or first <= self.line <= last


def read_suppressions(text: str, file: str) -> list[Suppression]:
    """Return the comments of a document that silence rules."""
    if MARK not in text:
        return []
    lines = LINE_END.split(text)
    return list(_in_lines(lines, file))


def _in_lines(lines: Sequence[str], file: str) -> Iterator[Suppression]:
    fence = ""
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if mark is not None and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
            continue
        if fence or MARK not in line:
            continue
        shown = _CODE.sub(lambda span: " " * len(span[0]), line)
        for found in _COMMENT.finditer(shown):
            begin = len(line[: found.start()].rstrip(" \t"))
            alone = not _COMMENT.sub("", line).strip()
            yield Suppression(
                Span(file, number, found.start() + 1, len(found[0])),
                tuple(re.split(r"\s*[,，]\s*", found["rules"])),
                found["reason"].strip(),
                0 if found["file"] else _target(lines, number) if alone else number,
                Span(file, number, begin + 1, found.end() - begin),
            )


def _target(lines: Sequence[str], number: int) -> int:
    """Return the line that a comment on a line of its own holds for: the next that is not empty."""
    for at in range(number, len(lines)):
        rest = _COMMENT.sub("", lines[at]).strip()
        if rest:
            return at + 1
    return number


def problems_of(
    suppression: Suppression, codes: dict[str, str], active: frozenset[str]
) -> Iterator[Finding]:
    """Report what is wrong with a comment after every finding is known.

    ``codes`` maps names and codes of rules to codes; ``active`` are the codes that were checked.
    """
    known = [name for name in suppression.names if name in codes]
    for name in suppression.names:
        if name not in codes:
            yield Finding(UNKNOWN, suppression.span, found=name)
    unused = [it for it in known if codes[it] in active and codes[it] not in suppression.used]
    whole = len(unused) == len(suppression.names)
    for name in unused:
        text = "" if whole else None
        place = suppression.with_blanks
        yield Finding(UNUSED, suppression.span, found=name, replacement=text, fix_span=place)
    if known and not suppression.reason:
        yield Finding(NO_REASON, suppression.span)
