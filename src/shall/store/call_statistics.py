"""Counts tool calls: few from their rows, many from the spans of ``call_counts``.

A window of many calls is put together from the longest spans that lie inside it; the span that
lies there only in part is divided into shorter ones, at last into rows. So at most 31 days, 23
hours, 59 minutes and 59 seconds are read beside the longest spans, however many calls there are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shall.store.base import CallStatistics
from shall.store.call_counts import LENGTHS
from shall.store.latencies import bucket_of, nearest, nearest_bucket
from shall.store.rows import time_text

if TYPE_CHECKING:
    import sqlite3

EXACT_UP_TO = 10_000
"""Calls up to which the P95 is read from their rows."""

_EVER = 1 << 60
_PERCENT = 95

_NEWEST_ROWS = """
    SELECT status = 'ok', coalesce(error_code, ''), latency_ms FROM calls
    WHERE at > ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?
"""
_COUNT_ROWS = "SELECT count(*) FROM calls WHERE at > ? AND at < ?"
_TOTALS = """
    SELECT start, sum(calls) FROM call_counts WHERE length = ? AND start >= ? AND start < ?
    GROUP BY start ORDER BY start DESC
"""
_COUNTS = """
    SELECT status = 'ok', error_code, sum(calls), sum(spent_ms) FROM call_counts
    WHERE length = ? AND start >= ? AND start < ? GROUP BY 1, 2
"""
_LATENCIES = """
    SELECT bucket, sum(calls) FROM call_latencies
    WHERE length = ? AND start >= ? AND start < ? GROUP BY bucket
"""

_Row = tuple[int, str, float]  # succeeded, error code, latency in milliseconds
_Group = tuple[int, str]  # succeeded, error code


@dataclass(frozen=True, slots=True)
class _Spans:
    """Neighbouring spans of one length: those that start from ``first``, before ``end``."""

    length: int
    first: int
    end: int


@dataclass(slots=True)
class _Window:
    """What is counted: whole spans, and rows of a span that lies only partly inside."""

    after: str
    spans: list[_Spans] = field(default_factory=list)
    rows: Sequence[_Row] = ()
    total: int = 0


def count_calls(
    connection: "sqlite3.Connection", limit: int, since: datetime | None
) -> CallStatistics:
    """Count the newest ``limit`` calls (0: all), only those after ``since`` if given.

    Exact, but for two things: above ``EXACT_UP_TO`` calls the P95 comes from buckets; and where a
    span at the window's edge can no longer be divided, because its rows are dropped, ``since``
    counts it whole, and ``limit`` counts only those of its calls that are still rows.
    """
    after = "" if since is None else time_text(since)
    if 0 < limit <= EXACT_UP_TO:
        return _from_rows(_newest_rows(connection, after, limit))
    window = _Window(after)
    _fill(connection, window, limit if limit > 0 else _EVER, since)
    if window.total <= EXACT_UP_TO:
        rows = _newest_rows(connection, after, window.total)
        if len(rows) == window.total:
            return _from_rows(rows)
    return _from_window(connection, window)


def _newest_rows(
    connection: "sqlite3.Connection", after: str, limit: int, before: str = "~"
) -> list[_Row]:
    return connection.execute(_NEWEST_ROWS, (after, before, limit)).fetchall()


def _fill(
    connection: "sqlite3.Connection", window: _Window, limit: int, since: datetime | None
) -> None:
    """Find the whole spans of a window, the longest first, and divide the one at its edge."""
    after = float("-inf") if since is None else since.timestamp()
    edge, whole = _Spans(0, -_EVER, _EVER), None
    for length in LENGTHS:
        spans: list[tuple[int, int]] = connection.execute(
            _TOTALS, (length, edge.first, edge.end)
        ).fetchall()
        if whole not in {None, sum(calls for _, calls in spans)}:
            continue  # some of these short spans are dropped already
        cut, first = None, edge.end
        for start, calls in spans:
            if start <= after or window.total + calls > limit:
                cut = (start, calls)
                break
            window.total, first = window.total + calls, start
        window.spans.append(_Spans(length, first, edge.end))
        if cut is None or cut[0] + length <= after or window.total == limit:
            return
        edge, whole = _Spans(length, cut[0], cut[0] + length), cut[1]
    if whole is not None:
        _divide_by_rows(connection, window, edge, whole, limit)


def _divide_by_rows(
    connection: "sqlite3.Connection", window: _Window, edge: _Spans, whole: int, limit: int
) -> None:
    """Take the calls of a span that lie in the window, by their rows.

    Where rows of the span are dropped already, it is taken whole, or with the rows there are if
    whole it would exceed the limit.
    """
    left = limit - window.total
    bounds = (_text(edge.first), _text(edge.end))
    (kept,) = connection.execute(_COUNT_ROWS, bounds).fetchone()
    if kept < whole <= left:
        window.spans.append(edge)
        window.total += whole
    else:
        after = max(window.after, bounds[0])
        window.rows = _newest_rows(connection, after, left, bounds[1])
        window.total += len(window.rows)


def _text(second: int) -> str:
    # Without a fraction it sorts before every time of that second.
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def _from_rows(rows: Sequence[_Row]) -> CallStatistics:
    latencies = sorted(latency for _, _, latency in rows)
    p95 = nearest(latencies, _PERCENT) if rows else 0.0
    return _statistics(_groups(rows), sum(latencies), p95)


def _groups(rows: Sequence[_Row]) -> Counter[_Group]:
    return Counter((succeeded, code) for succeeded, code, _ in rows)


def _from_window(connection: "sqlite3.Connection", window: _Window) -> CallStatistics:
    groups = _groups(window.rows)
    spent_ms = sum(latency for _, _, latency in window.rows)
    buckets = Counter(bucket_of(latency) for _, _, latency in window.rows)
    for spans in window.spans:
        bounds = (spans.length, spans.first, spans.end)
        for succeeded, code, calls, spent in connection.execute(_COUNTS, bounds):
            groups[succeeded, code] += calls
            spent_ms += spent
        for bucket, calls in connection.execute(_LATENCIES, bounds):
            buckets[bucket] += calls
    return _statistics(groups, spent_ms, nearest_bucket(buckets.items(), _PERCENT))


def _statistics(groups: Counter[_Group], spent_ms: float, p95_ms: float) -> CallStatistics:
    total = groups.total()
    if total == 0:
        return CallStatistics(0, 0, 0, 0.0, 0.0, 0.0, {})
    success = sum(calls for (succeeded, _), calls in groups.items() if succeeded)
    codes: Counter[str] = Counter()
    for (_, code), calls in groups.items():
        codes[code] += calls
    del codes[""]
    return CallStatistics(
        total=total,
        success=success,
        error=total - success,
        success_rate=success / total,
        avg_latency_ms=spent_ms / total,
        p95_latency_ms=p95_ms,
        error_codes=dict(codes),
    )
