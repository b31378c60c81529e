"""Records to database values and back."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shall.engine.result import (
    FORMAT,
    CaseResult,
    CheckResult,
    CriterionRef,
    ExchangeRecord,
    Outcome,
    RunStatus,
    StepResult,
    Timings,
)
from shall.errors import StoreTooNew
from shall.messages import Message
from shall.store.base import CallRecord, RunRecord


def time_text(moment: datetime) -> str:
    """Give a time as UTC text that sorts."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def plain(text: str) -> str:
    """Give text that any database can hold: a lone surrogate becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def json_text(value: Any) -> str:
    """Give any JSON-like value, dataclasses included, as JSON text in ASCII."""
    return json.dumps(value, default=_as_json, separators=(",", ":"))


def _as_json(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


class RunRow(NamedTuple):
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
    """Give a run from its row, its true status, and its cases' names and outcomes."""
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


def call_row(call: CallRecord) -> tuple[Any, ...]:
    """Give the columns of ``calls`` after its number."""
    return (
        time_text(call.at),
        plain(call.tool),
        plain(call.request_id),
        plain(call.status),
        call.latency_ms,
        call.error_code,
        json_text(call.meta),
    )


def case_row(case: CaseResult) -> tuple[Any, ...]:
    """Give the columns of ``cases`` after its number and its run's."""
    return (
        plain(case.case_key),
        plain(case.name),
        None if case.data_row is None else plain(case.data_row),
        case.attempt,
        case.shard,
        plain(case.environment),
        case.outcome,
        case.teardown_outcome,
        time_text(case.started_at),
        case.duration_s,
        case.checks_executed,
        case.case_fingerprint,
        case_to_text(case),
    )


def step_row(step: StepResult) -> tuple[Any, ...]:
    """Give the columns of ``steps`` after its number and its case's."""
    exchange = step.exchange
    return (
        step.path,
        plain(step.id),
        step.outcome,
        step.duration_s,
        None if exchange is None else plain(exchange.method),
        None if exchange is None else plain(exchange.url),
        None if exchange is None else exchange.status,
        None if step.error is None else step.error.code,
    )


def check_row(check: CheckResult) -> tuple[Any, ...]:
    """Give the columns of ``checks`` after its number and its step's."""
    field = None if check.field is None else plain(check.field)
    return (check.path, plain(check.kind), field, check.outcome, check.implicit)


def case_to_text(case: CaseResult) -> str:
    """Give a case's whole result as JSON text."""
    return json_text({"format": FORMAT, "case": case})


def case_from_text(text: str) -> CaseResult:
    """Give the case's result back.

    Raises:
        StoreTooNew: A newer release wrote it.
    """
    data = json.loads(text)
    if data["format"] > FORMAT:
        raise StoreTooNew(
            f"A case result has format {data['format']}; this release knows up to {FORMAT}.",
            hint="Upgrade shall.",
        )
    case = data["case"]
    ends = case["teardown_outcome"]
    return CaseResult(
        **{
            **case,
            "outcome": Outcome(case["outcome"]),
            "started_at": datetime.fromisoformat(case["started_at"]),
            "steps": tuple(_step(step) for step in case["steps"]),
            "teardowns": tuple(_step(step) for step in case["teardowns"]),
            "teardown_outcome": None if ends is None else Outcome(ends),
            "error": _message(case["error"]),
            "criteria": tuple(CriterionRef(**criterion) for criterion in case["criteria"]),
            "tags": tuple(case["tags"]),
        }
    )


def _step(data: dict[str, Any]) -> StepResult:
    changed = {
        "outcome": Outcome(data["outcome"]),
        "checks": tuple(_check(check) for check in data["checks"]),
        "exchange": _exchange(data["exchange"]),
        "error": _message(data["error"]),
    }
    return StepResult(**{**data, **changed})


def _check(data: dict[str, Any]) -> CheckResult:
    changed = {"outcome": Outcome(data["outcome"]), "message": _message(data["message"])}
    return CheckResult(**{**data, **changed})


def _exchange(data: dict[str, Any] | None) -> ExchangeRecord | None:
    if data is None:
        return None
    changed = {
        "request_headers": tuple((name, value) for name, value in data["request_headers"]),
        "response_headers": tuple((name, value) for name, value in data["response_headers"]),
        "timings": Timings(**data["timings"]),
    }
    return ExchangeRecord(**{**data, **changed})


def _message(data: dict[str, Any] | None) -> Message | None:
    return None if data is None else Message(**data)
