"""A case as it is run: constant parts made once, checks bound to their comparisons."""

from collections.abc import Callable
from functools import lru_cache

from msgspec import UNSET, Struct, UnsetType

from shall.cases.model import Case, Check, CheckKind, Operation, Step, Teardown
from shall.engine.evaluate import is_constant
from shall.engine.options import RunOptions
from shall.engine.predicate import Judge, comparison
from shall.engine.query import Content, Selected, selector
from shall.engine.request import RequestPlan, plan_request
from shall.transport.exchange import Response


class CheckPlan(Struct, frozen=True):
    """One check. ``compare`` None: this release does not support it.

    ``equal_to`` is set where the check holds if the value is this text or number: that is seen
    without judging it.
    """

    check: Check
    kind: str
    path: str
    field: str | None
    is_constant: bool
    select: Callable[[Response, Content], Selected]
    compare: Judge | None
    equal_to: str | int | float | UnsetType = UNSET


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
        tuple([_plan_call(it, _step_path(at), case, options) for at, it in enumerate(case.steps)]),
        tuple(
            [
                _plan_call(it, f"teardowns[{at}]", case, options)
                for at, it in enumerate(case.teardowns)
            ]
        ),
    )


def _plan_call(call: Step | Teardown, path: str, case: Case, options: RunOptions) -> CallPlan:
    is_step = type(call) is Step
    template = call.request if is_step or call.operation is not Operation.DB else None  # type: ignore[union-attr]
    checks = [
        _plan_check(check, _check_path(path, index)) for index, check in enumerate(call.checks)
    ]
    return CallPlan(
        call.id,
        path,
        None if template is None else plan_request(template, case, options),
        tuple(checks),
        any(check.kind is CheckKind.STATUS for check in call.checks),
        call.allow_status,
        "api" if is_step else call.operation.value,  # type: ignore[union-attr]
    )


def _plan_check(check: Check, path: str) -> CheckPlan:
    kind, field, expected = check.kind, check.field, check.expected
    constant = is_constant(expected)
    is_equality = constant and kind in _EQUALITIES and type(expected) in _COMPARED_AT_ONCE
    return CheckPlan(
        check,
        _NAMES[kind],
        path,
        field or check.header,
        constant,
        selector(check),
        comparison(kind),
        expected if is_equality else UNSET,
    )


_EQUALITIES = frozenset({CheckKind.STATUS, CheckKind.EQUALS})
_COMPARED_AT_ONCE = frozenset({str, int, float})

_NAMES = {kind: kind.value for kind in CheckKind}


@lru_cache(maxsize=256)
def _step_path(index: int) -> str:
    return f"steps[{index}]"


@lru_cache(maxsize=1024)
def _check_path(path: str, index: int) -> str:
    return f"{path}.assert[{index}]"
