"""Repeats the request of a step until its conditions hold."""

import time
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.polling import written_time
from shall.engine.call_plan import CallPlan, CheckPlan
from shall.engine.check import CaseContext, judge_check, remember
from shall.engine.full_plan import UntilPlan
from shall.engine.query import read_content
from shall.engine.record import StepRecord
from shall.engine.renewal import renewed
from shall.errors import ShallError, TimedOut
from shall.messages import Message
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import UNAUTHORIZED, Request, Response
from shall.transport.waits import Pause, Statement, Work

_SHORTEST_TIMEOUT_S = 0.01

_now = time.monotonic


class Polled(Struct):
    """The last attempt that was answered. ``holds`` False: its checks, or ``error``, say why."""

    response: Response
    checks: list[CheckResult]
    plans: Sequence[CheckPlan]
    holds: bool
    attempts: int
    request: Request | Statement | None = None
    renewal: tuple[StepRecord, ...] = ()
    error: ShallError | None = None


def poll(
    call: CallPlan, until: UntilPlan, request: Request | Statement, context: CaseContext
) -> Work[Polled]:
    """Send a request until its conditions hold, one of failure holds, or the time is over.

    Each attempt has its own timeout, which ends with the time. Only the last one is returned; what
    is secret in the others is learned before they are dropped.

    Raises:
        ShallError: No attempt was answered.
    """
    end = _now() + until.within_s
    last: Polled | None = None
    renewal: tuple[StepRecord, ...] = ()
    while True:
        attempts = 1 if last is None else last.attempts + 1
        timeout_s = min(request.timeout_s, max(end - _now(), _SHORTEST_TIMEOUT_S))
        try:
            response = yield replace(request, timeout_s=timeout_s)
            if response.status == UNAUTHORIZED and isinstance(request, Request) and not renewal:
                request, response, renewal = yield from renewed(call, request, response, context)
            last = _judge(call, until, response, context, attempts)
        except ShallError as error:
            if last is None:
                raise
            if isinstance(error, TimedOut) and timeout_s != request.timeout_s:
                return _over(until, last)
            last.error, last.attempts = error, attempts
            return last
        last.request, last.renewal = request, renewal
        if last.holds or last.plans is not until.checks:
            return last
        if _now() + until.every_s >= end:
            return _over(until, last)
        context.secrecy.learn()
        yield Pause(until.every_s)


def _over(until: UntilPlan, last: Polled) -> Polled:
    """Add to what does not hold how long it was waited for."""
    waited = {"within": written_time(until.within_s), "attempts": last.attempts}
    last.checks = [
        it
        if it.message is None
        else replace(it, message=Message("step.until", {**waited, "inner": it.message}))
        for it in last.checks
    ]
    return last


def _judge(
    call: CallPlan, until: UntilPlan, response: Response, context: CaseContext, attempts: int
) -> Polled:
    """Judge one attempt; the memory that its response takes is free afterwards."""
    scope = context.scope
    scope.budget.check_time()
    mark = scope.budget.mark()
    try:
        content = read_content(response, scope.budget)
        remember(call.id, content, scope)
        context.secrecy.answers.append((response, content.value))
        try:
            failing = [judge_check(it, response, content, context) for it in until.fails_if]
            checks = [judge_check(it, response, content, context) for it in until.checks]
        except ShallError as error:
            return Polled(response, [], (), False, attempts, error=error)
    finally:
        scope.budget.return_to(mark)
    if failing and all(check.outcome is Outcome.PASSED for check in failing):
        message = Message("step.fails_if", {"attempts": attempts})
        ended = [replace(it, outcome=Outcome.FAILED, message=message) for it in failing]
        plans = (*until.checks, *until.fails_if)
        return Polled(response, [*checks, *ended], plans, False, attempts)
    holds = all(check.outcome is Outcome.PASSED for check in checks)
    return Polled(response, checks, until.checks, holds, attempts)
