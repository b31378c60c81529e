"""What came of a unit case file, from what its child wrote down: a step for each case."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, UnsetType

from shall.cases.unit.model import CallKind, Mock, Unit, UnitCase, UnitCheck
from shall.cases.unit.script import Place, Script
from shall.engine.job import Job
from shall.engine.predicate import shown
from shall.engine.record import last_name
from shall.engine.redact import Redactor
from shall.engine.step import worst
from shall.messages import Message
from shall.redaction.forms import MASK
from shall.results.records import CaseResult, CheckResult, Outcome, Position, StepResult

_SIGNS = {
    "less_than": "<",
    "less_or_equal": "<=",
    "greater_than": ">",
    "greater_or_equal": ">=",
}
_CODES: Mapping[Any, str] = {
    "equals": "check.differs",
    "not_equals": "check.equal",
    "is_none": "check.not_none",
    "is_not_none": "check.none",
    "not_exists": "check.present",
    "contains": "check.not_contained",
    "not_contains": "check.contained",
    "in": "check.not_in",
    "not_in": "check.in",
    "regex": "check.no_match",
    CallKind.TYPE: "unit.type",
}

_COUNT = re.compile(r"assert (\d+) == ")
_QUOTED = re.compile(r"'([\w.]+)'")

Record = Mapping[str, Any]


def unit_result(
    unit: Unit,
    script: Script,
    records: Sequence[Record],
    fault: Message | None,
    redactor: Redactor,
    job: Job,
) -> CaseResult:
    """Return the result of a file; ``fault`` is why it was not run to its end.

    A case of which nothing was written is an error. A file of which a case was skipped counts as
    skipped, unless another one is bad: what it verifies is not proved as a whole.
    """
    phases: dict[str, list[Record]] = {name: [] for name in script.tests}
    for record in records:
        if record.get("event") in ("phase", "started") and record.get("test") in phases:
            phases[str(record["test"])].append(record)
    steps = tuple(
        _step(unit, index, script, phases[script.tests[index]], fault)
        for index, case in enumerate(unit.cases)
    )
    steps = tuple(
        _masked_step(it, redactor, job, _setup_at_fault(it.path, script, phases[test]) or it.path)
        for it, test in zip(steps, script.tests, strict=True)
    )
    outcome = worst(steps)
    error = fault
    if fault is not None:
        outcome = Outcome.ERROR
    elif outcome is Outcome.PASSED and any(it.outcome is Outcome.SKIPPED for it in steps):
        outcome = Outcome.SKIPPED
    if error is None and outcome is Outcome.SKIPPED:
        skipped = [it for it in steps if it.outcome is Outcome.SKIPPED]
        reason = str(skipped[0].error.params.get("reason", "")) if skipped[0].error else ""
        params = {"skipped": len(skipped), "cases": len(steps), "reason": reason}
        error = Message("unit.skipped", params)
    name = redactor.text(unit.name)
    return CaseResult(
        run_id="",
        case_key=job.key,
        name=name,
        outcome=outcome,
        started_at=datetime.now(UTC),
        duration_s=0.0,
        checks_executed=sum(
            it.outcome is not Outcome.SKIPPED for step in steps for it in step.checks
        ),
        steps=steps,
        error=redactor.message(error),
        data_row=job.data_row,
        attempt=job.attempt,
        criteria=job.criteria,
        case_fingerprint=job.fingerprint,
        tags=unit.tags,
    )


def _step(
    unit: Unit, index: int, script: Script, records: Sequence[Record], fault: Message | None
) -> StepResult:
    case, path = unit.cases[index], f"cases[{index}]"
    phases = [it for it in records if it["event"] == "phase"]
    bad = next((it for it in phases if it.get("outcome") == "failed"), None)
    skipped = next((it for it in phases if it.get("outcome") == "skipped"), None)
    duration_s = sum(float(it.get("duration") or 0.0) for it in phases)
    error: Message | None = None
    checks: tuple[CheckResult, ...] = ()
    if bad is not None and (mock := _mock(unit, case, _setup_at_fault(path, script, records))):
        outcome = Outcome.ERROR
        error = _no_mock(mock, bad)
    elif bad is not None and bad.get("when") == "call":
        outcome = Outcome.FAILED
        checks, error = _failed(case, path, script, bad)
    elif bad is not None:
        outcome = Outcome.ERROR
        error = Message("unit.fixture", {"when": bad.get("when", ""), "reason": _raised(bad)})
    elif skipped is not None:
        outcome = Outcome.SKIPPED
        error = Message("unit.skip", {"reason": skipped.get("text") or case.skip or "-"})
    elif {it.get("when") for it in phases} == {"setup", "call", "teardown"}:
        outcome = Outcome.PASSED
        checks = tuple(
            _check(check, f"{path}.assert[{at}]", Outcome.PASSED)
            for at, check in enumerate(case.checks)
        )
    else:
        outcome = Outcome.ERROR if records or fault is None else Outcome.SKIPPED
        error = Message("unit.unfinished" if records else "unit.not_reached", {})
    return StepResult(case.id, path, outcome, duration_s, checks, error=error)


def _setup_at_fault(path: str, script: Script, records: Sequence[Record]) -> str:
    """Return the path of the mock or fixture that failed before the call; empty where none did."""
    bad = next((it for it in records if it.get("outcome") == "failed"), None)
    place = None if bad is None else _place(script, bad)
    prefixes = (f"{path}.mocks[", "fixtures.setup[")
    return place.path if place is not None and place.path.startswith(prefixes) else ""


def _mock(unit: Unit, case: UnitCase, path: str) -> Mock | None:
    if not path:
        return None
    index = int(path.rpartition("[")[2][:-1])
    return unit.setup[index].mock if path.startswith("fixtures.") else case.mocks[index]


def _no_mock(mock: Mock, record: Record) -> Message:
    missing = _QUOTED.findall(str(record.get("text")))[-1:]
    is_missing = record.get("kind") in {"AttributeError", "ModuleNotFoundError"}
    if is_missing and any(f".{it}." in f".{mock.target}." for it in missing):
        return Message("unit.no_mock_target", {"target": mock.target})
    return Message("unit.mock", {"target": mock.target, "reason": _raised(record)})


def _masked_step(step: StepResult, redactor: Redactor, job: Job, place: str) -> StepResult:
    """Return a step without secrets, with its place where it is bad."""
    position: Position | UnsetType = UNSET
    if job.locate is not None and step.outcome in (Outcome.FAILED, Outcome.ERROR):
        position = job.locate(place)
    return StepResult(
        redactor.text(step.id),
        step.path,
        step.outcome,
        step.duration_s,
        tuple(_masked(it, redactor, job) for it in step.checks),
        error=redactor.message(step.error),
        position=position,
    )


def _failed(
    case: UnitCase, path: str, script: Script, record: Record
) -> tuple[tuple[CheckResult, ...], Message | None]:
    """Return the checks up to the one that did not hold, or what the call raised."""
    place = _place(script, record)
    prefix = f"{path}.assert["
    if place is None or not place.path.startswith(prefix):
        return (), Message("unit.raised", {"reason": _raised(record)})
    number = int(place.path.removeprefix(prefix).rstrip("]"))
    found = []
    for at, check in enumerate(case.checks):
        if at == number:
            found.append(_failed_check(check, place, record))
        elif at < number and check.kind is not CallKind.RAISES:
            found.append(_check(check, f"{prefix}{at}]", Outcome.PASSED))
    return tuple(found), None


def _place(script: Script, record: Record) -> Place | None:
    line = record.get("line", 0)
    found = [it for it in script.places if it.first <= line <= it.last]
    return found[-1] if found else None


def _raised(record: Record) -> str:
    text = f"{record.get('kind')}: {record['text']}" if record.get("text") else record.get("kind")
    file, line = record.get("place") or (None, 0)
    return f"{text} ({file}:{line})" if file else str(text)


def _check(check: UnitCheck, path: str, outcome: Outcome) -> CheckResult:
    return CheckResult(str(check.kind), path, outcome, check.field, _expected(check))


def _expected(check: UnitCheck) -> Any:
    if check.kind is CallKind.RAISES:
        return check.exception if check.message is None else f"{check.exception}: {check.message}"
    arguments = check.arguments
    if arguments.args or arguments.kwargs:
        return {"args": list(arguments.args), "kwargs": dict(arguments.kwargs)}
    return check.expected


def _failed_check(check: UnitCheck, place: Place, record: Record) -> CheckResult:
    values = record.get("locals") or {}
    has_value = place.shows in values
    actual = values.get(place.shows)
    expected = _expected(check)
    params = {"expected": shown(expected), "actual": shown(actual)}
    is_assertion = record.get("kind") == "AssertionError"
    if check.kind is CallKind.RAISES:
        has_value, actual, message = _not_raised(check, record)
    elif isinstance(check.kind, CallKind) and check.kind is not CallKind.TYPE:
        has_value, actual, message = _not_called_so(check, str(record.get("text") or ""))
    elif not is_assertion:
        message = Message(
            "check.not_found", {"expected": shown(expected), "reason": _raised(record)}
        )
        has_value = False
    elif check.kind == "length":
        length = len(actual) if isinstance(actual, str | list | dict) else "?"
        message = Message("check.length", {**params, "actual": length})
    elif check.kind in _SIGNS:
        message = Message("check.order", {**params, "sign": _SIGNS[check.kind]})
    else:
        message = Message(_CODES[check.kind], params)
    return CheckResult(
        str(check.kind),
        place.path,
        Outcome.FAILED,
        check.field,
        expected,
        actual if has_value else None,
        has_value,
        message=message,
    )


def _not_called_so(check: UnitCheck, text: str) -> tuple[bool, Any, Message]:
    """Return what ``unittest.mock`` says of the calls, whose texts have several lines."""
    if check.kind is CallKind.CALL_COUNT and (found := _COUNT.match(text)):
        params = {"expected": shown(check.expected), "actual": found[1]}
        return True, int(found[1]), Message("check.differs", params)
    actual = text.partition("Actual: ")[2] or text.partition("Calls: ")[2]
    message = Message("unit.calls", {"reason": " ".join(text.split("\n  ")).replace("\n", " ")})
    return bool(actual), actual or None, message


def _not_raised(check: UnitCheck, record: Record) -> tuple[bool, Any, Message]:
    expected = shown(check.exception)
    values = record.get("locals") or {}
    if record.get("kind") == "AssertionError" and "raised" in values and check.message is not None:
        params = {"expected": shown(check.message), "actual": shown(values["raised"])}
        return True, values["raised"], Message("check.not_contained", params)
    if str(record.get("text", "")).startswith("DID NOT RAISE"):
        return False, None, Message("unit.not_raised", {"expected": expected, "reason": "-"})
    params = {"expected": expected, "reason": _raised(record)}
    return True, _raised(record), Message("unit.other_raised", params)


def _masked(check: CheckResult, redactor: Redactor, job: Job) -> CheckResult:
    position: Position | UnsetType = UNSET
    if job.locate is not None and check.outcome is Outcome.FAILED:
        position = job.locate(check.path)
    name = last_name(check.field)
    is_secret = name is not None and redactor.names(name)
    return CheckResult(
        check.kind,
        check.path,
        check.outcome,
        check.field,
        MASK if is_secret and check.expected is not None else redactor.value(check.expected),
        MASK if is_secret and check.actual is not None else redactor.value(check.actual),
        check.found,
        check.implicit,
        None if is_secret else redactor.message(check.message),
        position,
    )
