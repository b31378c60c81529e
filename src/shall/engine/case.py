"""Runs one case: variables, steps in order, then teardowns in reverse whatever happened."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from shall import late_json
from shall.cases.forms import DRAFT, ROW
from shall.cases.model import Case
from shall.engine.budgets import Budget
from shall.engine.call_plan import CallPlan
from shall.engine.check import CaseContext
from shall.engine.evaluate import evaluate
from shall.engine.job import Job
from shall.engine.learning import Secrecy
from shall.engine.options import RunOptions
from shall.engine.plan import CasePlan, plan_case, step_path
from shall.engine.random_values import Draws
from shall.engine.record import StepRecord
from shall.engine.redact import Redactor
from shall.engine.scope import Scope
from shall.engine.step import error_message, run_call, worst
from shall.engine.step_results import step_results
from shall.errors import ShallError
from shall.log import Log
from shall.messages import Message
from shall.results.records import ERROR, PASSED, SKIPPED, CaseResult, Position
from shall.transport.waits import Shield, Stopped, Work

if TYPE_CHECKING:
    from shall.diagnostics import Diagnostic
    from shall.engine.flow_plan import FlowPlan
    from shall.engine.ports import Attachments
    from shall.engine.shared import Taken

TEARDOWN_GRACE_S = 10.0
"""How long the teardowns of a case may take once its run was stopped."""

_log = Log(__name__)


class _Progress(Struct):
    """What is known of a case so far. ``stopped`` is the message of whatever stopped it."""

    steps: list[StepRecord] = field(default_factory=list)
    teardowns: list[StepRecord] = field(default_factory=list)
    error: Message | None = None
    stopped: Message | None = None
    draws: Draws = field(default_factory=Draws)


def run_case(
    job: Job,
    options: RunOptions,
    attachments: "Attachments",
    why_stopped: Callable[[], Message],
    taken: "Taken | None" = None,
) -> Work[CaseResult]:
    """Run one case and return its result; ``Stopped`` ends its steps, not its teardowns.

    ``why_stopped`` returns, after that, what the result shall say. ``taken`` takes what the case
    left behind.
    """
    at, started = datetime.now(UTC), time.perf_counter()
    progress = _Progress([], [], job.error or _shared_error(job), None, draws_of(job, options))
    if (why := _why_skipped(job)) is not None and job.case is not None:
        return _skipped(job, job.case, why, options, at)
    redactor = _redactor(job, options)
    if job.case is not None and progress.error is None:
        plan = CasePlan((), ())
        budget = Budget(options.memory, options.deadline_s)
        scope = Scope(options.variables, {}, {}, {}, options.unavailable, budget, progress.draws)
        tokens = [it.tokens for it in options.shared["logins"].values()] if options.logins else ()
        secrecy = Secrecy(redactor, scope, tokens)
        context = CaseContext(scope, attachments, secrecy, options.shared, None, job.key)
        try:
            plan = plan_case(job.case, options.of_case(job.key))
            _set_variables(job, job.case, scope)
            yield from _run_steps(plan, context, progress)
        except Stopped:
            progress.stopped = progress.error = why_stopped()
        except Exception as error:  # noqa: BLE001 - a fault must cost one case, not the run
            progress.error = _message_of(error, job)
        if progress.stopped is not None:
            budget.stop(TEARDOWN_GRACE_S)
        if plan.teardowns:
            yield from _run_teardowns(plan, context, progress, why_stopped)
        context.secrecy.learn()
        budget.close()
        if taken is not None and progress.error is None:
            taken(scope.variables, redactor.known)
    return _result(job, options, progress, redactor, at, time.perf_counter() - started)


def _shared_error(job: Job) -> Message | None:
    """Return why shared steps that the case uses failed; None where none did."""
    for shared in job.shared:
        if shared.error is not None:
            return shared.error
    return None


def draws_of(job: Job, options: RunOptions) -> Draws:
    """Return the random values of a case."""
    return Draws(options.seed, f"{job.key}\n{job.data_row or ''}\n{job.attempt}")


def _message_of(error: Exception, job: Job) -> Message:
    """Return what a result says of an error; one that is not of ours is a fault of ours."""
    if isinstance(error, ShallError):
        return error_message(error)
    _log.error("the case %s could not be run", job.key, exc_info=error)
    return Message("case.internal", {})


def _why_skipped(job: Job) -> Message | None:
    if job.skip is None and job.case is not None and job.case.skip is not None:
        if job.case.draft and job.case.skip == DRAFT:
            return Message("case.draft", {})
        return Message("case.skipped", {"reason": job.case.skip})
    return job.skip


def _skipped(job: Job, case: Case, why: Message, options: RunOptions, at: datetime) -> CaseResult:
    redactor = Redactor((*options.secrets, *case.secrets), options.variables)
    redactor.learn_variables(case.variables)
    progress = _Progress(error=why)
    result = _result(job, options, progress, redactor, at, 0.0)
    return replace(result, outcome=SKIPPED)


def _redactor(job: Job, options: RunOptions) -> Redactor:
    """Return what masks the secrets of a case, those of the shared steps that it uses included."""
    declared = (*options.secrets, *(job.case.secrets if job.case else ()))
    for shared in job.shared:
        declared += shared.secret_names
    redactor = Redactor(declared, options.variables)
    for shared in job.shared:
        redactor.add(shared.known)
    return redactor


def _set_variables(job: Job, case: Case, scope: Scope) -> None:
    """Set what shared steps captured; evaluate row and variables once, in the order written."""
    for shared in job.shared:
        scope.variables.update(shared.values)
    if (row := job.row) is not None:
        values = evaluate(dict(row.values), scope) if row.has_expressions else row.values
        scope.variables[ROW] = values
    for name, value in case.variables.items():
        try:
            scope.variables[name] = evaluate(value, scope)
        except ShallError as error:
            key = late_json.dumps(name, ensure_ascii=False)
            error.details.setdefault("path", f"variables[{key}]")
            raise


def _run_steps(plan: CasePlan, context: CaseContext, progress: _Progress) -> Work[None]:
    for index, call in enumerate(plan.steps):
        if call.flow is None:
            record = yield from run_call(call, context)
            progress.steps.append(record)
        else:
            record = yield from _run_flow(call, call.flow, context, progress.steps)
        if record.outcome is not PASSED and record.outcome is not SKIPPED:
            message = Message("step.skipped", {"after": record.id})
            progress.steps += [
                StepRecord(left.id, left.path, SKIPPED, error=message)
                for left in plan.steps[index + 1 :]
            ]
            return


def _run_flow(
    call: CallPlan, flow: "FlowPlan", context: CaseContext, records: list[StepRecord]
) -> Work[StepRecord]:
    """Run a step as often as its flow says; return the record of the last time."""
    from shall.engine.flow import run_flow  # few steps have one

    yield from run_flow(call, flow, context, records)
    return records[-1]


def _run_teardowns(
    plan: CasePlan,
    context: CaseContext,
    progress: _Progress,
    why_stopped: Callable[[], Message],
) -> Work[None]:
    """Run every teardown, last first; once the run was stopped their time is bounded.

    One that is in flight when the run is stopped ends within that time, too.
    """
    if progress.stopped is None:
        context.scope.budget.extend(TEARDOWN_GRACE_S)
    with suppress(Stopped):  # that time is over: each teardown says so
        yield Shield()
    for call in reversed(plan.teardowns):
        try:
            if call.deletion is None:
                record = yield from run_call(call, context)
            else:
                from shall.engine.deletion import delete_files  # few teardowns delete files

                record = delete_files(call, call.deletion, context)
        except Stopped:
            if progress.stopped is None:
                context.scope.budget.stop(TEARDOWN_GRACE_S)
            progress.stopped = message = progress.stopped or why_stopped()
            record = StepRecord(call.id, call.path, ERROR, error=message)
        progress.teardowns.append(record)


def _result(
    job: Job,
    options: RunOptions,
    progress: _Progress,
    redactor: Redactor,
    at: datetime,
    duration_s: float,
) -> CaseResult:
    error, case = progress.error, job.case
    outcome = worst(progress.steps) if error is None else ERROR
    if outcome is PASSED and (why := _why_no_step_ran(progress.steps)) is not None:
        outcome, error = SKIPPED, why
    undone = worst(progress.teardowns) if progress.teardowns else None
    passed = outcome is PASSED and undone in (None, PASSED)
    records = [*progress.steps, *progress.teardowns]
    results = step_results(
        records, redactor, whole=options.keep_all or not passed, locate=job.locate
    )
    steps = results[: len(progress.steps)]
    teardowns = results[len(progress.steps) :]
    problems = [_problem(it, redactor) for it in job.problems] if job.problems else ()
    retries = sum([record.retries for record in progress.steps])
    return CaseResult(  # by keyword this takes six times as long
        options.run_id,
        job.key,
        case.name if case else job.key,
        outcome,
        at,
        duration_s,
        _checks_executed(case, progress.steps),
        steps,
        teardowns,
        undone,
        None if error is None else redactor.message(error),
        None if job.data_row is None else redactor.text(job.data_row),
        job.attempt,
        options.shard_index,
        options.environment,
        job.criteria,
        job.fingerprint,
        case.tags if case else (),
        UNSET if error is None else _position(job, error),
        tuple(problems) or UNSET,
        UNSET if job.row is None else job.row.total,
        retries or UNSET,
        options.repeats,
        progress.draws.used_seed,
        options.worker,
        options.declared.fingerprint(job.key, job.run_names) if job.run_names else UNSET,
    )


def _checks_executed(case: Case | None, records: Sequence[StepRecord]) -> int:
    """Return how many checks were carried out: none where no step with one that can fail ran."""
    count = sum([len(record.plans) for record in records])
    if case is None or not [step for step in case.steps if step.flow is not None]:
        return count
    from shall.engine.vacuity import step_can_fail  # few cases have conditions or loops

    ran = {record.path for record in records if record.plans}
    steps = [step for at, step in enumerate(case.steps) if step_path(at) in ran]
    return count if any(map(step_can_fail, steps)) else 0


def _why_no_step_ran(steps: Sequence[StepRecord]) -> Message | None:
    """Return why all steps were skipped; None where one ran, or there is none."""
    if steps and steps[0].outcome is SKIPPED and all(it.outcome is SKIPPED for it in steps):
        return steps[0].error
    return None


def _problem(found: "Diagnostic", redactor: Redactor) -> dict[str, Any]:
    masked = {name: redactor.text(getattr(found, name)) for name in ("message", "hint", "field")}
    return replace(found, **masked).to_json()


def _position(job: Job, error: Message) -> Position | UnsetType:
    if job.locate is None or "path" not in error.params:
        return UNSET
    return job.locate(str(error.params["path"]))
