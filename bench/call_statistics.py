"""Statistics of 1,000,000 kept calls in milliseconds, and what a call pays for being kept."""

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shall.store.base import CallRecord
from shall.store.call_log import CallLog
from shall.store.sqlite import SqliteStore

LIMITS = (500, 5_000, 10_000, 50_000, 100_000, 0)
MINUTES = (1, 5, 15, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60)
TOOLS = ("run_tests", "health_check", "get_testcase", "list_testcases", "write_testcase")
CODES = (None, None, None, None, None, None, "MCP_TIMEOUT", "MCP_VALUE_ERROR")


def make_calls(count: int, span: timedelta) -> list[CallRecord]:
    """Make calls spread evenly over the time before now; latencies as services have them."""
    chance = random.Random(1)
    start, step = datetime.now(UTC) - span, span / count
    calls = []
    for number in range(count):
        code = chance.choice(CODES)
        status, latency = "error" if code else "ok", chance.lognormvariate(2.5, 1.2)
        tool = TOOLS[number % len(TOOLS)]
        calls.append(
            CallRecord(start + number * step, tool, f"{number:012x}", status, latency, code)
        )
    return calls


def fill(store: SqliteStore, calls: list[CallRecord]) -> float:
    """Keep the calls; give the microseconds of each, until all are in the database."""
    start = time.perf_counter()
    for call in calls:
        store.save_call(call)
    store.call_statistics(1, None)
    return (time.perf_counter() - start) / len(calls) * 1e6


def timed(ask: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of a question, and the least, as if alone on the machine."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), min(spent)


def ask_all(store: SqliteStore, rounds: int) -> dict[str, tuple[float, float]]:
    """Time every question that people ask."""
    questions: dict[str, Callable[[], object]] = {
        f"limit={limit}": lambda limit=limit: store.call_statistics(limit, None)  # type: ignore[misc]
        for limit in LIMITS
    }
    for minutes in MINUTES:
        questions[f"limit=0 since_minutes={minutes}"] = lambda minutes=minutes: (  # type: ignore[misc]
            store.call_statistics(0, datetime.now(UTC) - timedelta(minutes=minutes))
        )
    return {name: timed(ask, rounds) for name, ask in questions.items()}


def keep_one(folder: Path, count: int) -> dict[str, float]:
    """Return the median microseconds that a call pays for being kept."""
    log = CallLog(folder / "calls.jsonl", 50 << 20, 30)
    store = SqliteStore(folder / "one.db", max_runs=1, max_age_days=1)
    now = datetime.now(UTC)
    call = CallRecord(now, "run_tests", "0123456789ab", "ok", 12.5)
    found = {
        "line in the call log": timed(lambda: log.write(call), count)[0] * 1000,
        "call into the store": timed(lambda: store.save_call(call), count)[0] * 1000,
    }
    store.close()
    log.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    summary: dict[str, Any] = {"python": platform.python_version(), "calls": options.calls}
    with tempfile.TemporaryDirectory() as name:
        for title, span in (("20 minutes", timedelta(minutes=20)), ("90 days", timedelta(days=90))):
            path = Path(name) / f"{title}.db"
            store = SqliteStore(path, max_runs=1, max_age_days=1)
            each_us = fill(store, make_calls(options.calls, span))
            spent = ask_all(store, options.rounds)
            total = store.call_statistics(0, None).total
            store.close()
            size_mb = path.stat().st_size / 1e6
            print(f"{total} calls in {title}: {each_us:.1f} us each, {size_mb:.0f} MB")
            for question, (median, least) in spent.items():
                print(f"  {question:28} {median:8.2f} ms   least {least:8.2f} ms")
            worst = [round(max(times), 2) for times in zip(*spent.values(), strict=True)]
            print(f"  {'worst':28} {worst[0]:8.2f} ms   least {worst[1]:8.2f} ms")
            summary[title] = {"worst_ms": worst[0], "worst_least_ms": worst[1]}
            summary[title] |= {"us_each": round(each_us, 1)}
        for what, microseconds in keep_one(Path(name), 20_000).items():
            print(f"{what}: {microseconds:.1f} us")
            summary[what] = round(microseconds, 1)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
