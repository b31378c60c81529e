"""Statistics beyond the rows that are kept, and how near they are to the truth."""

import math
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.store import migrate, sqlite
from shall.store.base import CallRecord, CallStatistics
from shall.store.call_statistics import (
    DAY,
    EXACT_UP_TO,
    HOUR,
    LENGTHS,
    MINUTE,
    RELATIVE_ERROR,
    SECOND,
    bucket_of,
    insert_calls,
    p95_of_buckets,
)
from shall.store.sqlite import SqliteStore

OpenStore = Callable[..., SqliteStore]
CODES = (None, None, None, "MCP_TIMEOUT", "MCP_VALUE_ERROR")


def made(now: datetime, count: int, span: timedelta, seed: int = 1) -> list[CallRecord]:
    """Make calls spread over the ``span`` before ``now``, oldest first."""
    chance = random.Random(seed)
    moments = sorted(now - span * chance.random() for _ in range(count))
    return [
        CallRecord(
            at,
            chance.choice(("run_tests", "health_check")),
            f"{number:012x}",
            "error" if (code := chance.choice(CODES)) else "ok",
            chance.lognormvariate(2, 1.5),
            code,
        )
        for number, at in enumerate(moments)
    ]


def check(found: CallStatistics, calls: Sequence[CallRecord]) -> None:
    """Compare with what the calls themselves tell."""
    latencies = sorted(call.latency_ms for call in calls)
    assert found.total == len(calls)
    assert found.success == sum(call.status == "ok" for call in calls)
    assert found.error == sum(call.status == "error" for call in calls)
    assert found.success_rate == found.success / found.total
    assert found.error_codes == Counter(call.error_code for call in calls if call.error_code)
    assert found.avg_latency_ms == pytest.approx(sum(latencies) / len(latencies))
    true = latencies[math.ceil(len(calls) * 0.95) - 1]
    near = 0 if len(calls) <= EXACT_UP_TO else 0.01
    assert found.p95_latency_ms == pytest.approx(true, rel=near, abs=0)


def keep(store: SqliteStore, calls: Sequence[CallRecord]) -> None:
    for call in calls:
        store.save_call(call)


@pytest.mark.verifies("store#2.2")
@pytest.mark.repeats
def test_many_calls_are_counted_exactly_and_their_p95_within_one_percent(
    store: SqliteStore, now: datetime
) -> None:
    calls = made(now, 3 * EXACT_UP_TO, timedelta(days=70))
    keep(store, calls)

    check(store.call_statistics(0, None), calls)
    for limit in (1, 500, EXACT_UP_TO, EXACT_UP_TO + 1, 17_123, len(calls), 10**9):
        check(store.call_statistics(limit, None), calls[-limit:])
    for minutes in (90, 60 * 24, 60 * 24 * 31 + 7, 60 * 24 * 69):
        since = now - timedelta(minutes=minutes)
        window = [call for call in calls if call.at > since]
        check(store.call_statistics(0, since), window)
        check(store.call_statistics(12_000, since), window[-12_000:])
        check(store.call_statistics(300, since), window[-300:])


@pytest.mark.verifies("store#2.2")
@pytest.mark.repeats
def test_calls_of_one_burst_are_counted_exactly(store: SqliteStore, now: datetime) -> None:
    calls = made(now, 2 * EXACT_UP_TO, timedelta(seconds=150))
    keep(store, calls)

    for limit in (EXACT_UP_TO + 5, 19_999):
        check(store.call_statistics(limit, None), calls[-limit:])
    for seconds in (2, 60, 140.5):
        since = now - timedelta(seconds=seconds)
        check(store.call_statistics(0, since), [call for call in calls if call.at > since])


@pytest.mark.repeats
def test_a_window_begins_after_its_moment(store: SqliteStore, now: datetime) -> None:
    start = now.replace(microsecond=0)
    calls = [
        CallRecord(start + timedelta(seconds=number % 3), "t", "r", "ok", 1.0)
        for number in range(3 * EXACT_UP_TO)
    ]
    keep(store, calls)

    assert store.call_statistics(0, start).total == 2 * EXACT_UP_TO
    assert store.call_statistics(0, start + timedelta(seconds=2)).total == 0


@pytest.mark.verifies("store#2.3")
@pytest.mark.repeats
def test_calls_stay_counted_when_their_rows_are_dropped(
    store: SqliteStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_CALLS", 1000)
    calls = made(now, 15_000, timedelta(days=40))
    keep(store, calls)

    check(store.call_statistics(0, None), calls)
    assert store._connection.execute("SELECT count(*) FROM calls").fetchone() == (1000,)
    check(store.call_statistics(1000, None), calls[-1000:])
    # Whole minutes of the last day, whole hours before: the window's first one counts in full.
    for since, length in (
        (now - timedelta(hours=23, seconds=30), MINUTE),
        (now - timedelta(days=20, seconds=30), HOUR),
        (now - timedelta(days=38, seconds=30), DAY),
    ):
        first = since.timestamp() // length * length
        window = [call for call in calls if call.at.timestamp() >= first]
        found = store.call_statistics(0, since)
        assert found.total == len(window)
        assert found.error_codes == Counter(c.error_code for c in window if c.error_code)
    # A limit is never exceeded: where only days are left, it counts from the first that fits whole.
    first = (calls[-13_001].at.timestamp() // DAY + 1) * DAY
    window = [call for call in calls if call.at.timestamp() >= first]
    assert store.call_statistics(13_000, None).total == len(window)


@pytest.mark.verifies("store#2.3")
@pytest.mark.repeats
def test_a_limit_just_beyond_the_rows_is_counted_to_the_second(
    store: SqliteStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_CALLS", EXACT_UP_TO + 500)
    calls = made(now.replace(second=55), 12_000, timedelta(seconds=50))
    keep(store, calls)

    in_a_second = 2 * len(calls) // 50
    limit = EXACT_UP_TO + 1500
    assert limit - in_a_second < store.call_statistics(limit, None).total <= limit


def test_short_spans_do_not_pile_up(
    store: SqliteStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "MAX_CALLS", 100)
    keep(store, made(now, 5000, timedelta(days=400)))
    keep(store, made(now, 200, timedelta(seconds=10)))
    store.call_statistics(1, None)

    def spans(length: int) -> int:
        query = "SELECT count(DISTINCT start) FROM call_latencies WHERE length = ?"
        (found,) = store._connection.execute(query, (length,)).fetchone()
        return int(found)

    assert spans(SECOND) <= 120
    assert spans(MINUTE) <= 25 * 60
    assert spans(HOUR) <= 33 * 24
    assert spans(DAY) <= 366 + 32
    assert spans(LENGTHS[0]) in {13, 14}


@pytest.mark.verifies("store#2.3")
def test_calls_that_an_older_release_kept_are_counted(
    open_store: OpenStore, path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.migrations()
    first, *rest = made(now, EXACT_UP_TO + 2000, timedelta(days=2))
    calls = [replace(first, at=first.at.replace(microsecond=999_999)), *rest]
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: {1: known[1]})
        open_store().close()
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(
            "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, ?, '{}')",
            [
                (
                    call.at.isoformat(timespec="microseconds"),
                    call.tool,
                    call.request_id,
                    call.status,
                    call.latency_ms,
                    call.error_code,
                )
                for call in calls
            ],
        )
    connection.close()

    store = open_store()
    check(store.call_statistics(0, None), calls)
    query = "SELECT start FROM call_counts WHERE length = 1 GROUP BY start"
    seconds = [start for (start,) in store._connection.execute(query)]
    assert seconds == sorted({int(call.at.timestamp()) for call in calls})
    more = made(now + timedelta(seconds=5), 100, timedelta(seconds=5), seed=2)
    keep(store, more)
    check(store.call_statistics(0, None), [*calls, *more])


@pytest.mark.parametrize("latency", [1e-3, 0.37, 1.0, 12.5, 999.9, 86_400_000.0])
def test_a_bucket_shows_each_latency_in_it_within_its_error(latency: float) -> None:
    shown = p95_of_buckets({bucket_of(latency): 1})

    assert shown == pytest.approx(latency, rel=RELATIVE_ERROR)


@pytest.mark.parametrize("latency", [math.nan, -1.0, 0.0, math.inf])
def test_a_latency_that_cannot_be_does_no_harm(
    store: SqliteStore, now: datetime, latency: float
) -> None:
    keep(store, [CallRecord(now, "t\udcff", "r", "ok", latency, "\ud800")])

    found = store.call_statistics(0, None)
    assert (found.total, found.error_codes) == (1, {"\\ud800": 1})
    assert found.p95_latency_ms in {0.0, 1e12}


@pytest.mark.repeats
def test_a_call_from_long_ago_or_from_the_future_is_counted_once(
    store: SqliteStore, now: datetime
) -> None:
    calls = made(now, EXACT_UP_TO + 1, timedelta(hours=1))
    odd = [now - timedelta(days=900), now + timedelta(hours=3), now + timedelta(days=40)]
    keep(store, calls)
    keep(store, [CallRecord(at, "t", "r", "ok", 1.0) for at in odd])

    assert store.call_statistics(0, None).total == len(calls) + 3
    since = now - timedelta(days=100)
    assert store.call_statistics(0, since).total == len(calls) + 2


@pytest.mark.repeats
def test_insert_needs_no_order(store: SqliteStore, now: datetime) -> None:
    calls = made(now, 12_000, timedelta(hours=30))
    mixed = random.Random(3).sample(calls, len(calls))
    with store._writing() as connection:
        for first in range(0, len(mixed), 500):
            insert_calls(connection, mixed[first : first + 500], 100_000, now)

    check(store.call_statistics(11_000, None), calls[-11_000:])
