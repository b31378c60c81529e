"""The cases of a run as CSV, a line each."""

import csv
import io
from collections.abc import Iterable, Iterator

from shall.diagnostics.escaping import one_line
from shall.report.wording import said
from shall.results.listing import CaseLine

COLUMNS = (
    *("number", "case", "name", "row", "attempt", "outcome", "started_at", "duration_s"),
    *("checks", "environment", "shard", "criteria", "tags", "reason"),
)


def csv_lines(lines: Iterable[CaseLine]) -> Iterator[str]:
    """Yield the heading, then each case. No cell is read as a formula by a spreadsheet."""
    yield _line(COLUMNS)
    for it in lines:
        reason = it.reason.message if it.reason is not None else None
        cells = (
            *(str(it.number), it.case_key, it.name, it.data_row or "", str(it.attempt)),
            *(it.shown_outcome.value, it.started_at.isoformat(), f"{it.duration_s:.6f}"),
            *(str(it.checks_executed), it.environment, str(it.shard or "")),
            *(" ".join(it.criteria), " ".join(it.tags)),
            "" if reason is None else one_line(said(reason, "en")),
        )
        yield _line([_no_formula(one_line(cell)) for cell in cells])


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
