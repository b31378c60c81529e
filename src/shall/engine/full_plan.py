"""Plans of steps that are more than one request and checks of its response."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall.cases.forms import WEBSOCKET
from shall.cases.model import (
    Case,
    Check,
    RequestTemplate,
    SentMessage,
    Step,
    Stream,
    Teardown,
    Until,
)
from shall.engine.call_plan import ABOUT_PEER, CallPlan, CheckPlan, CheckPlans, plan_check
from shall.engine.options import RunOptions
from shall.engine.query import Select
from shall.engine.request import plan_request

if TYPE_CHECKING:
    from shall.cases.flow import Flow
    from shall.engine.flow_plan import FlowPlan
    from shall.engine.sql_plan import SqlPlan


class UntilPlan(Struct, frozen=True):
    """What a step repeats its request for."""

    checks: tuple[CheckPlan, ...]
    fails_if: tuple[CheckPlan, ...]
    every_s: float
    within_s: float


class QueryPlan(Struct, frozen=True):
    """A check of an earlier format that asks a database."""

    check: CheckPlan
    sql: "SqlPlan"


class StreamPlan(Struct, frozen=True):
    """When reading a stream of events ends."""

    until: tuple[CheckPlan, ...]
    count: int
    within_s: float | None


class AwaitPlan(Struct, frozen=True):
    """Messages that a step waits for, as ``AwaitedMessages``; ``path`` is where they are."""

    path: str
    checks: tuple[CheckPlan, ...]
    is_next: bool
    count: int
    within_s: float | None


class AccessPlan(Struct, frozen=True):
    """The credentials and the connection of a call.

    ``is_inherited``: the credentials are not those of the step itself. ``observes``: a selector
    looks at who answered.
    """

    auth: Mapping[str, Any]
    is_inherited: bool
    connection: Mapping[str, Any]
    observes: bool = False


class DeletionPlan(Struct, frozen=True):
    """The files that a teardown deletes, and the folders below which it may."""

    paths: str | tuple[str, ...]
    folders: tuple[str, ...]


class ContractPlan(Struct, frozen=True):
    """The check that a response is one that an OpenAPI document declares: one of ``files``."""

    check: CheckPlan
    files: tuple[str, ...]


def plan_any(
    call: Step | Teardown,
    path: str,
    case: Case,
    options: RunOptions,
    checked: CheckPlans,
    *,
    is_observed: bool,
) -> CallPlan:
    """Return the plan of any step or teardown. ``is_observed``: a later `if` looks at its peer."""
    checks = checked.plans
    is_step = type(call) is Step
    is_sql = call.sql is not None or (not is_step and call.operation == "db")  # type: ignore[union-attr]
    template = None if is_sql else call.request
    until = call.until if is_step else None  # type: ignore[union-attr]
    sql = None
    if is_sql:
        from shall.engine.sql_plan import plan_sql  # few steps query, as below

        sql = plan_sql(call, options)
    queries: tuple[QueryPlan, ...] = ()
    contract = None
    if any(it.query is not None or it.kind == "openapi" for it in call.checks):
        compared = next((it for it in checks if it.check.kind == "openapi"), None)
        if compared is not None:
            named = compared.check.expected
            contract = ContractPlan(compared, options.openapi if named is True else (named,))
        checks = tuple(it for it in checks if it.check.kind != "openapi")
        from shall.engine.sql_plan import plan_older_query

        project = None if template is None else template.project
        queries = tuple(
            QueryPlan(it, plan_older_query(it.check.query, project, options))
            for it in checks
            if it.check.query is not None
        )
        checks = tuple(it for it in checks if it.check.query is None)
    return CallPlan(
        call.id,
        path,
        None if template is None else plan_request(template, case, options),
        checks,
        sql is not None
        or checked.asserts_status
        or (until is not None and _asserts_status(until.checks)),
        call.allow_status,
        False,
        "api" if is_step else call.operation,  # type: ignore[union-attr]
        _plan_capture(call.capture) if is_step and call.capture else (),  # type: ignore[union-attr]
        call.delay_s if is_step else 0.0,  # type: ignore[union-attr]
        None if until is None else _plan_until(until, path),
        None
        if template is None
        else _plan_access(template, case, options, is_observed or _observes(call)),
        _plan_stream(call.stream, path) if is_step and call.stream else None,  # type: ignore[union-attr]
        _plan_flow(call.flow, path) if is_step and call.flow is not None else None,  # type: ignore[union-attr]
        _refuses_errors(template, call.checks),
        sql,
        queries,
        _plan_messages(call, path) if is_step and call.request.method == WEBSOCKET else None,  # type: ignore[union-attr, arg-type]
        contract,
        None if is_step or not call.files else DeletionPlan(call.files, options.scratch),  # type: ignore[union-attr]
    )


def _refuses_errors(template: RequestTemplate | None, checks: Sequence[Check]) -> bool:
    """Return whether a response with errors of GraphQL fails a call."""
    if template is None or template.body is None or template.body.kind != "graphql":
        return False
    names = ((it.field or it.selector or "").removeprefix("$.") for it in checks)
    return not any(name.startswith("errors") for name in names)


def _plan_flow(flow: "Flow", path: str) -> "FlowPlan":
    from shall.engine.flow_plan import plan_flow  # few steps have one

    return plan_flow(flow, path, plan_check)


def _plan_stream(stream: Stream, path: str) -> StreamPlan:
    checks = tuple(plan_check(check, f"{path}.{check.place}") for check in stream.until)
    return StreamPlan(checks, stream.count, stream.within_s)


def _plan_messages(step: Step, path: str) -> tuple[SentMessage | AwaitPlan, ...]:
    return tuple(
        item
        if isinstance(item, SentMessage)
        else AwaitPlan(
            f"{path}.messages[{at}]",
            tuple(plan_check(check, f"{path}.{check.place}") for check in item.checks),
            item.is_next,
            item.count,
            item.within_s,
        )
        for at, item in enumerate(step.messages)
    )


def _observes(call: Step | Teardown) -> bool:
    """Return whether a selector of a call looks at who answered."""
    selectors = [it.selector for it in call.checks if it.selector is not None]
    if type(call) is Step:
        selectors += call.capture.values()
        if call.until is not None:
            conditions = (*call.until.checks, *call.until.fails_if)
            selectors += [it.selector for it in conditions if it.selector is not None]
        if call.flow is not None and call.flow.repeat is not None:
            conditions = call.flow.repeat.checks
            selectors += [it.selector for it in conditions if it.selector is not None]
    return any(it.lstrip().startswith(ABOUT_PEER) for it in selectors)


def _plan_access(
    template: RequestTemplate, case: Case, options: RunOptions, observes: bool
) -> AccessPlan | None:
    """Return what a call carries: its own options go over those of the case and the environment."""
    auth = template.auth
    if auth is None:
        auth = options.auth if case.auth is None else case.auth
    has_options = template.connection or case.connection or options.connection
    if not (auth or has_options or observes):
        return None
    connection = {**options.connection, **case.connection, **template.connection}
    return AccessPlan(auth or {}, template.auth is None, connection, observes)


def _plan_until(until: Until, path: str) -> UntilPlan:
    return UntilPlan(
        tuple(plan_check(check, f"{path}.{check.place}") for check in until.checks),
        tuple(plan_check(check, f"{path}.{check.place}") for check in until.fails_if),
        until.every_s,
        until.within_s,
    )


def _asserts_status(checks: Sequence[Check]) -> bool:
    return any(it.kind == "status_code" or it.selector == "status" for it in checks)


def _plan_capture(capture: Mapping[str, str]) -> tuple[tuple[str, Select], ...]:
    from shall.engine.capture import plan_capture  # few cases capture

    return plan_capture(capture)
