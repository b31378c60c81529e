"""Results to rows and back, shared by every database.

What is asked for by itself has a column; the rest of a record is JSON in its ``rest``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from shall.engine.result import FORMAT, CaseResult
from shall.engine.serial import case_from_json

CASE_COLUMNS = (
    "case_key",
    "name",
    "outcome",
    "teardown_outcome",
    "started_at",
    "duration_s",
    "checks_executed",
    "data_row",
    "attempt",
    "shard",
    "environment",
)
STEP_COLUMNS = ("path", "outcome", "duration_s")
CHECK_COLUMNS = ("kind", "path", "outcome", "field")

Row = tuple[Any, ...]


class Stored(Protocol):
    """A row as a database gives it."""

    def __getitem__(self, name: str, /) -> Any:
        """Give the value of a column."""
        ...


def case_row(run_id: str, data: Mapping[str, Any]) -> Row:
    """Give the row of a case."""
    rest = {"error": data["error"], "tags": data["tags"], "format": FORMAT}
    columns = (data[name] for name in CASE_COLUMNS)
    return (run_id, *columns, data["case_fingerprint"], _dump(rest))


def step_row(case_id: int, step: Mapping[str, Any], *, is_teardown: bool) -> Row:
    """Give the row of a step."""
    rest = {name: step[name] for name in ("exchange", "error", "retryable")}
    columns = (step[name] for name in STEP_COLUMNS)
    return (case_id, int(is_teardown), step["id"], *columns, _dump(rest))


def check_row(step_id: int, check: Mapping[str, Any]) -> Row:
    """Give the row of a check."""
    rest = {name: check[name] for name in ("expected", "actual", "found", "implicit", "message")}
    return (step_id, *(check[name] for name in CHECK_COLUMNS), _dump(rest))


def case_of_rows(
    run_id: str,
    case: Stored,
    steps: Sequence[Stored],
    checks: Mapping[int, Sequence[Stored]],
    criteria: Iterable[Stored],
) -> CaseResult:
    """Put a case together again; ``checks`` are by the row id of their step."""
    data: dict[str, Any] = {name: case[name] for name in CASE_COLUMNS}
    data |= json.loads(case["rest"])
    data |= {"run_id": run_id, "case_fingerprint": case["fingerprint"]}
    data["criteria"] = [
        {"key": it["criterion"], "fingerprint": it["fingerprint"]} for it in criteria
    ]
    for name, is_teardown in (("steps", False), ("teardowns", True)):
        data[name] = [
            _step_of_rows(step, checks.get(step["id"], ()))
            for step in steps
            if bool(step["is_teardown"]) is is_teardown
        ]
    return case_from_json(data)


def _step_of_rows(step: Stored, checks: Iterable[Stored]) -> dict[str, Any]:
    data: dict[str, Any] = {"id": step["step_id"]}
    data |= {name: step[name] for name in STEP_COLUMNS}
    data |= json.loads(step["rest"])
    data["checks"] = [
        {name: check[name] for name in CHECK_COLUMNS} | json.loads(check["rest"])
        for check in checks
    ]
    return data


def _dump(value: Any) -> str:
    # A lone surrogate (a broken escape in a response) has no UTF-8: escaped it is kept as it is.
    return json.dumps(value, separators=(",", ":"))
