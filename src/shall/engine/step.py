"""Runs one step or teardown: build, send, check."""

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from shall.engine.call_plan import CallPlan, CheckPlan
from shall.engine.check import CaseContext, judge_check, remember
from shall.engine.predicate import shown
from shall.engine.query import Content, read_content, status
from shall.engine.record import StepRecord
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
from shall.results.records import ERROR, FAILED, PASSED, CheckResult, Outcome, StepResult
from shall.transport.exchange import UNAUTHORIZED, Request, Response
from shall.transport.waits import Pause, Work

if TYPE_CHECKING:
    from shall.engine.full_plan import StreamPlan, UntilPlan
    from shall.transport.waits import Statement

FIRST_ERROR_STATUS = 400


def run_call(call: CallPlan, context: CaseContext) -> Work[StepRecord]:
    """Run one call. What goes wrong is in its record; only ``Stopped`` passes through."""
    if not call.is_plain or call.request is None:
        return (yield from _run_any(call, context))
    started, before = time.perf_counter(), context.last
    request: Request | None = None
    try:
        request = build_request(call.request, context.scope, context.attachments, context.secrecy)
        context.secrecy.requests.append(request)
        response = yield request
        if response.status == UNAUTHORIZED:
            return (yield from _refused(call, request, response, context, started))
        return _answered(call, request, response, context, started)
    except ShallError as error:
        return _broken(call, request, context, before, started, error)


def _run_any(call: CallPlan, context: CaseContext) -> Work[StepRecord]:
    """Run a call that may wait, be repeated, query a database or keep its connection open."""
    started, before = time.perf_counter(), context.last
    request: Request | None = None
    wait: Request | Statement
    try:
        if call.delay_s:
            yield Pause(call.delay_s)
        if call.request is None:
            from shall.engine.sql import prepare_query  # few steps ask a database

            assert call.sql is not None  # noqa: S101 - a call without a request
            wait, request = prepare_query(call.sql, context)
        else:
            request = build_request(
                call.request, context.scope, context.attachments, context.secrecy
            )
            if call.access is not None:
                from shall.engine.access import prepare  # few steps have any

                request = yield from prepare(request, call.access, call.request, context)
            wait = request
        context.secrecy.requests.append(request)
        if call.until is not None or call.stream is not None or call.messages is not None:
            record = yield from _run_long(call, wait, request, context, started)
        else:
            response = yield wait
            if response.status == UNAUTHORIZED:
                record = yield from _refused(call, request, response, context, started)
            else:
                record = _answered(call, request, response, context, started)
        if not call.queries:
            return record
        from shall.engine.sql import ask_in_checks  # as above

        return (yield from ask_in_checks(call, record, context))
    except ShallError as error:
        return _broken(call, request, context, before, started, error)


def _broken(
    call: CallPlan,
    request: Request | None,
    context: CaseContext,
    before: tuple[Response, Content] | None,
    started: float,
    error: ShallError,
) -> StepRecord:
    """Return what a step did that could not be carried out."""
    return StepRecord(
        call.id,
        call.path,
        ERROR,
        time.perf_counter() - started,
        request=request,
        response=_last_response(context, before),
        error=error_message(error),
        retryable=error.retryable,
    )


def _last_response(
    context: CaseContext, before: tuple[Response, Content] | None
) -> Response | None:
    """Return the response that a step read, so that its secrets are known."""
    return None if context.last is None or context.last is before else context.last[0]


def _answered(
    call: CallPlan,
    request: Request,
    response: Response,
    context: CaseContext,
    started: float,
    content: Content | None = None,
) -> StepRecord:
    """Return what a step did that has its response; ``content``: what was made of its body."""
    scope = context.scope
    scope.budget.check_time()
    if content is None:
        content = read_content(response, scope.budget)
    remember(call.id, content, scope)  # a check may read the response of its own step
    context.last = response, content
    context.secrecy.answers.append((response, content.value))
    plans: Sequence[CheckPlan] = call.checks
    error: Message | None = None
    if call.is_plain:
        outcome, checks, at_once = _check_all(call, response, content, context)
    else:
        at_once = False  # checks of another kind may be added to its record
        outcome, checks, plans, error = _check_any(call, request, response, content, context)
    return StepRecord(
        call.id,
        call.path,
        outcome,
        time.perf_counter() - started,
        checks,
        request,
        response,
        plans,
        at_once,
        error,
    )


def _check_any(
    call: CallPlan, request: Request, response: Response, content: Content, context: CaseContext
) -> tuple[Outcome, list[CheckResult], Sequence[CheckPlan], Message | None]:
    """Return what came of a step that captures values, or checks the response as a whole.

    It is the worst outcome, the results of the checks, their plans, and the error of a capture.
    """
    lost = _capture(call, response, content, context.scope) if call.capture else None
    try:
        outcome, checks, _ = _check_all(call, response, content, context)
    except BadExpression:
        if lost is not None:  # it is the reason
            raise lost from None
        raise
    if call.refuses_errors and (problem := _graphql_errors(call, content)):
        outcome, checks = worst([*checks, problem]), [problem, *checks]
    plans: Sequence[CheckPlan] = call.checks
    if call.contract is not None:
        from shall.engine.contract import judge_contract  # few steps have one

        judged = judge_contract(call.contract, request, response, content, context)
        checks, plans = [*checks, judged], [*plans, call.contract.check]
        outcome = worst(checks)
    error = None
    if lost is not None and outcome is PASSED:
        outcome, error = ERROR, error_message(lost)
    return outcome, checks, plans, error


def _graphql_errors(call: CallPlan, content: Content) -> CheckResult | None:
    """Return a check that failed where a GraphQL response has errors."""
    errors = content.value.get("errors") if isinstance(content.value, dict) else None
    if not errors:
        return None
    return CheckResult(
        "not_exists",
        call.path,
        FAILED,
        "errors",
        actual=errors,
        implicit=True,
        message=Message("check.graphql_errors", {"actual": shown(errors)}),
    )


def _refused(
    call: CallPlan, request: Request, response: Response, context: CaseContext, started: float
) -> Work[StepRecord]:
    """Return what a step did that has a 401: it may be repeated with a new token."""
    from shall.engine.renewal import renewed  # few services refuse a token

    request, response, renewal = yield from renewed(call, request, response, context)
    record = _answered(call, request, response, context, started)
    record.renewal = renewal
    return record


def _run_long(
    call: CallPlan,
    wait: "Request | Statement",
    request: Request,
    context: CaseContext,
    started: float,
) -> Work[StepRecord]:
    """Run a call that is repeated, or whose connection stays open: a stream, or a WebSocket."""
    if call.until is not None:
        return (yield from _run_until(call, call.until, wait, request, context, started))
    if call.stream is None:
        return (yield from _run_websocket(call, request, context, started))
    return (yield from _run_stream(call, call.stream, request, context, started))


def _run_stream(
    call: CallPlan, stream: "StreamPlan", request: Request, context: CaseContext, started: float
) -> Work[StepRecord]:
    """Read a stream of events; the checks of the step are about all that were read."""
    from shall.engine.stream import EventReader, streamed  # few steps read one

    reader = EventReader(stream, context)
    response: Response | None = None
    try:
        response = yield streamed(request, stream, reader)
        is_stream = response.status < FIRST_ERROR_STATUS
        content = reader.content(response) if is_stream else None
    except ShallError as error:
        response = response or reader.broken
        if response is None:
            raise
        context.secrecy.answers += reader.answers(response)
        record = StepRecord(
            call.id,
            call.path,
            ERROR,
            time.perf_counter() - started,
            reader.checks,
            request,
            response,
            plans=stream.until,
        )
        return _ended_by(error, record)
    record = _answered(call, request, response, context, started, content)
    if is_stream and stream.until:
        checks = reader.until_checks()
        record.checks = (*checks, *record.checks)
        record.plans = (*stream.until, *record.plans)
        record.outcome = worst([record, *checks])
    return record


def _run_websocket(
    call: CallPlan, request: Request, context: CaseContext, started: float
) -> Work[StepRecord]:
    """Send and await messages; the checks of the step are about all that were received."""
    from shall.engine.websocket import converse  # few steps open one

    talk = yield from converse(call, request, context)
    if talk.sent:
        request = replace(request, body=b"\n".join(talk.sent))
    if talk.error is not None:
        context.secrecy.answers.append((talk.response, talk.content().value))
        record = StepRecord(
            call.id,
            call.path,
            ERROR,
            time.perf_counter() - started,
            talk.checks,
            request,
            talk.response,
            plans=talk.plans,
        )
        return _ended_by(talk.error, record)
    content = talk.content() if talk.values or talk.closed or talk.is_good else None
    record = _answered(call, request, talk.response, context, started, content)
    record.checks = (*talk.checks, *record.checks)
    record.plans = (*talk.plans, *record.plans)
    record.outcome = worst([record, *talk.checks])
    return record


def _run_until(
    call: CallPlan,
    until: "UntilPlan",
    wait: "Request | Statement",
    request: Request,
    context: CaseContext,
    started: float,
) -> Work[StepRecord]:
    """Repeat a request; the checks of the step are about the last response."""
    from shall.engine.polling import poll  # few steps repeat their request

    polled = yield from poll(call, until, wait, context)
    if isinstance(polled.request, Request):
        request = polled.request
    if polled.holds:
        record = _answered(call, request, polled.response, context, started)
        record.checks = (*polled.checks, *record.checks)
        record.plans = (*polled.plans, *record.plans)
    else:
        record = StepRecord(
            call.id,
            call.path,
            worst(polled.checks),
            time.perf_counter() - started,
            polled.checks,
            request,
            polled.response,
            plans=polled.plans,
        )
    if polled.error is not None:
        record = _ended_by(polled.error, record)
    record.attempts, record.renewal = polled.attempts, polled.renewal
    return record


def _ended_by(error: ShallError, record: StepRecord) -> StepRecord:
    """Return what a step did that ended in an error after something had arrived."""
    record.outcome, record.error = ERROR, error_message(error)
    record.retryable = error.retryable
    return record


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
    found = PASSED
    for each in judged:
        outcome = each.outcome
        if outcome is ERROR:
            return ERROR
        if outcome is FAILED:
            found = FAILED
    return found


def _capture(call: CallPlan, response: Response, content: Content, scope: Scope) -> BadValue | None:
    """Set the variables that a step captures; return what is missing first, if anything is."""
    lost = None
    for name, select in call.capture:
        found = select(response, content, scope.budget)
        if found.found:
            scope.budget.expand_value(found.value)
            scope.variables[name] = found.value
        elif lost is None and not (call.is_repeated and name in scope.variables):
            path = f"{call.path}.capture.{name}"
            message = f"`{name}` cannot be captured: {found.reason}."
            lost = BadValue(message, details={"path": path})
    return lost


def _check_all(
    call: CallPlan, response: Response, content: Content, context: CaseContext
) -> tuple[Outcome, list[CheckResult], bool]:
    """Evaluate every check; return the worst outcome, the results, and whether all held at once.

    A check holds at once where its value is the constant text or number that it expects.
    """
    checks = [] if call.asserts_status else [_implicit(call, response)]
    at_once = call.asserts_status
    body, budget = content.value, context.scope.budget
    for plan in call.checks:
        wanted, keys, value = plan.equal_to, plan.keys, body
        if keys:
            try:
                for key in keys:
                    value = value[key]
            except (KeyError, TypeError):  # what is not an object has no key that is a text
                value = None
        elif plan.select is status:
            value = response.status
        elif wanted is not UNSET:
            value = plan.select(response, content, budget).value
        if value.__class__ is wanted.__class__ and value == wanted:
            checks.append(CheckResult(plan.kind, plan.path, PASSED, plan.field, wanted, wanted))
            continue
        at_once = False
        budget.check_time()
        checks.append(_judge_at(plan, response, content, context))
    return PASSED if at_once else worst(checks), checks, at_once


def _judge_at(
    plan: CheckPlan, response: Response, content: Content, context: CaseContext
) -> CheckResult:
    """Evaluate one check; what goes wrong is an error at its place."""
    try:
        if plan.compare is None and plan.check.kind == "snapshot":
            from shall.engine.snapshot import judge_snapshot  # few checks compare with one

            return judge_snapshot(plan, response, content, context)
        return judge_check(plan, response, content, context)
    except ShallError as error:
        error.details.setdefault("path", plan.path)
        raise


def _implicit(call: CallPlan, response: Response) -> CheckResult:
    good = response.status < FIRST_ERROR_STATUS or response.status in call.allow_status
    return CheckResult(
        "status_code",
        call.path,
        PASSED if good else FAILED,
        expected=f"below {FIRST_ERROR_STATUS}",
        actual=response.status,
        implicit=True,
        message=None if good else Message("check.error_status", {"actual": response.status}),
    )
