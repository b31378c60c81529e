"""Where words of a criterion are in its document."""

import re
from collections.abc import Sequence

from shall.span import Span
from shall.specs.lint.passage import masked
from shall.specs.lint.rule import Finding


def span_of(finding: Finding, lines: Sequence[str]) -> tuple[Span, bool]:
    """Return the span of a finding, and whether it is known to the character.

    A criterion's text has its lines joined, so its words are counted: the third "it" of the text
    is the third of the source.
    """
    criterion, found = finding.criterion, finding.found
    if criterion is None or finding.start < 0 or not found:
        return finding.span, finding.criterion is None
    first = criterion.span.line - 1
    source = list(lines[first : criterion.end_line])
    if source:
        source[0] = " " * (criterion.span.column - 1) + source[0][criterion.span.column - 1 :]
    joined = masked("\n".join(source))
    words = masked(criterion.text)
    pattern = re.compile(re.escape(found).replace(r"\ ", r"\s+"))
    in_text = [it.start() for it in pattern.finditer(words)]
    in_source = list(pattern.finditer(joined))
    if finding.start not in in_text or len(in_text) != len(in_source):
        return criterion.span, False
    match = in_source[in_text.index(finding.start)]
    line = joined.count("\n", 0, match.start())
    column = match.start() - (joined.rfind("\n", 0, match.start()) + 1) + 1
    is_whole = "\n" not in match[0]
    length = len(match[0].partition("\n")[0])
    return Span(criterion.span.file, first + line + 1, column, length), is_whole
