"""The coverage matrix as JSON, CSV, Markdown and terminal text."""

import csv
import io
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import to_builtins
from msgspec.structs import asdict

from shall.diagnostics.terminal import terminal
from shall.escaping import no_formula, one_line
from shall.messages import Message, render, translated
from shall.specs.decisions import Decision
from shall.specs.markup import without_markup
from shall.specs.matrix import Matrix, Row, is_ambiguous
from shall.specs.mentions import Mention
from shall.specs.model import Operation
from shall.specs.status import UNSOUND, Latest, LinkOutcome, Status, Unreachable

FORMAT = 1
"""The version of the JSON form."""

_COLOURS = {Status.PROVED: "\033[32m", Status.FAILING: "\033[31m"}
_OTHER_COLOUR = "\033[33m"
_RESET = "\033[0m"
_SIGNS = {
    Status.PROVED: "✓",
    Status.FAILING: "✗",
    Status.SUSPECT: "?",
    Status.STALE: "~",
    Status.VACUOUS: "!",
    Status.UNREACHABLE: "◌",
    Status.WAIVED: "»",
    Status.NOT_TESTABLE: "§",
    Status.REMOVED: "⊖",
    Status.PARTLY: "◐",
    Status.SKIPPED: "○",
    Status.NOT_RUN: "○",
    Status.UNTESTED: "-",
    Status.DRAFT: "+",
}

ALWAYS_COUNTED = (Status.PROVED, Status.FAILING, Status.NOT_RUN, Status.UNTESTED)
_COUNTED = (
    *ALWAYS_COUNTED[:2],
    *(status for status in Status if status not in ALWAYS_COUNTED),
    *ALWAYS_COUNTED[2:],
)
"""The order of the counts in a summary; others are left out where they count none."""

_COLUMNS = (
    *("criterion", "status", "text", "place", "source", "outcome", "run_id"),
    *("change", "operation"),
)

_AGE_WIDTH = 100
"""A terminal of so many columns shows the age and commit of each proof."""


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
                "candidates": list(dict.fromkeys(unknown.candidates)),
                **({"places": [str(it) for it in unknown.places]} if unknown.places else {}),
            }
            for unknown in matrix.unknown
        ],
        "problems": [
            *(problem.to_json() for problem in matrix.wrong_specs),
            *(problem.to_json() for problem in matrix.problems),
            *(problem.to_json() for problem in matrix.undecided),
        ],
        "unread": [found.to_json() for found in matrix.unread],
        "moved": [
            {"old_key": it.old_key, "new_key": it.new_key, "sources": list(it.sources)}
            for it in matrix.moved
        ],
    }


def floored_percent(matrix: Matrix) -> float:
    """Return the proved criteria in per cent, rounded down to one digit: 100.0 means all."""
    return math.floor(matrix.proved_percent * 10) / 10


def to_csv(matrix: Matrix) -> str:
    """Return the matrix as CSV, one row for each criterion and source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in matrix.rows:
        about = [row.criterion.key, row.status.value, row.criterion.text, str(row.criterion.span)]
        change = [row.change.name, row.change.operation.value] if row.change else ["", ""]
        for link in row.links or [None]:
            said = [link.link.source, link.outcome or "", link.run_id or ""] if link else [""] * 3
            writer.writerow([no_formula(one_line(it)) for it in (*about, *said, *change)])
    return out.getvalue()


def to_markdown(matrix: Matrix, rows: Sequence[Row] | None = None) -> str:
    """Return the matrix as a Markdown table of all rows or of some; the counts are of all."""
    lines = ["| criterion | status | requirement | verified by |", "| --- | --- | --- | --- |"]
    for row in matrix.rows if rows is None else rows:
        sources = "<br>".join(_cell(_source(link)) for link in row.links)
        lines.append(
            f"| {_cell(row.criterion.key)} | {row.status.value} | {_cell(requirement_text(row))} "
            f"| {sources} |"
        )
    lines += ["", summary(matrix)]
    remarks = [
        *_remarks(matrix),
        *map(str, matrix.wrong_specs),
        *map(str, matrix.problems),
        *map(str, matrix.undecided),
    ]
    lines += [f"- {_cell(line)}" for line in remarks]
    return "\n".join(lines) + "\n"


def to_text(
    matrix: Matrix,
    width: int = 80,
    *,
    colour: bool = False,
    language: str = "en",
    now: datetime | None = None,
    sources: Mapping[str, str] | None = None,
) -> str:
    """Return the matrix for a terminal: a line for each criterion, then problems and counts.

    ``now`` (aware): each proof is shown with its age and commit where the terminal is wide enough.
    ``sources`` are the texts of the files with problems, which are shown with their line.
    """
    keys = max((len(row.criterion.key) for row in matrix.rows), default=0)
    shown = {Status.UNTESTED, *(row.status for row in matrix.rows)}
    names = {status: status_name(status, language) for status in shown}
    statuses = max(map(_columns, names.values()))
    lines = []
    for row in matrix.rows:
        head = f"{_SIGNS.get(row.status, '?')} {_padded(names[row.status], statuses)}"
        if colour:
            head = f"{_COLOURS.get(row.status, _OTHER_COLOUR)}{head}{_RESET}"
        seen = f"{_seen(row, now)} " if now is not None and width >= _AGE_WIDTH else ""
        room = max(width - statuses - keys - 6 - len(seen), 20)
        key = _printable(row.criterion.key)
        text = f"{_operation(row, language)}{without_markup(row.criterion.text)}"
        lines.append(f"{head}  {key:<{keys}}  {seen}{_short(text, room)}")
        if row.status in UNSOUND or row.status is Status.PARTLY:
            indent = " " * (statuses + 4)
            lines += [
                f"{indent}{_short(_reason(link, language), max(width - len(indent), 20))}"
                for link in row.links
                if link.status is not Status.PROVED and link.unreachable is None
            ]
        lines += [f"{' ' * (statuses + 4)}{note}" for note in _notes(row, language)]
    remarks = [*map(_printable, (*_open_changes(matrix, language), *_remarks(matrix, language)))]
    problems = [*matrix.wrong_specs, *matrix.problems, *matrix.undecided]
    lines += ["", *remarks, *([""] if remarks and problems else [])]
    if problems:
        lines += [terminal(problems, sources or {}, language), ""]
    if matrix.rows:
        lines.append(summary(matrix, language))
    return "\n".join(lines).lstrip("\n") + "\n"


def to_chain(row: Row, now: datetime, language: str = "en") -> str:
    """Return what a criterion's status rests on: each link, its newest outcome, when and where."""
    criterion = row.criterion
    lines = [
        f"{_SIGNS.get(row.status, '?')} {status_name(row.status, language)}  "
        f"{_printable(criterion.key)}  {criterion.span}",
        f"  {_printable(requirement_text(row, language, plain=True))}",
    ]
    for link in row.links:
        reason = _printable(_reason_or_proof(link, language))
        lines.append(f"  {'  '.join(filter(None, (link.link.place, reason)))}")
        if link.latest is not None:
            params = {
                "run": link.latest.run_id,
                "at": link.latest.at.isoformat(timespec="seconds"),
                "age": age(now - link.latest.at),
                "environment": link.latest.environment or "-",
                "commit": (link.latest.commit or "-")[:12],
                "checks": link.latest.checks_executed,
            }
            code = "trace.chain.dirty" if link.latest.is_dirty else "trace.chain"
            lines.append(f"    {_printable(render(Message(code, params), language))}")
    lines += [f"  {note}" for note in _notes(row, language)]
    lines += [f"  {it.span}  {_printable(_mention(it, language))}" for it in row.mentions]
    return "\n".join(lines)


def requirement_text(row: Row, language: str = "en", *, plain: bool = False) -> str:
    """Return the text of a criterion behind the open change that it belongs to."""
    text = without_markup(row.criterion.text) if plain else row.criterion.text
    if row.change is None:
        return text
    change = Message(f"trace.change.{row.change.operation}", {"change": row.change.name})
    return f"{render(change, language)} {text}"


def _operation(row: Row, language: str) -> str:
    """Return what an open change does with a criterion; the change is named below the matrix."""
    if row.change is None:
        return ""
    return f"{render(Message(f'trace.operation.{row.change.operation}'), language)} "


def _open_changes(matrix: Matrix, language: str) -> Iterator[str]:
    """Yield a line for each open change, with what it does with how many criteria."""
    changes: dict[str, Counter[str]] = {}
    for row in matrix.rows:
        if row.change is not None:
            changes.setdefault(row.change.name, Counter())[row.change.operation.value] += 1
    for change, counted in changes.items():
        params = {"change": change, **{it.value: counted[it] for it in Operation}}
        yield render(Message("trace.open_change", params), language)


def _mention(mention: Mention, language: str) -> str:
    box = f" [{mention.state}]" if mention.state else ""
    number = f" {mention.number}" if mention.number else ""
    return f"{translated(mention.kind, language)}{number}{box} {mention.title}"


def _notes(row: Row, language: str) -> Iterator[str]:
    """Yield what is stored beside the evidence: a decision, and services that were not reached."""
    decision = row.decision
    if decision is not None:
        params = {
            "by": decision.by,
            "reason": decision.reason,
            "until": decision.until,
            "method": decision.method,
            "status": status_name(row.evidence_status, language),
        }
        message = Message(f"trace.{decision.kind}", params)
        yield _printable(render(message, language))
    for it in row.unreachable:
        yield _printable(_unreached(it, language))


def _unreached(it: Unreachable, language: str) -> str:
    where = f", {it.environment}" if it.environment else ""
    params = {
        "source": f"{it.source}{where}",
        "address": it.address,
        "at": it.at.isoformat(timespec="seconds"),
    }
    return render(Message("trace.unreachable", params), language)


def _reason_or_proof(link: LinkOutcome, language: str) -> str:
    if link.status is Status.PROVED:
        outcome = render(Message(f"report.outcome.{link.outcome or 'passed'}"), language)
        return f"{link.link.source} ({outcome})"
    return _reason(link, language)


def status_name(status: Status, language: str = "en") -> str:
    """Return the name of a status in a language."""
    return render(Message(f"report.status.{status.value}"), language)


def summary(matrix: Matrix, language: str = "en") -> str:
    """Return the counts of the matrix in one line."""
    counted = matrix.counts()
    proved = math.floor(matrix.proved_percent)  # never "100 %" while one is missing
    counts = [
        Message("trace.count", {"count": count, "status": status_name(status, language)})
        for status, count in ((it, counted[it.value]) for it in _COUNTED)
        if count or status in ALWAYS_COUNTED
    ]
    listed = ("，" if language == "zh" else ", ").join(render(it, language) for it in counts)
    params = {"total": len(matrix.rows), "counts": listed, "percent": proved}
    return render(Message("trace.summary", params), language)


def _remarks(matrix: Matrix, language: str = "en") -> Iterator[str]:
    for unknown in matrix.unknown:
        link, candidates = unknown.link, unknown.candidates
        code = "trace.unknown_near" if candidates else "trace.unknown"
        if is_ambiguous(link.criterion, candidates):
            code = "trace.same_key" if unknown.places else "trace.ambiguous"
        params = {
            "place": link.span,
            "source": link.source,
            "criterion": link.criterion,
            "candidates": ", ".join(candidates),
            "places": ", ".join(map(str, unknown.places)),
        }
        yield render(Message(code, params), language)
    for moved in matrix.moved:
        params = {"old": moved.old_key, "new": moved.new_key, "sources": ", ".join(moved.sources)}
        yield render(Message("trace.moved", params), language)
    if matrix.unread:
        count, first = len(matrix.unread), matrix.unread[0].span
        yield render(Message("trace.unread", {"count": count, "place": first}), language)


def _row_to_json(row: Row) -> dict[str, Any]:
    return {
        "key": row.criterion.key,
        "status": row.status.value,
        "evidence_status": row.evidence_status.value,
        "text": row.criterion.text,
        "file": row.criterion.span.file,
        "line": row.criterion.span.line,
        "fingerprint": row.criterion.fingerprint,
        **({"change": to_builtins(row.change)} if row.change else {}),
        "links": [
            {
                "kind": link.link.kind.value,
                "source": link.link.source,
                "status": link.status.value,
                "outcome": link.outcome,
                "run_id": link.run_id,
                "environment": link.environment,
                **({"reviewed_at": link.reviewed_at.isoformat()} if link.reviewed_at else {}),
                **(_latest_to_json(link.latest) if link.latest else {}),
            }
            for link in row.links
        ],
        **({"mentions": [_mention_to_json(it) for it in row.mentions]} if row.mentions else {}),
        **({"decision": _decision_to_json(row.decision)} if row.decision else {}),
        **(
            {"unreachable": [{**asdict(it), "at": it.at.isoformat()} for it in row.unreachable]}
            if row.unreachable
            else {}
        ),
    }


def _mention_to_json(mention: Mention) -> dict[str, Any]:
    return {
        "kind": mention.kind,
        "number": mention.number,
        "title": mention.title,
        "state": mention.state,
        "file": mention.span.file,
        "line": mention.span.line,
    }


def _decision_to_json(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind.value,
        "by": decision.by,
        "at": decision.at.isoformat(),
        "reason": decision.reason,
        "method": decision.method.value if decision.method else None,
        "until": decision.until.isoformat() if decision.until else None,
    }


def _latest_to_json(latest: Latest) -> dict[str, Any]:
    return {
        "at": latest.at.isoformat(),
        "commit": latest.commit or None,
        "is_dirty": latest.is_dirty,
        "checks_executed": latest.checks_executed,
        **({"data_row": latest.data_row} if latest.data_row is not None else {}),
        **({"variables": latest.variables} if latest.variables else {}),
    }


def _seen(row: Row, now: datetime) -> str:
    """Return the age of the oldest outcome that a status rests on, and its commit."""
    latest = [link.latest for link in row.links if link.latest is not None]
    if not latest:
        return " " * 13
    oldest = min(latest, key=lambda it: it.at)
    mark = "*" if oldest.is_dirty else ""
    return f"{age(now - oldest.at):>4} {oldest.commit[:7] + mark:<8}"


def age(passed: timedelta) -> str:
    """Return a span of time in at most four characters: ``59s``, ``3h``, ``12d``, ``2y``."""
    seconds = max(int(passed.total_seconds()), 0)
    for unit, length in (("y", 31_557_600), ("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _reason(link: LinkOutcome, language: str) -> str:
    """Return a link that does not prove its criterion, and why."""
    where = f", {link.environment}" if link.environment else ""
    if link.status is Status.FAILING:
        reason = render(Message(f"report.outcome.{link.outcome}"), language)
    else:
        reason = render(Message(f"trace.reason.{link.reason}"), language)
    return f"{_named(link)} ({reason}{where})"


def _source(link: LinkOutcome) -> str:
    return f"{link.link.source} ({link_state(link.status, link.outcome)})"


def _named(link: LinkOutcome) -> str:
    """Return the source of a link, with the row or parameter set that decides its status."""
    row = link.latest.data_row if link.latest else None
    return link.link.source if row is None else f"{link.link.source}[{row}]"


def link_state(status: str, outcome: str | None) -> str:
    """Return the outcome of a link, or its status where the outcome is not proof any more."""
    if outcome is None or status not in {Status.PROVED, Status.FAILING}:
        return str(status)
    return outcome


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
