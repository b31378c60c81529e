"""A case as it is run: constant parts made once, checks bound to their comparisons."""

from collections.abc import Callable

from msgspec import Struct

from shall.cases.model import Case, Check, CheckKind, Operation, Step, Teardown
from shall.engine.evaluate import is_constant
from shall.engine.job import RunOptions
from shall.engine.predicate import Judge, comparison
from shall.engine.query import Content, Selected, selector
from shall.engine.request import RequestPlan, plan_request
from shall.transport.exchange import Response


class CheckPlan(Struct, frozen=True):
    """One check. ``compare`` None: this release does not support it."""

    check: Check
    kind: str
    path: str
    field: str | None
    is_constant: bool
    select: Callable[[Response, Content], Selected]
    compare: Judge | None


class CallPlan(Struct, frozen=True):
    """A step or a teardown. ``path`` is its place in the case: ``steps[0]``."""

    id: str
    path: str
    request: RequestPlan | None
    checks: tuple[CheckPlan, ...]
    asserts_status: bool
    allow_status: tuple[int, ...]
    operation: str = "api"


class CasePlan(Struct, frozen=True):
    """The steps and teardowns of a case, in the order written."""

    steps: tuple[CallPlan, ...]
    teardowns: tuple[CallPlan, ...]


def plan_case(case: Case, options: RunOptions) -> CasePlan:
    """Make the plan of a case under the options of a run."""
    return CasePlan(
        tuple(
            _plan_call(step, f"steps[{index}]", case, options)
            for index, step in enumerate(case.steps)
        ),
        tuple(
            _plan_call(teardown, f"teardowns[{index}]", case, options)
            for index, teardown in enumerate(case.teardowns)
        ),
    )


def _plan_call(call: Step | Teardown, path: str, case: Case, options: RunOptions) -> CallPlan:
    is_query = isinstance(call, Teardown) and call.operation is Operation.DB
    template = None if is_query else call.request
    return CallPlan(
        call.id,
        path,
        None if template is None else plan_request(template, case, options),
        tuple(
            _plan_check(check, f"{path}.assert[{index}]") for index, check in enumerate(call.checks)
        ),
        any(check.kind is CheckKind.STATUS for check in call.checks),
        call.allow_status,
        call.operation.value if isinstance(call, Teardown) else "api",
    )


def _plan_check(check: Check, path: str) -> CheckPlan:
    return CheckPlan(
        check,
        check.kind.value,
        path,
        check.field or check.header,
        is_constant(check.expected),
        selector(check),
        comparison(check.kind),
    )
