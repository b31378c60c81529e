"""The requests that a case would send, made without sending one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from msgspec import Struct, UnsetType, field
from msgspec.structs import replace

from shall.cases.forms import ROW
from shall.cases.model import Case
from shall.engine.call_plan import CallPlan
from shall.engine.case import draws_of
from shall.engine.evaluate import evaluate
from shall.engine.job import Job
from shall.engine.learning import Secrecy
from shall.engine.options import RunOptions
from shall.engine.plan import plan_case
from shall.engine.ports import Attachments
from shall.engine.record import StepRecord
from shall.engine.redact import Redactor
from shall.engine.request import build_request
from shall.engine.scope import Scope
from shall.engine.sql import query_request
from shall.engine.step import error_message
from shall.engine.step_results import step_results
from shall.errors import BadExpression, ShallError
from shall.messages import Message
from shall.results.records import ExchangeRecord, Outcome
from shall.transport.exchange import Request

_ENCODED = re.compile(r"%7B%7B.*?%7D%7D")


class PlannedCall(Struct, frozen=True):
    """A step or a teardown. ``exchange`` has the request; None where ``error`` says why.

    ``most`` is how often it is sent at most, where that is not once; None: once for each item.
    """

    id: str
    exchange: ExchangeRecord | None
    auth: str = ""
    error: Message | None = None
    most: int | None = 1


class PlannedCase(Struct, frozen=True):
    """What a case would send. ``error``: why it cannot be planned."""

    key: str
    name: str
    calls: tuple[PlannedCall, ...] = ()
    error: Message | None = None
    skip: str | None = None
    row: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every request could be made."""
        return self.error is None and all(call.error is None for call in self.calls)


class _PreviewScope(Scope):
    """A scope in which values that only a run has are their expressions: ``{{ order }}``."""

    later: frozenset[str] = frozenset()
    knows_all: bool = True

    def read(self, root: str, path: tuple[str | int, ...]) -> Any:
        """Return a value, or the expression of one that a response will have."""
        try:
            return super().read(root, path)
        except BadExpression:
            name = str(path[0]) if root == "Global" and path else root
            if self.knows_all and name not in self.later and name not in self.unavailable:
                raise
            return f"{{{{ {'.'.join(map(str, (root, *path)))} }}}}"


def preview_case(
    job: Job, options: RunOptions, attachments: Attachments, secrets: Sequence[str] = ()
) -> PlannedCase:
    """Return what a case would send; nothing is sent, and no secret is shown.

    ``secrets`` are values that are secret besides those of the case and the options: a file that is
    sent may hold them.
    """
    case = job.case
    if case is None or job.run is not None:
        return PlannedCase(job.key, "" if case is None else case.name, error=job.error)
    if case.skip is not None:
        return PlannedCase(job.key, case.name, skip=case.skip)
    scope = _PreviewScope(
        run_variables=options.variables,
        unavailable=options.unavailable,
        later=frozenset(_later(case, options)),
        knows_all=not case.use,
        draws=draws_of(job, options),
    )
    redactor = Redactor((*options.secrets, *case.secrets), options.variables)
    redactor.learn(list(secrets), shortest=1)
    planned = PlannedCase(job.key, case.name, row=job.data_row)
    try:
        if job.row is not None:
            scope.variables[ROW] = evaluate(dict(job.row.values), scope)
        for name, value in case.variables.items():
            scope.variables[name] = evaluate(value, scope)
        plan = plan_case(case, options.of_case(job.key))
    except ShallError as error:
        return replace(planned, error=redactor.message(error_message(error)))
    calls = (*plan.steps, *reversed(plan.teardowns))
    return replace(planned, calls=tuple(_planned(calls, scope, attachments, redactor)))


def _later(case: Case, options: RunOptions) -> Iterator[str]:
    """Yield the names whose values only a run has: of steps, captures and secrets."""
    for step in case.steps:
        yield step.id
        yield from step.capture
        if step.flow is not None:
            yield step.flow.name  # of each item
    yield from case.secrets
    yield from options.secrets


class _Record(Struct):
    """A call while its secrets are being learned."""

    call: CallPlan
    record: StepRecord | None = None
    error: Message | None = None
    auth: str = field(default="")


def _planned(
    calls: Iterable[CallPlan], scope: Scope, attachments: Attachments, redactor: Redactor
) -> Iterator[PlannedCall]:
    secrecy = Secrecy(redactor, scope)
    made: list[_Record] = []
    for call in calls:
        if call.request is None and call.sql is None:
            continue
        found = _Record(call, auth=_auth_of(call))
        try:
            request = _request_of(call, scope, attachments, secrecy)
        except ShallError as error:
            found.error = error_message(error)
        else:
            secrecy.requests.append(request)
            found.record = StepRecord(call.id, call.path, Outcome.PASSED, request=request)
        made.append(found)
    secrecy.learn()
    for found in made:
        if found.record is None:
            why = redactor.message(found.error)
            yield PlannedCall(found.call.id, None, error=why, most=_most(found.call))
            continue
        (result,) = step_results([found.record], redactor, whole=True)
        exchange = result.exchange
        if exchange is not None:
            url = _ENCODED.sub(lambda it: unquote(it[0]), exchange.url)
            exchange = replace(exchange, url=url)
        yield PlannedCall(found.call.id, exchange, found.auth, most=_most(found.call))


def _request_of(
    call: CallPlan, scope: Scope, attachments: Attachments, secrecy: Secrecy
) -> Request:
    if call.sql is not None:
        return query_request(call.sql, scope)
    assert call.request is not None  # noqa: S101 - what asks no database sends one
    return build_request(call.request, scope, attachments, secrecy)


def _most(call: CallPlan) -> int | None:
    """Return how often a call is sent at most; None: once for each item of an expression."""
    flow = call.flow
    if flow is None:
        return 1
    if flow.repeat is not None:
        return flow.repeat.most
    if isinstance(flow.items, UnsetType):
        return 1
    return len(flow.items) if isinstance(flow.items, list) else None


def _auth_of(call: CallPlan) -> str:
    if call.access is None or not call.access.auth:
        return ""
    return next(iter(call.access.auth))
