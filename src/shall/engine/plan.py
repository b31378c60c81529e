"""A case as it is run: constant parts made once, checks bound to their comparisons."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType

from shall.cases.forms import WEBSOCKET
from shall.cases.model import (
    Case,
    Check,
    CheckKind,
    RequestTemplate,
    SentMessage,
    Step,
    Stream,
    Teardown,
    Until,
)
from shall.cases.path import parse_path
from shall.engine.evaluate import is_constant
from shall.engine.options import RunOptions
from shall.engine.predicate import NOT_SUPPORTED, Judge, comparison
from shall.engine.query import Select, selector
from shall.engine.request import RequestPlan, plan_request
from shall.remembered import remembered

if TYPE_CHECKING:
    from shall.cases.flow import Flow
    from shall.engine.flow_plan import FlowPlan
    from shall.engine.ports import Attachments
    from shall.engine.sql_plan import SqlPlan

Prepare = Callable[[Any, "Attachments"], tuple[Any, Any]]
"""Returns what a value is compared with, and what is stored as that."""


class CheckPlan(Struct, frozen=True, gc=False):
    """One check. ``compare`` None: this release does not support it.

    ``prepare`` is set where what is compared with is more than the expected value, ``equal_to``
    where the check holds if the value is this text or number: that is seen without judging it.
    ``keys`` lead to that value in a JSON body; empty where ``select`` has to find it.
    """

    check: Check
    kind: str
    path: str
    field: str | None
    is_constant: bool
    select: Select
    compare: Judge | None
    prepare: Prepare | None = None
    equal_to: str | int | float | UnsetType = UNSET
    keys: tuple[str, ...] = ()


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


class CallPlan(Struct, frozen=True, gc=False):
    """A step or a teardown. ``path`` is its place in the case: ``steps[0]``.

    ``sql`` is set where it asks a database instead of sending ``request``.
    ``refuses_errors``: its response is one of GraphQL, whose errors no check names.
    ``messages`` go over the WebSocket that it opens; None where it opens none. ``contract`` is the
    check of the whole response by a document. ``deletion`` is set where it deletes files instead.
    ``is_plain``: it is one request and checks of its response, and nothing else is set.
    """

    id: str
    path: str
    request: RequestPlan | None
    checks: tuple[CheckPlan, ...]
    asserts_status: bool
    allow_status: tuple[int, ...]
    is_plain: bool = False
    operation: str = "api"
    capture: tuple[tuple[str, Select], ...] = ()
    delay_s: float = 0.0
    until: UntilPlan | None = None
    access: AccessPlan | None = None
    stream: StreamPlan | None = None
    flow: "FlowPlan | None" = None
    refuses_errors: bool = False
    sql: "SqlPlan | None" = None
    queries: tuple[QueryPlan, ...] = ()
    messages: tuple[SentMessage | AwaitPlan, ...] | None = None
    contract: ContractPlan | None = None
    deletion: DeletionPlan | None = None

    @property
    def is_repeated(self) -> bool:
        """Whether the step is repeated, so that a value that it captures may be missing at last."""
        return self.flow is not None and self.flow.repeat is not None


class CasePlan(Struct, frozen=True, gc=False):
    """The steps and teardowns of a case, in the order written."""

    steps: tuple[CallPlan, ...]
    teardowns: tuple[CallPlan, ...]


def plan_case(case: Case, options: RunOptions) -> CasePlan:
    """Make the plan of a case under the options of a run."""
    observed = _last_look_back(case)
    has_access = case.auth is not None or options.auth or case.connection or options.connection
    steps = []
    for at, step in enumerate(case.steps):
        path = step_path(at)
        checks = _plan_checks(step.checks, path)
        if checks.are_plain and not has_access and at > observed and _is_plain(step):
            request = plan_request(step.request, case, options)
            asserts = checks.asserts_status
            plan = CallPlan(step.id, path, request, checks.plans, asserts, step.allow_status, True)
        else:
            plan = _plan_any(step, path, case, options, checks, is_observed=at <= observed)
        steps.append(plan)
    teardowns = [
        _plan_teardown(it, f"teardowns[{at}]", case, options)
        for at, it in enumerate(case.teardowns)
    ]
    return CasePlan(tuple(steps), tuple(teardowns))


def _last_look_back(case: Case) -> int:
    """Return the last step whose ``if`` looks at who answered a step before; -1 without any."""
    last = -1
    for at, step in enumerate(case.steps):
        flow = step.flow
        if flow is not None and flow.when and _are_about_peer(flow.when.checks):
            last = at
    return last


def _plan_teardown(teardown: Teardown, path: str, case: Case, options: RunOptions) -> CallPlan:
    checks = _plan_checks(teardown.checks, path)
    return _plan_any(teardown, path, case, options, checks, is_observed=False)


class _Checks(Struct, frozen=True, gc=False):
    """The plans of checks. ``are_plain``: each looks at the status, a header or a field."""

    plans: tuple[CheckPlan, ...]
    asserts_status: bool
    are_plain: bool


def _plan_checks(written: Sequence[Check], path: str) -> _Checks:
    asserts_status, are_plain = False, True
    plans: list[CheckPlan] = []
    places = _check_paths(path, len(written))
    for check, place in zip(written, places, strict=True):
        kind, expected = check.kind, check.expected
        if check.place:
            place = f"{path}.{check.place}"
        if kind == "status_code":
            asserts_status = True
        equality = _EQUALITIES.get(kind)
        if equality is not None and check.selector is None and check.query is None:
            type_ = expected.__class__
            if not check.negated and (
                "{{" not in expected if type_ is str else type_ in _COMPARED_AT_ONCE
            ):
                name, header = check.field, check.header
                seen, select, judge, keys = (
                    equality(name) if header is None else _equality(kind, name, header)
                )
                plans.append(
                    CheckPlan(check, kind, place, seen, True, select, judge, None, expected, keys)
                )
                continue
        if check.selector is not None or check.query is not None or kind == "openapi":
            asserts_status = asserts_status or check.selector == "status"
            are_plain = False
        plans.append(_plan_check(check, place))
    return _Checks(tuple(plans), asserts_status, are_plain)


def _is_plain(step: Step) -> bool:
    """Return whether a step is no more than one request and checks of its response."""
    template = step.request
    return (
        not (step.sql or step.until or step.stream or step.flow)
        and not (step.capture or step.delay_s or step.messages)
        and template.method != WEBSOCKET
        and (template.body is None or template.body.kind != "graphql")
        and template.auth is None
        and not template.connection
    )


def _plan_any(
    call: Step | Teardown,
    path: str,
    case: Case,
    options: RunOptions,
    checked: _Checks,
    *,
    is_observed: bool,
) -> CallPlan:
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

    return plan_flow(flow, path, _plan_check)


def _plan_stream(stream: Stream, path: str) -> StreamPlan:
    checks = tuple(_plan_check(check, f"{path}.{check.place}") for check in stream.until)
    return StreamPlan(checks, stream.count, stream.within_s)


def _plan_messages(step: Step, path: str) -> tuple[SentMessage | AwaitPlan, ...]:
    return tuple(
        item
        if isinstance(item, SentMessage)
        else AwaitPlan(
            f"{path}.messages[{at}]",
            tuple(_plan_check(check, f"{path}.{check.place}") for check in item.checks),
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
    return any(it.lstrip().startswith(_ABOUT_PEER) for it in selectors)


def _are_about_peer(checks: Sequence[Check]) -> bool:
    return any((it.selector or "").lstrip().startswith(_ABOUT_PEER) for it in checks)


_ABOUT_PEER = ("ip", "certificate")


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
        tuple(_plan_check(check, f"{path}.{check.place}") for check in until.checks),
        tuple(_plan_check(check, f"{path}.{check.place}") for check in until.fails_if),
        until.every_s,
        until.within_s,
    )


def _asserts_status(checks: Sequence[Check]) -> bool:
    return any(it.kind == "status_code" or it.selector == "status" for it in checks)


def _plan_capture(capture: Mapping[str, str]) -> tuple[tuple[str, Select], ...]:
    from shall.engine.capture import plan_capture  # few cases capture

    return plan_capture(capture)


def _is_at_once(check: Check, expected: Any) -> bool:
    """Return whether a check holds where its value is the expected one, a text or number."""
    kind = type(expected)
    return kind in _COMPARED_AT_ONCE and not (
        check.negated or check.query is not None or (kind is str and "{{" in expected)
    )


def _plan_check(check: Check, path: str) -> CheckPlan:
    kind, expected = check.kind, check.expected
    is_equality = kind in _EQUALITIES and _is_at_once(check, expected)
    return CheckPlan(
        check,
        kind,
        path,
        check.field or check.header or check.selector,
        is_constant(expected),
        _select_of(check),
        _judge_of(check),
        _prepare_of(check) if type(expected) is tuple or kind == "schema" else None,
        expected if is_equality else UNSET,
    )


_Equality = tuple[str | None, Select, Judge | None, tuple[str, ...]]


@lru_cache(maxsize=1024)
def _equality(kind: CheckKind, field: str | None, header: str | None) -> _Equality:
    """Return what all checks have in common that compare the same value with a constant."""
    check = Check(kind, field, header)
    path = () if kind == "status_code" or header or not field else parse_path(field)
    keys = tuple(it for it in path if type(it) is str)
    named = keys if len(keys) == len(path) else ()
    return field or header, selector(check), comparison(kind), named


def _select_of(check: Check) -> Select:
    if check.selector is None:
        return selector(check)
    from shall.engine.selectors import selection  # most checks look at the status or a field

    return selection(check.selector, for_presence=check.kind in _PRESENCE)


_PRESENCE = frozenset({"exists", "not_exists"})


def _judge_of(check: Check) -> Judge | None:
    judge = comparison(check.kind)
    if judge is None and (check.query is not None or check.kind in _JUDGED_ELSEWHERE):
        return None  # engine.sql, engine.contract or engine.snapshot judges it
    is_plain = not (check.negated or check.selector or type(check.expected) is tuple)
    if is_plain and (judge is not None or check.kind in NOT_SUPPORTED):
        return judge
    from shall.engine.conditions import judge_of  # most checks compare plain values

    return judge_of(check)


def _prepare_of(check: Check) -> Prepare:
    from shall.engine.conditions import preparation  # few checks apply others

    return preparation(check)


_EQUALITIES: dict[CheckKind, Callable[[str | None], _Equality]] = {
    "status_code": remembered(8)(partial(_equality, "status_code", header=None)),
    "equals": remembered(1024)(partial(_equality, "equals", header=None)),
}
_COMPARED_AT_ONCE = frozenset({str, int, float})

_JUDGED_ELSEWHERE = frozenset({"openapi", "snapshot"})


@remembered(256)
def step_path(index: int) -> str:
    """Return where a step is written in its case."""
    return f"steps[{index}]"


@lru_cache(maxsize=1024)
def _check_paths(path: str, count: int) -> tuple[str, ...]:
    """Return where the checks in the list of a step are written."""
    return tuple([f"{path}.assert[{index}]" for index in range(count)])
