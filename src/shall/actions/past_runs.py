"""The newest runs together: which of their cases are flaky or slow, and how long they took."""

from collections.abc import Mapping, Sequence
from heapq import nlargest

from msgspec import Struct

from shall.actions.history import CaseHistory, case_history, checked_runs, percentile
from shall.actions.results import opened_store
from shall.results.listing import (
    EVERY_RUN,
    PAGE_LINES,
    CoverageLine,
    PastFilter,
    PastTotal,
    RunLine,
)
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
    """The newest runs, newest first, and those of their cases that are flaky or slow.

    ``flaky_total`` and ``slow_total`` are how many there are: the lists have ``SHOWN`` at most.
    ``coverage`` is what `shall cover` measured, newest first, of these and of older runs.
    """

    trend: Sequence[RunTrend]
    flaky: Sequence[CaseHistory]
    slow: Sequence[CaseHistory]
    coverage: Sequence[CoverageLine] = ()
    flaky_total: int = 0
    slow_total: int = 0


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
        RunTrend(lines[run_id], percentile(took, 50), percentile(took, 95))
        for run_id, took in ((it, sorted(took)) for it, took in found.durations.items())
        if run_id in lines
    ]
    count = len(found.durations)
    mixed = _maybe_flaky(found.totals)
    flaky = _cases(store, count, nlargest(SHOWN, mixed, key=mixed.__getitem__))
    slow = _cases(store, count, _slowest(found.times))
    flaky = [case for case in flaky if case.is_flaky]
    flaky.sort(key=lambda it: -sum(past.is_bad for past in it.outcomes))
    coverage = store.newest_coverage(PAGE_LINES)
    return PastRuns(trend, flaky, slow, coverage, len(mixed), len(found.times))


def _maybe_flaky(totals: Sequence[PastTotal]) -> Mapping[_Key, int]:
    """Return how often each case did not pass that also passed."""
    bad: dict[_Key, int] = {}
    for it in totals:
        if it.passed and it.bad:
            key = (it.case_key, it.data_row)
            bad[key] = max(bad.get(key, 0), it.bad)
    return bad


def _slowest(times: Mapping[_Key, Sequence[float]]) -> list[_Key]:
    """Return the cases with the highest 95th percentile, the slowest first."""
    slow = {key: percentile(sorted(took), 95) or 0.0 for key, took in times.items()}
    order = sorted(slow, key=lambda key: (key[0], key[1] or ""))
    return nlargest(SHOWN, order, key=slow.__getitem__)


def _cases(store: Store, runs: int, keys: Sequence[_Key]) -> list[CaseHistory]:
    known: Mapping[str, Mapping[str | None, CaseHistory]] = {
        key: {
            case.data_row: case_history(case)
            for case in store.past_cases(runs, PastFilter(case_key=key)).cases
        }
        for key in {key for key, _ in keys}
    }
    return [known[key][row] for key, row in keys if row in known[key]]
