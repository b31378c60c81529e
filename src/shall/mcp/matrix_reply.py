"""The coverage matrix as a model reads it: counts, then the worst criteria in a few lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NotRequired

from msgspec.structs import replace
from typing_extensions import TypedDict

from shall.mcp.shorten import cut, cut_bytes
from shall.specs.export import (
    ALWAYS_COUNTED,
    floored_percent,
    link_state,
    to_csv,
    to_json,
    to_markdown,
)
from shall.specs.matrix import Matrix, Row

ROWS_BYTES = 2900
"""What criteria and problems take on the wire where no limit is given: a reply is below 4 KB.

A reply travels twice, as text and structured; the rest is for the counts and the envelope.
"""

PAGE_BYTES = 8000
"""What the matrix takes as a resource; a longer one is cut to its worst criteria."""

_UNKNOWN_BYTES = 900  # of these, for links to criteria that no document holds
_PAGE_ROWS = 20
_PAGE_REMARKS = 3
_TEXT_LENGTH = 160
_SHOWN_PROBLEMS = 3
_PROBLEM_LENGTH = 160
_SHORT_TEXT_BYTES = 64
_SHORT_LINK_BYTES = 80
_PASSED = "(passed)"


class TraceReply(TypedDict):
    """What trace_requirements answers beside the envelope; empty parts are left out."""

    counts: dict[str, int]
    proved_percent: float
    criteria: list[dict[str, Any]]
    unknown: NotRequired[list[dict[str, Any]]]
    more_criteria: NotRequired[int]
    more_unknown: NotRequired[int]
    problems: NotRequired[list[str]]
    more_problems: NotRequired[int]
    unread: NotRequired[int]
    hint: NotRequired[str]
    text: NotRequired[str]


def trace_reply(matrix: Matrix, format: str, status: str | None, limit: int | None) -> TraceReply:
    """Return the criteria of a status, worst first, at most ``limit``; the counts are of all.

    Without a limit, as many are listed as fit in ``ROWS_BYTES``, in short where that is not all.
    CSV and Markdown hold all, in the order of the documents, unless there is a limit.
    """
    order = matrix.rows if format != "json" and limit is None else matrix.worst_first()
    rows = tuple(row for row in order if status in {None, row.status.value})
    chosen = replace(matrix, rows=rows[:limit])
    data = to_json(chosen)
    reply: TraceReply = {
        "counts": _counts(matrix),
        "proved_percent": floored_percent(matrix),
        "criteria": [],
    }
    problems = [*matrix.wrong_specs, *matrix.problems]
    if problems:
        reply["problems"] = [cut(str(it), _PROBLEM_LENGTH) for it in problems[:_SHOWN_PROBLEMS]]
        if len(problems) > _SHOWN_PROBLEMS:
            reply["more_problems"] = len(problems) - _SHOWN_PROBLEMS
    if matrix.unread:
        reply["unread"] = len(matrix.unread)
    if format != "json":
        reply["text"] = to_csv(chosen) if format == "csv" else to_markdown(chosen)
        return reply
    unknown, criteria = data["unknown"], [_row(row) for row in data["criteria"]]
    room = ROWS_BYTES - wire_bytes(reply.get("problems", []))
    if limit is None and wire_bytes([unknown, criteria]) > room:
        unknown = list(fitting(unknown, _UNKNOWN_BYTES))
        room -= wire_bytes(unknown)
        criteria = list(fitting(map(_short_row, data["criteria"]), room))
    reply["criteria"] = criteria
    if unknown:
        reply["unknown"] = unknown
    _add_more(reply, len(rows) - len(criteria), len(matrix.unknown) - len(unknown))
    return reply


def matrix_page(matrix: Matrix) -> str:
    """Return the matrix as Markdown: whole where it is short, else the worst criteria in short."""
    whole = to_markdown(matrix)
    if len(whole.encode("utf-8", "replace")) <= PAGE_BYTES:
        return whole
    few = replace(
        matrix,
        unknown=matrix.unknown[:_PAGE_REMARKS],
        moved=matrix.moved[:_PAGE_REMARKS],
        wrong_specs=matrix.wrong_specs[:_PAGE_REMARKS],
        problems=matrix.problems[:_PAGE_REMARKS],
        undecided=matrix.undecided[:_PAGE_REMARKS],
    )
    shown = [_page_row(row) for row in matrix.worst_first()[:_PAGE_ROWS]]
    more = len(matrix.rows) - len(shown)
    hint = f"\nAnd {more} more criteria: call trace_requirements with feature, status or limit.\n"
    return to_markdown(few, shown) + (hint if more else "")


def _page_row(row: Row) -> Row:
    criterion = replace(row.criterion, text=cut_bytes(row.criterion.text, _SHORT_TEXT_BYTES))
    return replace(row, criterion=criterion, links=row.links[:1])


def _counts(matrix: Matrix) -> dict[str, int]:
    """Return the counts of a matrix without the zeros of rare statuses."""
    counts = matrix.counts()
    return {it: count for it, count in counts.items() if count or it in ALWAYS_COUNTED}


def _add_more(reply: TraceReply, criteria: int, unknown: int) -> None:
    if unknown:
        reply["more_unknown"] = unknown
    if criteria:
        reply["more_criteria"] = criteria
    if criteria or unknown:
        total = criteria + len(reply["criteria"])
        reply["hint"] = f"For more pass limit (all: {max(total, 1)}), status or feature."


def fitting(items: Iterable[dict[str, Any]], room: int) -> Iterator[dict[str, Any]]:
    """Yield items as long as they fit in so many bytes on the wire."""
    for item in items:
        room -= wire_bytes(item)
        if room < 0:
            return
        yield item


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        "key": row["key"],
        "status": row["status"],
        "text": cut(row["text"], _TEXT_LENGTH),
        "place": f"{row['file']}:{row['line']}",
    }
    if "change" in row:
        shown["change"] = f"{row['change']['operation']} by {row['change']['name']}"
    links = [
        f"{link['source']} ({link_state(link['status'], link['outcome'])})" for link in row["links"]
    ]
    return {**shown, "verified_by": links} if links else shown


def _short_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the beginning of its text and the link that decides its status."""
    shown = _row(row)
    links = sorted(shown.get("verified_by", ()), key=lambda link: link.endswith(_PASSED))
    if links:
        shown["verified_by"] = [cut_bytes(links[0], _SHORT_LINK_BYTES)]
    return {**shown, "text": cut_bytes(row["text"], _SHORT_TEXT_BYTES)}


def wire_bytes(value: Any) -> int:
    """Count the bytes of a value in a reply: as a text within JSON, and structured."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    quoted = json.dumps(text, ensure_ascii=False)
    return len(text.encode("utf-8", "replace")) + len(quoted.encode("utf-8", "replace"))
