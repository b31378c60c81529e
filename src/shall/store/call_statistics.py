"""Tool calls, counted by spans of time: statistics of a million calls read a few thousand rows.

A call is a row of ``calls``, whose newest rows are retained. It is also counted in a span each of
a second, a minute, an hour, a day and 32 days: by tool, status and error code in ``call_counts``,
and by latency in ``call_latencies``. The longest spans are never deleted, so every call stays
counted. A window is put together from the longest spans inside it; the span that its edge cuts is
divided into shorter ones, and the last second into rows.

Latencies are counted in the buckets of DDSketch (Masson, Rim and Lee, "DDSketch: A Fast and
Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019): their bounds
grow by ``(1 + a) / (1 - a)``, so the middle of a bucket is within the part ``a`` of its values.

Every function that takes a connection runs in a transaction of its caller.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shall import late_json
from shall.store.base import CallRecord, CallStatistics
from shall.store.rows import plain, time_text

if TYPE_CHECKING:
    import sqlite3

SECOND, MINUTE, HOUR, DAY, LONGEST = 1, 60, 3600, 86_400, 32 * 86_400
LENGTHS = (LONGEST, DAY, HOUR, MINUTE, SECOND)
"""The lengths of spans in seconds, each a multiple of the next."""

KEPT_S = {DAY: 366 * DAY, HOUR: 32 * DAY, MINUTE: DAY, SECOND: 0}
"""How long spans are retained at least, in seconds, and while rows of their calls remain.

All spans within a longer one are deleted together, since only all of them can replace it.
"""

EXACT_UP_TO = 10_000
"""Number of calls up to which the P95 is exact."""

RELATIVE_ERROR = 0.005
"""How far a P95 that is read from buckets may be from the exact one, as a part of it."""

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GROWTH = math.log(_GROWTH)
_LEAST_MS, _MOST_MS = 1e-3, 1e12
_EVER = 1 << 60

_INSERT_CALL = "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
_DELETE_CALLS = "DELETE FROM calls WHERE id <= (SELECT max(id) FROM calls) - ?"
_OLDEST_CALL = "SELECT at FROM calls ORDER BY id LIMIT 1"
_DELETE_SPANS = (
    "DELETE FROM call_counts WHERE length = ? AND start < ?",
    "DELETE FROM call_latencies WHERE length = ? AND start < ?",
)
_ADD_COUNTS = """
    INSERT INTO call_counts VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        calls = calls + excluded.calls, spent_ms = spent_ms + excluded.spent_ms
"""
_ADD_LATENCIES = """
    INSERT INTO call_latencies VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls
"""
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
_Spans = tuple[int, int, int]  # length, start of the first one, end of the last one


def insert_calls(
    connection: "sqlite3.Connection", calls: Sequence[CallRecord], keep: int, now: datetime
) -> None:
    """Insert calls and count them; delete all rows but the newest ``keep``, and expired spans."""
    connection.executemany(_INSERT_CALL, [_call_row(call) for call in calls])
    _count(connection, calls)
    connection.execute(_DELETE_CALLS, (keep,))
    (oldest,) = connection.execute(_OLDEST_CALL).fetchone()
    rows_since = datetime.fromisoformat(oldest).timestamp()
    for longer, length in pairwise(LENGTHS):
        before = int(min(now.timestamp() - KEPT_S[length], rows_since)) // longer * longer
        for statement in _DELETE_SPANS:
            connection.execute(statement, (length, before))


def _call_row(call: CallRecord) -> tuple[Any, ...]:
    """Return the columns of ``calls`` after the id."""
    return (
        time_text(call.at),
        plain(call.tool),
        plain(call.request_id),
        plain(call.status),
        milliseconds(call.latency_ms),
        None if call.error_code is None else plain(call.error_code),
        late_json.dumps(dict(call.meta), default=str, skipkeys=True),
    )


def _count(connection: "sqlite3.Connection", calls: Iterable[CallRecord]) -> None:
    numbers: Counter[tuple[int, str, str, str]] = Counter()
    spent_ms: dict[tuple[int, str, str, str], float] = defaultdict(float)
    latencies: Counter[tuple[int, int]] = Counter()
    for call in calls:
        second = int(call.at.timestamp() // 1)
        key = (second, plain(call.tool), plain(call.status), plain(call.error_code or ""))
        numbers[key] += 1
        spent_ms[key] += milliseconds(call.latency_ms)
        latencies[second, bucket_of(call.latency_ms)] += 1
    for length in LENGTHS:
        counts = (
            (length, key[0] // length * length, *key[1:], number, spent_ms[key])
            for key, number in numbers.items()
        )
        connection.executemany(_ADD_COUNTS, counts)
        buckets = (
            (length, second // length * length, bucket, number)
            for (second, bucket), number in latencies.items()
        )
        connection.executemany(_ADD_LATENCIES, buckets)


def count_calls(
    connection: "sqlite3.Connection", limit: int, since: datetime | None
) -> CallStatistics:
    """Return the statistics of the newest ``limit`` calls (0: all), only after ``since`` if given.

    Exact, with two exceptions: above ``EXACT_UP_TO`` calls the P95 comes from buckets; and if a
    span at the edge of the window can no longer be divided because its rows are deleted, ``since``
    counts it whole, and ``limit`` counts only those of its calls that are still rows.
    """
    after = "" if since is None else time_text(since)
    if 0 < limit <= EXACT_UP_TO:
        return _statistics(connection, _newest_rows(connection, after, limit), ())
    spans, rows, total = _window(connection, limit or _EVER, since)
    if total <= EXACT_UP_TO:
        newest = _newest_rows(connection, after, total)
        if len(newest) == total:
            return _statistics(connection, newest, ())
    return _statistics(connection, rows, spans)


def _newest_rows(
    connection: "sqlite3.Connection", after: str, limit: int, before: str = "~"
) -> list[_Row]:
    return connection.execute(_NEWEST_ROWS, (after, before, limit)).fetchall()


def _window(
    connection: "sqlite3.Connection", limit: int, since: datetime | None
) -> tuple[list[_Spans], list[_Row], int]:
    """Return the spans and rows that make up a window, and how many calls are in it."""
    after = -math.inf if since is None else since.timestamp()
    window: list[_Spans] = []
    left = limit
    cut, whole = (0, -_EVER, _EVER), -1  # the span to divide next, and its calls
    for length in LENGTHS:
        _, low, high = cut
        spans = connection.execute(_TOTALS, (length, low, high)).fetchall()
        if whole not in {-1, sum(calls for _, calls in spans)}:
            continue  # some of these short spans are deleted already
        first = high
        for start, calls in spans:
            if start <= after or calls > left:
                cut, whole = (length, start, start + length), calls
                break
            first, left = start, left - calls
        window.append((length, first, high))
        if cut[0] != length or cut[2] <= after or left == 0:  # nothing of a span is to be added
            return window, [], limit - left
    bounds = (_text(cut[1]), _text(cut[2]))
    (kept,) = connection.execute(_COUNT_ROWS, bounds).fetchone()
    if kept < whole <= left:
        return [*window, cut], [], limit - left + whole
    within = bounds[0] if since is None else max(bounds[0], time_text(since))
    rows = _newest_rows(connection, within, left, bounds[1])
    return window, rows, limit - left + len(rows)


def _text(second: int) -> str:
    # Without a fraction it sorts before every time of that second.
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def _statistics(
    connection: "sqlite3.Connection", rows: Sequence[_Row], spans: Sequence[_Spans]
) -> CallStatistics:
    """Sum up rows and spans. The P95 is exact if there are rows only."""
    groups = Counter((succeeded, code) for succeeded, code, _ in rows)
    latencies = sorted(latency for _, _, latency in rows)
    spent_ms = sum(latencies)
    for bounds in spans:
        for succeeded, code, calls, spent in connection.execute(_COUNTS, bounds):
            groups[succeeded, code] += calls
            spent_ms += spent
    total = groups.total()
    if total == 0:
        return CallStatistics(0, 0, 0, 0.0, 0.0, 0.0, {})
    success = sum(calls for (succeeded, _), calls in groups.items() if succeeded)
    codes: Counter[str] = Counter()
    for (_, code), calls in groups.items():
        codes[code] += calls
    del codes[""]
    if spans:
        buckets = Counter(map(bucket_of, latencies))
        for bounds in spans:
            buckets.update(dict(connection.execute(_LATENCIES, bounds)))
        p95_ms = p95_of_buckets(buckets)
    else:
        p95_ms = latencies[_rank_of_p95(total) - 1]
    return CallStatistics(
        total=total,
        success=success,
        error=total - success,
        success_rate=success / total,
        avg_latency_ms=spent_ms / total,
        p95_latency_ms=p95_ms,
        error_codes=dict(codes),
    )


def milliseconds(value: float) -> float:
    """Return a latency that can be stored: 0 for a negative number or NaN."""
    return min(value, _MOST_MS) if value >= 0 else 0.0


def bucket_of(latency_ms: float) -> int:
    """Return the number of the bucket that counts a latency; below 1 us all share one."""
    return math.ceil(math.log(max(milliseconds(latency_ms), _LEAST_MS)) / _LOG_GROWTH)


def p95_of_buckets(buckets: Mapping[int, int]) -> float:
    """Return the P95 of counts by bucket in milliseconds, within ``RELATIVE_ERROR``."""
    left = _rank_of_p95(sum(buckets.values()))
    for bucket, count in sorted(buckets.items()):
        left -= count
        if left <= 0:
            return float(2 * _GROWTH**bucket / (_GROWTH + 1))
    return 0.0


def _rank_of_p95(total: int) -> int:
    """Return the nearest rank, counted from 1."""
    return math.ceil(total * 95 / 100)
