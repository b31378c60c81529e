"""Replaces parts of a text; everything else stays as it is, line ends included."""

from collections.abc import Iterable

from shall.diagnostics.diagnostic import Edit
from shall.specs.markdown import LINE_END


def splice(text: str, edits: Iterable[Edit]) -> str:
    r"""Return a text with the edits made; of two that overlap, only the first.

    >>> from shall.span import Span
    >>> splice("a\r\nbcd", [Edit(Span("f", 2, 2, 1), "X")])
    'a\r\nbXd'
    """
    starts = [0, *(end.end() for end in LINE_END.finditer(text))]
    done, position = [], 0
    for edit in sorted(set(edits), key=lambda it: it.span):
        begin = starts[edit.span.line - 1] + edit.span.column - 1
        if begin < position:
            continue
        done += [text[position:begin], edit.text]
        position = begin + edit.span.length
    return "".join([*done, text[position:]])
