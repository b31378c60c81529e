"""Edits ``verifies`` marks of a test file; everything else stays byte for byte as it is."""

import ast
import re
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from shall.span import Span
from shall.specs.links import criteria_of_marks, read_marks


class MarkEdit(Struct, frozen=True):
    """A test file with other names for criteria, and the marks that a person must edit."""

    text: str
    left: tuple[Span, ...] = ()


def rename_marks(
    text: str, file: str, names: Mapping[str, str], sources: Collection[str]
) -> MarkEdit:
    """Return a test file whose marks name other criteria, where only ``sources`` have the mark.

    A mark that other tests share, or that is not a plain literal on one line, is left.

    Raises:
        InvalidSpec: The file is not Python.
    """
    owners: dict[tuple[str, int], set[str]] = {}
    for link in read_marks(text, file).links:
        owners.setdefault((link.criterion, link.span.line), set()).add(link.source)
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    left: list[Span] = []
    edits: list[tuple[int, int, int, str]] = []
    literals = criteria_of_marks(text, file)
    marked = {(str(it.value), it.lineno) for it in literals}
    for link in read_marks(text, file).links:  # comments are not edited
        named = link.criterion, link.span.line
        if link.criterion in names and link.source in sources and named not in marked:
            left.append(link.span)
    for literal in literals:
        holders = owners.get((str(literal.value), literal.lineno), set())
        if literal.value not in names or not holders & set(sources):
            continue
        written = _written(lines, literal)
        if holders <= set(sources) and written is not None:
            begin, end = written
            edits.append((literal.lineno - 1, begin, end, names[str(literal.value)]))
        else:
            left.append(Span(file, literal.lineno, literal.col_offset + 1))
    for number, begin, end, name in sorted(edits, reverse=True):
        line = lines[number]
        lines[number] = f"{line[:begin]}{name}{line[end:]}"
    return MarkEdit("".join(lines), tuple(left))


def _written(lines: Sequence[str], literal: ast.Constant) -> tuple[int, int] | None:
    """Return where the name is between the quotes; None where it is not a plain literal."""
    if literal.end_lineno != literal.lineno or literal.end_col_offset is None:
        return None
    line = lines[literal.lineno - 1].encode()  # the columns of ast count bytes
    written = line[literal.col_offset : literal.end_col_offset].decode("utf-8", "replace")
    name = str(literal.value)
    if written not in {f'"{name}"', f"'{name}'"}:
        return None
    begin = len(line[: literal.col_offset].decode()) + 1
    return begin, begin + len(name)
