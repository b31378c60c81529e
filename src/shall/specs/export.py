"""The coverage matrix as JSON, CSV, Markdown and terminal text."""

import csv
import io
import math
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from shall.diagnostics.terminal import terminal
from shall.messages import Message, render
from shall.specs.matrix import LinkOutcome, Matrix, Row, Status, is_ambiguous

FORMAT = 1
"""The version of the JSON form."""

_COLOURS = {
    Status.PROVED: "\033[32m",
    Status.FAILING: "\033[31m",
    Status.NOT_RUN: "\033[33m",
    Status.UNTESTED: "\033[33m",
}
_RESET = "\033[0m"
_SIGNS = {
    Status.PROVED: "✓",
    Status.FAILING: "✗",
    Status.NOT_RUN: "○",
    Status.UNTESTED: "-",
}


def to_json(matrix: Matrix) -> dict[str, Any]:
    """Return the matrix as JSON data."""
    return {
        "format": FORMAT,
        "counts": dict(matrix.counts()),
        "proved_percent": floored_percent(matrix),
        "criteria": [_row_to_json(row) for row in matrix.rows],
        "unknown": [
            {
                "criterion": unknown.link.criterion,
                "source": unknown.link.source,
                "place": str(unknown.link.span),
                "candidates": list(unknown.candidates),
            }
            for unknown in matrix.unknown
        ],
        "problems": [problem.to_json() for problem in matrix.problems],
    }


def floored_percent(matrix: Matrix) -> float:
    """Return the proved criteria in per cent, rounded down to one digit: 100.0 means all."""
    return math.floor(matrix.proved_percent * 10) / 10


def to_csv(matrix: Matrix) -> str:
    """Return the matrix as CSV, one row for each criterion and source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["criterion", "status", "text", "place", "source", "outcome", "run_id"])
    for row in matrix.rows:
        about = [row.criterion.key, row.status.value, row.criterion.text, str(row.criterion.span)]
        for link in row.links or [None]:
            said = [link.link.source, link.outcome or "", link.run_id or ""] if link else [""] * 3
            writer.writerow([_no_formula(cell) for cell in (*about, *said)])
    return out.getvalue()


def to_markdown(matrix: Matrix) -> str:
    """Return the matrix as a Markdown table."""
    lines = ["| criterion | status | requirement | verified by |", "| --- | --- | --- | --- |"]
    for row in matrix.rows:
        sources = "<br>".join(_cell(_source(link)) for link in row.links)
        lines.append(
            f"| {_cell(row.criterion.key)} | {row.status.value} | {_cell(row.criterion.text)} "
            f"| {sources} |"
        )
    lines += ["", summary(matrix)]
    remarks = [*_remarks(matrix), *map(str, matrix.problems)]
    lines += [f"- {_cell(line)}" for line in remarks]
    return "\n".join(lines) + "\n"


def to_text(
    matrix: Matrix,
    width: int = 80,
    *,
    colour: bool = False,
    language: str = "en",
    sources: Mapping[str, str] | None = None,
) -> str:
    """Return the matrix for a terminal: a line for each criterion, then the problems.

    ``sources`` are the texts of the files with problems, which are shown with their line.
    """
    keys = max((len(row.criterion.key) for row in matrix.rows), default=0)
    names = {status: status_name(status, language) for status in Status}
    statuses = max(map(_columns, names.values()))
    lines = []
    for row in matrix.rows:
        head = f"{_SIGNS.get(row.status, '?')} {_padded(names[row.status], statuses)}"
        if colour:
            head = f"{_COLOURS.get(row.status, '')}{head}{_RESET}"
        room = max(width - statuses - keys - 6, 20)
        lines.append(
            f"{head}  {_printable(row.criterion.key):<{keys}}  {_short(row.criterion.text, room)}"
        )
        if row.status is Status.FAILING:
            indent = " " * (statuses + 4)
            lines += [
                f"{indent}{_short(_source(link), max(width - len(indent), 20))}"
                for link in row.links
                if link.outcome in {"failed", "error"}
            ]
    lines += ["", *map(_printable, _remarks(matrix, language))]
    if matrix.problems:
        lines += [*([""] if matrix.unknown else []), terminal(matrix.problems, sources or {}), ""]
    lines.append(summary(matrix, language))
    return "\n".join(lines).lstrip("\n") + "\n"


def status_name(status: Status, language: str = "en") -> str:
    """Return the name of a status in a language."""
    return render(Message(f"report.status.{status.value}"), language)


def summary(matrix: Matrix, language: str = "en") -> str:
    """Return the counts of the matrix in one line."""
    proved = math.floor(matrix.proved_percent)  # never "100 %" while one is missing
    counts = [
        Message("trace.count", {"count": count, "status": status_name(Status(status), language)})
        for status, count in matrix.counts().items()
    ]
    listed = ("，" if language == "zh" else ", ").join(render(it, language) for it in counts)
    params = {"total": len(matrix.rows), "counts": listed, "percent": proved}
    return render(Message("trace.summary", params), language)


def _remarks(matrix: Matrix, language: str = "en") -> Iterator[str]:
    for unknown in matrix.unknown:
        link, candidates = unknown.link, unknown.candidates
        code = "trace.unknown_near" if candidates else "trace.unknown"
        if is_ambiguous(link.criterion, candidates):
            code = "trace.ambiguous"
        params = {
            "place": link.span,
            "source": link.source,
            "criterion": link.criterion,
            "candidates": ", ".join(candidates),
        }
        yield render(Message(code, params), language)


def _row_to_json(row: Row) -> dict[str, Any]:
    return {
        "key": row.criterion.key,
        "status": row.status.value,
        "text": row.criterion.text,
        "file": row.criterion.span.file,
        "line": row.criterion.span.line,
        "fingerprint": row.criterion.fingerprint,
        "links": [
            {
                "kind": link.link.kind.value,
                "source": link.link.source,
                "outcome": link.outcome,
                "run_id": link.run_id,
            }
            for link in row.links
        ],
    }


def _source(link: LinkOutcome) -> str:
    return f"{link.link.source} ({link.outcome or 'not run'})"


def _short(text: str, room: int) -> str:
    text = _printable(text)
    if len(text) <= room and _columns(text) <= room:
        return text
    text = text[: room - 1]
    while _columns(text) > room - 1:
        text = text[:-1]
    return f"{text}…"


def _printable(text: str) -> str:
    """Show control characters: a document must not paint the terminal."""
    return "".join(char if char.isprintable() else "�" for char in text)


def _columns(text: str) -> int:
    """Count the columns of a terminal that a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _columns(text))


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _no_formula(cell: str) -> str:
    """Prevent a spreadsheet from running a cell: OWASP, CSV injection."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
