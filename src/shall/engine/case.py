"""Runs one case: variables, steps in order, then teardowns in reverse whatever happened."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shall.cases.model import Case, Operation, Teardown
from shall.engine.evaluate import evaluate
from shall.engine.job import Job, RunOptions
from shall.engine.ports import Attachments, Sender
from shall.engine.record import StepRecord, redacted
from shall.engine.redact import Redactor
from shall.engine.scope import Scope
from shall.engine.step import Call, Surroundings, error_message, run_call, worst
from shall.errors import ShallError
from shall.messages import Message
from shall.results.events import Emit, StepFinished
from shall.results.records import CaseResult, Outcome, StepResult

TEARDOWN_GRACE_S = 10.0
"""How long the teardowns of a case may take once its run was stopped."""

_log = logging.getLogger(__name__)

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


@dataclass(slots=True)
class _Progress:
    """What is known of a case so far. ``stopped`` is the message of whatever stopped it."""

    steps: list[StepRecord] = field(default_factory=list)
    teardowns: list[StepRecord] = field(default_factory=list)
    error: Message | None = None
    stopped: Message | None = None


async def run_case(
    job: Job,
    options: RunOptions,
    sender: Sender,
    attachments: Attachments,
    emit: Emit,
    why_stopped: Callable[[], Message],
) -> CaseResult:
    """Run one case and give its result; cancelling stops its steps, not its teardowns.

    ``why_stopped`` tells, after a cancellation, what the result shall say. The cancellation is
    not raised again: the caller that cancelled knows of it.
    """
    at, started = datetime.now(UTC), time.perf_counter()
    progress = _Progress(error=job.error)
    redactor = Redactor((*options.secrets, *(job.case.secrets if job.case else ())))
    if job.case is not None:
        session = sender.session()
        scope = Scope(run_variables=options.variables)
        around = Surroundings(job.case, options, scope, session, attachments, redactor)
        try:
            await _run_guarded(job, around, progress, emit, why_stopped)
        finally:
            session.close()
    return _result(job, options, progress, redactor, at, time.perf_counter() - started)


async def _run_guarded(
    job: Job,
    around: Surroundings,
    progress: _Progress,
    emit: Emit,
    why_stopped: Callable[[], Message],
) -> None:
    try:
        _set_variables(around)
        await _run_steps(job, around, progress, emit)
    except ShallError as error:
        progress.error = error_message(error)
    except asyncio.CancelledError:
        progress.stopped = progress.error = why_stopped()
    except Exception:  # noqa: BLE001 - the fault is ours: it must cost one case, not the run
        _log.exception("the case %s could not be run", job.key)
        progress.error = Message("case.internal", {})
    await _run_teardowns(around, progress, why_stopped)


def _set_variables(around: Surroundings) -> None:
    """Evaluate the case's variables once, in the order written."""
    scope = around.scope
    _learn_variables(around.redactor, scope.run_variables)
    for name, value in around.case.variables.items():
        scope.variables[name] = evaluate(value, scope)
    _learn_variables(around.redactor, scope.variables)


def _learn_variables(redactor: Redactor, variables: Mapping[str, Any]) -> None:
    for name, value in variables.items():
        if redactor.declares(name):
            redactor.learn(value, shortest=1)
        elif redactor.names(name):
            redactor.learn(value)
        else:
            redactor.learn_named(value)


async def _run_steps(job: Job, around: Surroundings, progress: _Progress, emit: Emit) -> None:
    steps = around.case.steps
    for index, step in enumerate(steps):
        call = Call(step.id, f"steps[{index}]", step.request, step.checks, step.allow_status)
        record = await run_call(call, around)
        progress.steps.append(record)
        result = record.result
        told = StepResult(result.id, result.path, result.outcome, result.duration_s)
        emit(StepFinished(around.options.run_id, job.key, told))
        if result.outcome in _BAD:
            progress.steps += _skipped(steps[index + 1 :], index + 1, result.id)
            return


def _skipped(steps: Sequence[Any], first: int, after: str) -> list[StepRecord]:
    message = Message("step.skipped", {"after": after})
    return [
        StepRecord(
            StepResult(step.id, f"steps[{first + index}]", Outcome.SKIPPED, 0.0, error=message)
        )
        for index, step in enumerate(steps)
    ]


async def _run_teardowns(
    around: Surroundings, progress: _Progress, why_stopped: Callable[[], Message]
) -> None:
    """Run every teardown, last first; once the run was stopped they have ``TEARDOWN_GRACE_S``."""
    left = list(enumerate(around.case.teardowns))
    until = time.perf_counter() + TEARDOWN_GRACE_S if progress.stopped else None
    while left:
        index, teardown = left.pop()
        try:
            async with asyncio.timeout(until and max(0.0, until - time.perf_counter())):
                record = await _run_teardown(teardown, f"teardowns[{index}]", around)
        except (asyncio.CancelledError, TimeoutError):
            message = progress.stopped or why_stopped()
            progress.stopped = message
            until = until or time.perf_counter() + TEARDOWN_GRACE_S
            record = StepRecord(
                StepResult(teardown.id, f"teardowns[{index}]", Outcome.ERROR, 0.0, error=message)
            )
        progress.teardowns.append(record)


async def _run_teardown(teardown: Teardown, path: str, around: Surroundings) -> StepRecord:
    if teardown.operation is Operation.DB or teardown.request is None:
        message = Message("teardown.not_supported", {"operation": teardown.operation.value})
        return StepRecord(StepResult(teardown.id, path, Outcome.ERROR, 0.0, error=message))
    call = Call(teardown.id, path, teardown.request, teardown.checks, teardown.allow_status)
    return await run_call(call, around)


def _result(
    job: Job,
    options: RunOptions,
    progress: _Progress,
    redactor: Redactor,
    at: datetime,
    duration_s: float,
) -> CaseResult:
    steps = redacted(progress.steps, redactor)
    teardowns = redacted(progress.teardowns, redactor)
    outcome = worst(step.outcome for step in steps)
    if progress.error is not None:
        outcome = Outcome.ERROR
    case: Case | None = job.case
    return CaseResult(
        run_id=options.run_id,
        case_key=job.key,
        name=case.name if case else job.key,
        outcome=outcome,
        started_at=at,
        duration_s=duration_s,
        checks_executed=sum(not check.implicit for step in steps for check in step.checks),
        steps=steps,
        teardowns=teardowns,
        teardown_outcome=worst(it.outcome for it in teardowns) if teardowns else None,
        error=redactor.message(progress.error),
        data_row=job.data_row,
        attempt=job.attempt,
        shard=options.shard,
        environment=options.environment,
        criteria=job.criteria,
        case_fingerprint=job.fingerprint,
        tags=case.tags if case else (),
    )
