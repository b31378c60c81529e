"""The cases of a run as CSV, a line each."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from shall.escaping import no_formula, one_line
from shall.report.wording import message_text
from shall.results.listing import CaseLine

COLUMNS = (
    *("number", "case", "name", "row", "attempt", "outcome", "started_at", "duration_s"),
    *("checks", "environment", "shard", "criteria", "tags", "reason"),
)


def csv_lines(lines: Iterable[CaseLine], mask: Callable[[str], str]) -> Iterator[str]:
    """Yield the heading, then each case. No cell is read as a formula by a spreadsheet.

    ``mask`` returns a text without its secrets; figures are left alone.
    """
    yield _line(COLUMNS)
    for it in lines:
        message = it.reason.message if it.reason is not None else None
        reason = "" if message is None else message_text(message, "en")
        key, name, row, environment, criteria, tags, why = (
            no_formula(one_line(mask(text)))
            for text in (
                *(it.case_key, it.name, it.data_row or "", it.environment),
                *(" ".join(it.criteria), " ".join(it.tags), reason),
            )
        )
        yield _line(
            (
                *(str(it.number), key, name, row, str(it.attempt)),
                *(it.shown_outcome.value, it.started_at.isoformat(), f"{it.duration_s:.6f}"),
                *(str(it.checks_executed), environment, str(it.shard or "")),
                *(criteria, tags, why),
            )
        )


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
