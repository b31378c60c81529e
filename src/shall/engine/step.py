"""Runs one step or teardown: build, send, check."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shall.cases.model import Case, Check, CheckKind, RequestTemplate
from shall.engine.building import build_request
from shall.engine.compare import NOT_SUPPORTED, compare
from shall.engine.evaluate import evaluate
from shall.engine.job import RunOptions
from shall.engine.ports import Attachments, Session
from shall.engine.record import StepRecord, learn_from
from shall.engine.redact import Redactor
from shall.engine.scope import Scope
from shall.engine.select import Content, Selected, read_content, select
from shall.errors import ShallError, TargetDenied, TargetUnreachable, TimedOut
from shall.messages import Message
from shall.results.records import CheckResult, Outcome, StepResult
from shall.transport.exchange import Request, Response

FIRST_ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the steps of one case share."""

    case: Case
    options: RunOptions
    scope: Scope
    session: Session
    attachments: Attachments
    redactor: Redactor


@dataclass(frozen=True, slots=True)
class Call:
    """A step or a teardown as it is run. ``path`` is its place: ``steps[0]``."""

    id: str
    path: str
    request: RequestTemplate
    checks: tuple[Check, ...]
    allow_status: tuple[int, ...]


async def run_call(call: Call, around: Surroundings) -> StepRecord:
    """Run one call. What goes wrong is in its record; only cancelling passes through."""
    started = time.perf_counter()
    request: Request | None = None
    try:
        request = build_request(
            call.request, around.case, around.scope, around.options, around.attachments
        )
        response = await around.session.send(request)
        content = read_content(response)
        _remember(call.id, content, around.scope)  # a check may read the response of its own step
        checks = _check_all(call, response, content, around.scope)
    except ShallError as error:
        result = StepResult(
            call.id,
            call.path,
            Outcome.ERROR,
            time.perf_counter() - started,
            error=error_message(error),
            retryable=error.retryable,
        )
        record = StepRecord(result, request)
        learn_from(around.redactor, record, None)
        return record
    outcome = worst(check.outcome for check in checks)
    result = StepResult(call.id, call.path, outcome, time.perf_counter() - started, tuple(checks))
    record = StepRecord(result, request, response)
    learn_from(around.redactor, record, content.value)
    return record


def error_message(error: ShallError) -> Message:
    """Say an error as a message."""
    code = "step.error"
    if isinstance(error, TimedOut):
        code = "step.timed_out"
    elif isinstance(error, TargetUnreachable):
        code = "step.unreachable"
    elif isinstance(error, TargetDenied):
        code = f"step.denied.{error.details['why']}"
    return Message(code, {"reason": str(error), "error_code": error.code, **error.details})


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Give the worst of several outcomes; none is a pass."""
    found = set(outcomes)
    return next((it for it in (Outcome.ERROR, Outcome.FAILED) if it in found), Outcome.PASSED)


def _check_all(
    call: Call, response: Response, content: Content, scope: Scope
) -> Sequence[CheckResult]:
    checks = [
        _check(check, f"{call.path}.assert[{index}]", response, content, scope)
        for index, check in enumerate(call.checks)
    ]
    if not any(check.kind is CheckKind.STATUS for check in call.checks):
        checks.insert(0, _implicit(call, response))
    return checks


def _check(
    check: Check, path: str, response: Response, content: Content, scope: Scope
) -> CheckResult:
    kind, field = check.kind.value, check.field or check.header
    if check.kind in NOT_SUPPORTED:
        message = Message("check.not_supported", {"kind": kind})
        return CheckResult(kind, path, Outcome.ERROR, field, check.expected, message=message)
    expected = evaluate(check.expected, scope)
    if check.container is None:
        actual = select(check, response, content)
    else:  # the older form: is this value in that list?
        actual, expected = Selected(expected), evaluate(check.container, scope)
    wrong = compare(check.kind, actual, expected)
    return CheckResult(
        kind,
        path,
        Outcome.PASSED if wrong is None else Outcome.FAILED,
        field,
        expected,
        actual.value,
        actual.found,
        message=wrong,
    )


def _implicit(call: Call, response: Response) -> CheckResult:
    good = response.status < FIRST_ERROR_STATUS or response.status in call.allow_status
    return CheckResult(
        CheckKind.STATUS.value,
        call.path,
        Outcome.PASSED if good else Outcome.FAILED,
        expected=f"below {FIRST_ERROR_STATUS}",
        actual=response.status,
        implicit=True,
        message=None if good else Message("check.error_status", {"actual": response.status}),
    )


def _remember(step_id: str, content: Content, scope: Scope) -> None:
    if content.is_json:
        scope.steps[step_id] = content.value
    elif content.present:
        scope.missing[step_id] = "its response is not JSON"
    else:
        scope.missing[step_id] = "its response has no body"
