"""Diagnostics for people: with the line of the source and a caret below what is wrong."""

import unicodedata
from collections.abc import Iterable, Mapping

from shall.diagnostics.diagnostic import Diagnostic
from shall.escaping import one_line
from shall.messages import translated

_MAX_WIDTH = 120
"""Columns of a source line that are shown; the problem is always among them."""


def terminal(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], language: str = "en"
) -> str:
    """Return each diagnostic with an excerpt of its source and a caret.

    ``sources`` holds the texts of files by their names; a file that it lacks is shown without an
    excerpt, as is an empty line. Control characters and bidirectional overrides of the source are
    escaped.
    """
    lines: dict[str, list[str]] = {}
    blocks = []
    for found in diagnostics:
        file = found.span.file if found.span else ""
        if file not in lines:
            lines[file] = sources.get(file, "").splitlines()
        blocks.append(_block(found, lines[file], language))
    return "\n\n".join(blocks)


def concise(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one line for each diagnostic: ``file:line:column: code field: message hint``."""
    return "\n".join(
        one_line(
            f"{f'{found.span}: ' if found.span else ''}{found.severity.value}[{found.code}] "
            f"{found.text}"
        )
        for found in diagnostics
    )


def _block(found: Diagnostic, source: list[str], language: str) -> str:
    severity = translated(found.severity.value, language)
    head = one_line(f"{severity}[{found.code}]: {translated(found.message, language)}")
    hint = one_line(translated(found.hint, language))
    if found.span is None:
        return f"{head}\n  = {hint}" if hint else head
    number = str(found.span.line)
    margin = " " * len(number)
    rows = [head, f"{margin}--> {one_line(str(found.span))}"]
    text = source[found.span.line - 1] if 0 < found.span.line <= len(source) else ""
    if text:
        line, caret = excerpt(text, found.span.column, found.span.length)
        rows += [f"{margin} |", f"{number} | {line}".rstrip(), f"{margin} | {caret}"]
    if hint:
        rows.append(f"{margin} = {hint}")
    return "\n".join(rows)


def excerpt(line: str, column: int, length: int = 0) -> tuple[str, str]:
    """Return the line as it can be shown, and a line of carets below what is wrong."""
    start = min(column - 1, len(line))
    first = max(0, start - _MAX_WIDTH // 2)
    before = _shown(line[first:start])
    wrong = _shown(line[start : start + max(1, length)][:_MAX_WIDTH])
    after = _shown(line[start + max(1, length) :][:_MAX_WIDTH])
    head = "…" if first else ""
    shown = f"{head}{before}{wrong}{after}"
    return shown, " " * width(head + before) + "^" * max(1, width(wrong))


def _shown(text: str) -> str:
    return one_line(text.replace("\t", "    "))


def width(text: str) -> int:
    """Return the columns that a text takes: East Asian wide characters take two (UAX #11)."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
