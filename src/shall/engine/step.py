"""Runs one step or teardown: build, send, check."""

import time
from collections.abc import Iterable, Sequence

from msgspec import UNSET, Struct

from shall.engine.evaluate import evaluate
from shall.engine.plan import CallPlan, CheckPlan
from shall.engine.ports import Attachments
from shall.engine.query import Content, Selected, read_content
from shall.engine.record import Secrecy, StepRecord
from shall.engine.request import build_request
from shall.engine.scope import Scope
from shall.errors import (
    BadExpression,
    BadValue,
    ShallError,
    TargetDenied,
    TargetUnreachable,
    TimedOut,
)
from shall.messages import Message
from shall.results.records import CheckResult, Outcome, StepResult
from shall.transport.exchange import Request, Response
from shall.transport.waits import Work

FIRST_ERROR_STATUS = 400


class CaseContext(Struct):
    """What the steps of one case share."""

    scope: Scope
    attachments: Attachments
    secrecy: Secrecy


def run_call(call: CallPlan, context: CaseContext) -> Work[StepRecord]:
    """Run one call. What goes wrong is in its record; only ``Stopped`` passes through."""
    started = time.perf_counter()
    scope = context.scope
    request: Request | None = None
    try:
        assert call.request is not None  # noqa: S101 - the caller looked
        request = build_request(call.request, scope, context.attachments, context.secrecy)
        context.secrecy.requests.append(request)
        response = yield request
        scope.budget.check_time()
        content = read_content(response, scope.budget)
        _remember(call.id, content, scope)  # a check may read the response of its own step
        lost = _capture(call, response, content, scope) if call.capture else None
        try:
            outcome, checks = _check_all(call, response, content, context)
        except BadExpression:
            if lost is not None:  # it is the reason
                raise lost from None
            raise
        context.secrecy.answers.append((response, content.value))
    except ShallError as error:
        return StepRecord(
            call.id,
            call.path,
            Outcome.ERROR,
            time.perf_counter() - started,
            request=request,
            error=error_message(error),
            retryable=error.retryable,
        )
    if lost is not None and outcome is Outcome.PASSED:
        return StepRecord(
            call.id,
            call.path,
            Outcome.ERROR,
            time.perf_counter() - started,
            checks,
            request,
            response,
            error_message(lost),
            plans=call.checks,
        )
    duration_s = time.perf_counter() - started
    return StepRecord(
        call.id, call.path, outcome, duration_s, checks, request, response, plans=call.checks
    )


def error_message(error: ShallError) -> Message:
    """Return an error as a message."""
    code = "step.error"
    if isinstance(error, TimedOut):
        code = "step.timed_out"
    elif isinstance(error, TargetUnreachable):
        code = "step.unreachable"
    elif isinstance(error, TargetDenied):
        code = f"step.denied.{error.details['why']}"
    return Message(code, {"reason": str(error), "error_code": error.code, **error.details})


def worst(judged: Iterable[StepRecord | StepResult | CheckResult]) -> Outcome:
    """Return the worst outcome of several steps or checks; none is a pass."""
    found = Outcome.PASSED
    for each in judged:
        if each.outcome is Outcome.ERROR:
            return Outcome.ERROR
        if each.outcome is Outcome.FAILED:
            found = Outcome.FAILED
    return found


def _capture(call: CallPlan, response: Response, content: Content, scope: Scope) -> BadValue | None:
    """Set the variables that a step captures; return what is missing first, if anything is."""
    lost = None
    for name, select in call.capture:
        found = select(response, content, scope.budget)
        if found.found:
            scope.budget.expand_value(found.value)
            scope.variables[name] = found.value
        elif lost is None:
            path = f"{call.path}.capture.{name}"
            message = f"`{name}` cannot be captured: {found.reason}."
            lost = BadValue(message, details={"path": path})
    return lost


def _check_all(
    call: CallPlan, response: Response, content: Content, context: CaseContext
) -> tuple[Outcome, Sequence[CheckResult]]:
    """Carry out every check; return the worst outcome, too."""
    budget = context.scope.budget
    checks = [] if call.asserts_status else [_implicit(call, response)]
    all_passed = call.asserts_status or checks[0].outcome is Outcome.PASSED
    for plan in call.checks:
        wanted = plan.equal_to
        if wanted is not UNSET:
            value = plan.select(response, content, budget).value
            if type(value) is type(wanted) and value == wanted:
                checks.append(
                    CheckResult(plan.kind, plan.path, Outcome.PASSED, plan.field, wanted, wanted)
                )
                continue
        budget.check_time()
        check = _check(plan, response, content, context)
        all_passed = all_passed and check.outcome is Outcome.PASSED
        checks.append(check)
    outcome = Outcome.PASSED if all_passed else worst(checks)
    return outcome, checks


def _check(
    plan: CheckPlan, response: Response, content: Content, context: CaseContext
) -> CheckResult:
    check, scope = plan.check, context.scope
    if plan.compare is None:
        message = Message("check.not_supported", {"kind": plan.kind})
        return CheckResult(
            plan.kind, plan.path, Outcome.ERROR, plan.field, check.expected, message=message
        )
    expected = check.expected if plan.is_constant else evaluate(check.expected, scope)
    if check.container is None:
        actual = plan.select(response, content, scope.budget)
    else:  # the older form: is this value in that list?
        actual, expected = Selected(expected), evaluate(check.container, scope)
    against = expected
    if plan.prepare is not None:
        against, expected = plan.prepare(expected, context.attachments)
    wrong = plan.compare(actual, against, scope.budget)
    outcome = Outcome.PASSED if wrong is None else Outcome.FAILED
    if wrong is not None and wrong.code in ERRORS:
        outcome = Outcome.ERROR
    return CheckResult(
        plan.kind,
        plan.path,
        outcome,
        plan.field,
        expected,
        actual.value,
        actual.found,
        False,
        wrong,
    )


ERRORS = frozenset({"check.not_json", "check.bad_schema"})
"""What a comparison says where it could not be carried out."""


def _implicit(call: CallPlan, response: Response) -> CheckResult:
    good = response.status < FIRST_ERROR_STATUS or response.status in call.allow_status
    return CheckResult(
        "status_code",
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
        scope.missing[step_id] = f"its response {content.why_not_json}"
    else:
        scope.missing[step_id] = "its response has no body"
