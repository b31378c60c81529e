"""Runs a step that has a condition, is repeated, or is tried again."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from shall.cases.fields import kind_of
from shall.cases.flow import CHECKS, CONNECTION, MOST_ITERATIONS, Repeat, Retry
from shall.engine.call_plan import CallPlan, CheckPlan
from shall.engine.check import CaseContext, judge_check
from shall.engine.evaluate import evaluate
from shall.engine.flow_plan import FlowPlan, WhenPlan
from shall.engine.query import Selected
from shall.engine.record import StepRecord
from shall.engine.step import error_message, run_call
from shall.errors import BadExpression, ShallError
from shall.messages import Message, render
from shall.results.records import CheckResult, Outcome
from shall.transport.waits import Pause, Work

_TRUTHS = {"true": True, "false": False}


def run_flow(
    call: CallPlan, flow: FlowPlan, context: CaseContext, records: list[StepRecord]
) -> Work[None]:
    """Run a step as often as its flow says; add a record for each time, or for why there is none.

    It ends with the first time that does not pass.
    """
    if flow.items is not UNSET:
        yield from _for_each(call, flow, context, records)
    elif flow.repeat is not None:
        yield from _repeat(call, flow, flow.repeat, context, records)
    else:
        records.append((yield from _once(call, flow, context)))


def _for_each(
    call: CallPlan, flow: FlowPlan, context: CaseContext, records: list[StepRecord]
) -> Work[None]:
    variables = context.scope.variables
    before = variables.get(flow.name, UNSET)
    try:
        items = _items_of(flow, context)
    except ShallError as error:
        records.append(_failed(call, error))
        return
    if not items:
        records.append(_skipped(call, Message("step.no_items", {})))
    for number, item in enumerate(items, start=1):
        variables[flow.name] = item
        record = yield from _once(call, flow, context)
        record.id = f"{call.id} [{number}]"
        records.append(record)
        if record.outcome in _BAD:
            break
    variables.pop(flow.name, None)
    if before is not UNSET:
        variables[flow.name] = before


_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def _items_of(flow: FlowPlan, context: CaseContext) -> list[Any]:
    items = evaluate(flow.items, context.scope)
    if not isinstance(items, list):
        raise BadExpression(f"`for each` needs a list, not {kind_of(items)}.")
    if len(items) > MOST_ITERATIONS:
        raise BadExpression(f"`for each` has {len(items)} items, more than {MOST_ITERATIONS:,}.")
    return items


def _repeat(
    call: CallPlan,
    flow: FlowPlan,
    repeat: Repeat,
    context: CaseContext,
    records: list[StepRecord],
) -> Work[None]:
    for number in range(1, repeat.most + 1):
        record = yield from _once(call, flow, context)
        record.id = f"{call.id} [{number}]"
        records.append(record)
        if record.outcome is not Outcome.PASSED:
            return
        try:
            holds = _hold(_judged(flow.ends, context))
        except ShallError as error:
            record.outcome, record.error = Outcome.ERROR, error_message(error)
            return
        if holds is repeat.is_until:
            return
    record.outcome = Outcome.FAILED
    code = "step.until_at_most" if repeat.is_until else "step.while_at_most"
    record.error = Message(code, {"most": repeat.most, "path": f"{call.path}.repeat"})


def _once(call: CallPlan, flow: FlowPlan, context: CaseContext) -> Work[StepRecord]:
    """Run a step if its condition holds, and again as long as it shall be tried again."""
    if flow.when is not None:
        try:
            if not _holds(flow.when, context):
                return _skipped(call, Message("step.condition", {}))
        except ShallError as error:
            return _failed(call, error)
    if flow.retry is None:
        return (yield from run_call(call, context))
    return (yield from _attempts(call, flow.retry, context))


def _attempts(call: CallPlan, retry: Retry, context: CaseContext) -> Work[StepRecord]:
    pause_s = retry.every_s
    budget = context.scope.budget
    for retries in range(retry.times + 1):
        mark = budget.mark()
        record = yield from run_call(call, context)
        record.attempts, record.retries = retries + 1, retries
        if retries == retry.times or not _may_retry(record, retry):
            break
        context.secrecy.learn()  # what is secret in an attempt that is dropped
        budget.return_to(mark)
        yield Pause(pause_s)
        pause_s *= retry.backoff
    return record


def _may_retry(record: StepRecord, retry: Retry) -> bool:
    """Return whether a step failed in a way that is tried again."""
    if record.outcome is Outcome.PASSED:
        return False
    if record.response is None:
        return record.retryable and CONNECTION in retry.after
    is_failed = record.outcome is Outcome.FAILED
    return record.response.status in retry.after or (is_failed and CHECKS in retry.after)


def _holds(when: WhenPlan, context: CaseContext) -> bool:
    """Return whether a condition holds. Raises ``BadExpression`` where that cannot be known."""
    if when.expression is not None:
        value = evaluate(when.expression, context.scope)
        truth = _TRUTHS.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(truth, bool):
            raise BadExpression(f"`if` must be true or false, not {kind_of(value)}.")
        return truth
    checks = [
        plan if value is None else _at_value(plan, value, context)
        for plan, value in zip(when.checks, when.values, strict=True)
    ]
    if all(value is not None for value in when.values):
        return _hold([judge_check(it, _NOTHING, _NOTHING, context) for it in checks])
    return _hold(_judged(checks, context))


_NOTHING: Any = None
"""Used as the response, where no check looks at it."""


def _at_value(plan: CheckPlan, text: str, context: CaseContext) -> CheckPlan:
    value = evaluate(text, context.scope)
    return replace(plan, select=lambda *_: Selected(value))


def _judged(plans: Sequence[CheckPlan], context: CaseContext) -> list[CheckResult]:
    if context.last is None:
        raise BadExpression("No step before this one has a response.")
    return [judge_check(plan, *context.last, context) for plan in plans]


def _hold(checks: Sequence[CheckResult]) -> bool:
    """Return whether all checks hold. Raises ``BadExpression`` for one that cannot be judged."""
    for check in checks:
        message = check.message
        is_text = message is not None and "is_not_json" in message.params
        if check.outcome is Outcome.ERROR or is_text:
            reason = render(message) if message is not None else check.kind
            said = f"A condition cannot be judged: {reason}."
            raise BadExpression(said, details={"path": check.path})
    return all(check.outcome is Outcome.PASSED for check in checks)


def _skipped(call: CallPlan, why: Message) -> StepRecord:
    return StepRecord(call.id, call.path, Outcome.SKIPPED, error=why)


def _failed(call: CallPlan, error: ShallError) -> StepRecord:
    return StepRecord(call.id, call.path, Outcome.ERROR, error=error_message(error))
