"""The events of Schemathesis as the results of a run: one case for each operation."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from shall.engine.learning import learn_request, learn_response
from shall.engine.record import StepRecord
from shall.engine.redact import Redactor
from shall.engine.step_results import step_results
from shall.messages import Message
from shall.results.records import CaseResult, CheckResult, Outcome
from shall.transport.exchange import Request, Response

MOST_STEPS = 20
"""Requests of one operation that failed and are stored; the others are the same failures again."""

_LONGEST = 1_000
"""Characters of what Schemathesis says of a failure."""

Json = Mapping[str, Any]


class _Operation(Struct):
    """What was seen of an operation."""

    checks: int = 0
    failures: dict[tuple[str, str], tuple[Json, list[str]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_tested: bool = False


def read_results(
    lines: Iterable[str], operations: Sequence[str], run_id: str, at: datetime, redactor: Redactor
) -> list[CaseResult]:
    """Return the results of the declared operations, and of others that were called.

    ``lines`` are events in JSON, of which the last may be cut. Nothing counts as passed without a
    check that was carried out.
    """
    seen: dict[str, _Operation] = {place: _Operation() for place in operations}
    for event, data in _events(lines):
        if event == "ScenarioFinished":
            _take_scenario(data, seen)
        elif event in ("NonFatalError", "FatalError"):
            label = str(data.get("label", ""))
            place = label if label in seen else "Schemathesis"
            seen.setdefault(place, _Operation()).errors.append(_reason(data))
    return [_case(place, it, run_id, at, redactor) for place, it in seen.items()]


def _events(lines: Iterable[str]) -> Iterable[tuple[str, Json]]:
    for line in lines:
        try:
            read = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the process was killed while it wrote this
        if isinstance(read, dict) and len(read) == 1:
            ((event, data),) = read.items()
            if isinstance(data, dict):
                yield event, data


def _take_scenario(data: Json, seen: dict[str, _Operation]) -> None:
    recorder = data.get("recorder")
    if not isinstance(recorder, dict):
        return
    label = str(recorder.get("label", ""))
    interactions = recorder.get("interactions") or {}
    for case_id, checks in (recorder.get("checks") or {}).items():
        for check in checks:
            failure = (check.get("failure_info") or {}).get("failure") or {}
            place = str(failure.get("operation") or label)
            operation = seen.setdefault(place, _Operation())
            operation.is_tested = True
            operation.checks += 1
            if check.get("status") == "failure":
                _add_failure(operation, check, failure, interactions.get(case_id) or {})


def _add_failure(operation: _Operation, check: Json, failure: Json, interaction: Json) -> None:
    """Add a failure with its request; the same one again is not kept."""
    text = f"{failure.get('title') or check.get('name')}: {failure.get('message') or ''}"
    said = _in_one_line(text)
    key = str(check.get("name")), said
    if key not in operation.failures:
        operation.failures[key] = (interaction, [str(check.get("name")), said])


def _reason(data: Json) -> str:
    value = data.get("value") or data.get("exception") or ""
    said = value.get("message") or value.get("type") if isinstance(value, dict) else value
    return _in_one_line(str(said))


def _in_one_line(text: str) -> str:
    lines = filter(None, (" ".join(it.split()) for it in text.splitlines()))
    return "; ".join(lines).replace(":; ", ": ").rstrip(":")[:_LONGEST]


def _case(
    place: str, operation: _Operation, run_id: str, at: datetime, redactor: Redactor
) -> CaseResult:
    records = [
        _step(number, *found)
        for number, found in enumerate([*operation.failures.values()][:MOST_STEPS])
    ]
    for it in records:
        if it.request is not None:
            learn_request(redactor, it.request)
        if it.response is not None:
            learn_response(redactor, it.response, _json(it.response.body))
    outcome, error = Outcome.PASSED, None
    if records:
        outcome = Outcome.FAILED
    elif operation.errors:
        reason = {"reason": operation.errors[0], "error_code": "fuzz"}
        outcome, error = Outcome.ERROR, redactor.message(Message("step.error", reason))
    elif not operation.is_tested:
        outcome, error = Outcome.SKIPPED, Message("fuzz.untested", {})
    return CaseResult(
        run_id=run_id,
        case_key=f"fuzz: {place}",
        name=place,
        outcome=outcome,
        started_at=at,
        duration_s=sum(it.duration_s for it in records),
        checks_executed=operation.checks,
        steps=step_results(records, redactor, whole=True),
        error=error,
        tags=("fuzz",),
    )


def _step(number: int, interaction: Json, said: Sequence[str]) -> StepRecord:
    path = f"steps[{number}]"
    name, reason = said
    request, response = interaction.get("request") or {}, interaction.get("response") or {}
    message = Message("fuzz.failed", {"reason": reason})
    status = response.get("status_code")
    check = CheckResult(name, path, Outcome.FAILED, actual=status, message=message)
    sent = received = None
    if request:
        sent = Request(
            str(request.get("method", "")),
            str(request.get("uri", "")),
            _headers(request),
            _body(request.get("body")),
        )
    elapsed = float(response.get("elapsed") or 0.0)
    if response:
        received = Response(
            int(response.get("status_code") or 0),
            _headers(response),
            _body(response.get("content")) or b"",
            str(request.get("uri", "")),
        )
    return StepRecord(
        f"failure {number + 1}", path, Outcome.FAILED, elapsed, (check,), sent, received
    )


def _headers(part: Json) -> tuple[tuple[str, str], ...]:
    said = part.get("headers")
    pairs = said.items() if isinstance(said, dict) else ()
    return tuple((str(name), str(it)) for name, values in pairs for it in _listed(values))


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _body(said: Any) -> bytes | None:
    text = said.get("$base64") if isinstance(said, dict) else None
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
