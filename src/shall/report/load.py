"""What a load measured, as a table for the terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from shall.report.wording import duration
from shall.results.load import Durations, LoadResult

HEADINGS = ("", "count", "errors", "p50", "p90", "p95", "p99", "max")


def load_as_json(load: LoadResult) -> dict[str, Any]:
    """Return a load as JSON data, with the percentage of errors."""
    data: dict[str, Any] = msgspec.to_builtins(load)
    return {"format": data.pop("format"), **data, "error_percent": load.error_percent}


def load_table(load: LoadResult, cases: str) -> Iterator[Sequence[str]]:
    """Yield the rows of the table: the cases, then the requests of each."""
    yield HEADINGS
    yield _row(cases, load.cases)
    for it in load.requests:
        yield _row(f"{it.method} {it.case_key}: {it.step}", it.durations)


def _row(name: str, of: Durations) -> Sequence[str]:
    times = (of.p50_s, of.p90_s, of.p95_s, of.p99_s, of.max_s)
    return (name, f"{of.count:,}", f"{of.errors:,}", *map(duration, times))
