"""The newest runs together: which of their cases are flaky or slow, and how long they took."""

from collections.abc import Mapping, Sequence
from heapq import nlargest

from msgspec import Struct

from shall.actions.history import CaseHistory, case_history, checked_runs, percentile
from shall.actions.results import opened_store
from shall.results.listing import EVERY_RUN, PAGE_LINES, PastFilter, PastTotal, RunLine
from shall.store.base import Store
from shall.workspace.workspace import Workspace

MOST_RESULTS = 200_000
"""Results of which an overview is made; of larger runs it takes fewer."""

SHOWN = 50
"""Cases of each list."""

_Key = tuple[str, str | None]


class RunTrend(Struct, frozen=True):
    """A run, and percentiles of how long its cases took that passed; None without any."""

    run: RunLine
    p50_s: float | None
    p95_s: float | None


class PastRuns(Struct, frozen=True):
    """The newest runs, newest first, and those of their cases that are flaky or slow."""

    trend: Sequence[RunTrend]
    flaky: Sequence[CaseHistory]
    slow: Sequence[CaseHistory]


def past_runs_together(workspace: Workspace, runs: int = 20) -> PastRuns:
    """Return what the newest runs say together, of at most 200,000 results.

    Raises:
        BadValue: The number of runs is out of range.
        StoreUnavailable: The state cannot be read.
    """
    store = opened_store(workspace)
    found = store.past_totals(min(checked_runs(runs), PAGE_LINES), MOST_RESULTS)
    lines = {line.run_id: line for line in store.run_page(EVERY_RUN, runs, 0).lines}
    trend = [
        RunTrend(lines[run_id], percentile(durations, 50), percentile(durations, 95))
        for run_id, durations in found.durations.items()
        if run_id in lines
    ]
    count = len(found.durations)
    flaky = _cases(store, count, _maybe_flaky(found.totals))
    slow = _slowest(store, count, found.totals)
    flaky = [case for case in flaky if case.is_flaky]
    flaky.sort(key=lambda it: -sum(past.is_bad for past in it.outcomes))
    return PastRuns(trend, flaky, slow)


def _maybe_flaky(totals: Sequence[PastTotal]) -> list[_Key]:
    bad: dict[_Key, int] = {}
    for it in totals:
        if it.passed and it.bad:
            key = (it.case_key, it.data_row)
            bad[key] = max(bad.get(key, 0), it.bad)
    return nlargest(SHOWN, bad, key=bad.__getitem__)


def _slowest(store: Store, runs: int, totals: Sequence[PastTotal]) -> list[CaseHistory]:
    """Return the cases with the highest 95th percentile, which is at most their longest time."""
    longest: dict[_Key, float] = {}
    for it in totals:
        if it.longest_s is not None:
            key = (it.case_key, it.data_row)
            longest[key] = max(longest.get(key, 0.0), it.longest_s)
    order = sorted(longest, key=longest.__getitem__, reverse=True)
    found: list[CaseHistory] = []
    for start in range(0, len(order), SHOWN):
        found += _cases(store, runs, order[start : start + SHOWN])
        found = nlargest(SHOWN, found, key=lambda it: it.p95_s or 0.0)
        rest = order[start + SHOWN :]
        if not rest or (len(found) == SHOWN and (found[-1].p95_s or 0.0) >= longest[rest[0]]):
            break
    return found


def _cases(store: Store, runs: int, keys: Sequence[_Key]) -> list[CaseHistory]:
    known: Mapping[str, Mapping[str | None, CaseHistory]] = {
        key: {
            case.data_row: case_history(case)
            for case in store.past_cases(runs, PastFilter(case_key=key)).cases
        }
        for key in {key for key, _ in keys}
    }
    return [known[key][row] for key, row in keys if row in known[key]]
