"""Records to database values and back."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from shall.errors import BadValue, StoreUnavailable
from shall.results.encoding import decode_case
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.store.records import RunRecord


def time_text(moment: datetime) -> str:
    """Return a time as UTC text that sorts."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    if not utc.microsecond:
        return utc.isoformat(timespec="microseconds")
    text: str = msgspec.to_builtins(utc)  # five times faster, but without microseconds that are 0
    return f"{text[:-1]}+00:00"


def plain(text: str) -> str:
    """Return text that any database can hold: a lone surrogate becomes its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


class RunRow(Struct, frozen=True):
    """A row of ``runs``."""

    id: int
    run_id: str
    started_at: str
    status: str
    total: int
    duration_s: float | None
    environment: str
    lease: str


def run_record(row: RunRow, status: RunStatus, cases: Sequence[tuple[str, str]]) -> RunRecord:
    """Return a run from its row, its true status, and its cases' names and outcomes."""
    counts = Counter(outcome for _, outcome in cases)
    return RunRecord(
        run_id=row.run_id,
        started_at=datetime.fromisoformat(row.started_at),
        status=status,
        total=row.total,
        passed=counts[Outcome.PASSED],
        failed=counts[Outcome.FAILED],
        errors=counts[Outcome.ERROR],
        skipped=counts[Outcome.SKIPPED],
        duration_s=row.duration_s,
        environment=row.environment,
        test_names=tuple(name for name, _ in cases),
    )


def case_row(case: CaseResult, encoded: bytes) -> tuple[Any, ...]:
    """Return the columns of ``cases`` after its number and its run's."""
    return (
        plain(case.case_key),
        plain(case.name),
        None if case.data_row is None else plain(case.data_row),
        case.attempt,
        case.shard,
        plain(case.environment),
        case.outcome._value_,  # SQLite looks for a converter of each type that is not its own
        None if case.teardown_outcome is None else case.teardown_outcome._value_,
        time_text(case.started_at),
        case.duration_s,
        case.checks_executed,
        case.case_fingerprint,
        encoded.decode("utf-8"),
    )


def case_from_text(text: str) -> CaseResult:
    """Return the case's result back.

    Raises:
        StoreUnavailable: A newer release wrote it, or it is damaged.
    """
    try:
        return decode_case(text)
    except BadValue as error:
        raise StoreUnavailable(f"A case of this run cannot be read: {error}") from error
