"""Tool calls as rows and as counts by spans of time. Every function runs in a transaction.

A call is one row of ``calls``, of which the newest are kept, and is counted in a second, a minute,
an hour, a day and a span of 32 days: in one row for each tool, status and error code, and in one
for its bucket of latency. The long spans stay for ever, so whatever was counted stays counted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from shall.store.base import CallRecord
from shall.store.latencies import bucket_of, milliseconds
from shall.store.rows import call_row, plain

if TYPE_CHECKING:
    import sqlite3

SECOND, MINUTE, HOUR, DAY, LONGEST = 1, 60, 3600, 86_400, 32 * 86_400
LENGTHS = (LONGEST, DAY, HOUR, MINUTE, SECOND)
"""The lengths of spans in seconds, each a multiple of the next."""

KEPT_S = {DAY: 366 * DAY, HOUR: 32 * DAY, MINUTE: DAY, SECOND: 0}
"""How long spans are kept at least, in seconds; and as long as rows of their calls are there.

All that make up a longer span go together, since only all of them can stand for it.
"""

_INSERT_CALL = "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
_DROP_CALLS = "DELETE FROM calls WHERE id <= (SELECT max(id) FROM calls) - ?"
_OLDEST_CALL = "SELECT at FROM calls ORDER BY id LIMIT 1"
_DROP_COUNTS = "DELETE FROM call_counts WHERE length = ? AND start < ?"
_DROP_LATENCIES = "DELETE FROM call_latencies WHERE length = ? AND start < ?"
_ADD_COUNTS = """
    INSERT INTO call_counts VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        calls = calls + excluded.calls, spent_ms = spent_ms + excluded.spent_ms
"""
_ADD_LATENCIES = """
    INSERT INTO call_latencies VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET calls = calls + excluded.calls
"""


def insert_calls(
    connection: "sqlite3.Connection", calls: Sequence[CallRecord], keep: int, now: datetime
) -> None:
    """Add calls and count them; drop all rows but the newest ``keep``, and spans out of date."""
    connection.executemany(_INSERT_CALL, [call_row(call) for call in calls])
    _count(connection, calls)
    connection.execute(_DROP_CALLS, (keep,))
    _drop_spans(connection, now)


def _count(connection: "sqlite3.Connection", calls: Iterable[CallRecord]) -> None:
    numbers: Counter[tuple[int, str, str, str]] = Counter()
    spent_ms: dict[tuple[int, str, str, str], float] = {}
    latencies: Counter[tuple[int, int]] = Counter()
    for call in calls:
        second = int(call.at.timestamp() // 1)
        code = "" if call.error_code is None else plain(call.error_code)
        key = (second, plain(call.tool), plain(call.status), code)
        numbers[key] += 1
        spent_ms[key] = spent_ms.get(key, 0.0) + milliseconds(call.latency_ms)
        latencies[second, bucket_of(call.latency_ms)] += 1
    counts = (
        (length, key[0] // length * length, *key[1:], number, spent_ms[key])
        for length in LENGTHS
        for key, number in numbers.items()
    )
    connection.executemany(_ADD_COUNTS, counts)
    buckets = (
        (length, second // length * length, bucket, number)
        for length in LENGTHS
        for (second, bucket), number in latencies.items()
    )
    connection.executemany(_ADD_LATENCIES, buckets)


def _drop_spans(connection: "sqlite3.Connection", now: datetime) -> None:
    (oldest,) = connection.execute(_OLDEST_CALL).fetchone()
    rows_since = datetime.fromisoformat(oldest).timestamp()
    for longer, length in pairwise(LENGTHS):
        before = int(min(now.timestamp() - KEPT_S[length], rows_since)) // longer * longer
        connection.execute(_DROP_COUNTS, (length, before))
        connection.execute(_DROP_LATENCIES, (length, before))
