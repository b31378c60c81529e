"""The columns of a case beside its result, and the counts of a run: lists are made from them.

Every function runs inside the caller's transaction.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from shall.results.records import CaseResult, Outcome, feature_of, is_bad
from shall.store.rows import plain

if TYPE_CHECKING:
    import sqlite3

_LAST_NUMBER = """
    SELECT max(
        coalesce((SELECT max(number) FROM cases WHERE run = :run AND is_bad = 0), 0),
        coalesce((SELECT max(number) FROM cases WHERE run = :run AND is_bad = 1), 0)
    )
"""
_COUNT = """
    INSERT INTO case_counts VALUES (?, ?, ?, ?)
    ON CONFLICT (run, kind, value) DO UPDATE SET cases = cases + excluded.cases
"""
_NOT_BAD = frozenset({Outcome.PASSED, Outcome.SKIPPED})
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def line_row(case: CaseResult, number: int) -> tuple[Any, ...]:
    """Return the columns of ``cases`` after its document."""
    return (
        number,
        int(is_bad(case)),
        list_text([ref.key for ref in case.criteria]),
        list_text(case.tags),
        _reason_of(case),
        case.retries or 0,
        case.worker or None,
    )


def _reason_of(case: CaseResult) -> str | None:
    if case.error is None and not is_bad(case):
        return None
    from shall.results.reason import reason_of, reason_text  # most cases pass

    reason = reason_of(case)
    return None if reason is None else reason_text(reason)


def last_number(connection: "sqlite3.Connection", run: int) -> int:
    """Return the number of the last case of a run; 0 without one."""
    number: int = connection.execute(_LAST_NUMBER, {"run": run}).fetchone()[0]
    return number


def count_cases(connection: "sqlite3.Connection", cases: Iterable[tuple[int, CaseResult]]) -> None:
    """Count the cases of runs, each given by its row number, that were just stored."""
    counted: Counter[tuple[int, str, str]] = Counter()
    tagged: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for run, case in cases:
        is_torn = case.outcome in _NOT_BAD and case.teardown_outcome in _BAD
        counted[run, "outcome", Outcome.ERROR if is_torn else case.outcome] += 1
        if case.tags:
            tagged[run, case.tags] += 1
        if len(case.criteria) == 1:
            counted[run, "feature", feature_of(case.criteria[0].key)] += 1
        else:
            for feature in {feature_of(ref.key) for ref in case.criteria}:
                counted[run, "feature", feature] += 1
    for (run, tags), count in tagged.items():
        for tag in {*tags}:
            counted[run, "tag", tag] += count
    rows = [(run, kind, plain(value), count) for (run, kind, value), count in counted.items()]
    connection.executemany(_COUNT, rows)


def list_text(items: Sequence[str]) -> str:
    """Return texts as a list of JSON."""
    return msgspec.json.encode([plain(it) for it in items]).decode() if items else "[]"
