"""A step and its checks as they are run: constant parts made once, checks bound to comparisons."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType

from shall.cases.model import Check, CheckKind
from shall.cases.path import parse_path
from shall.engine.evaluate import is_constant
from shall.engine.predicate import NOT_SUPPORTED, Judge, comparison
from shall.engine.query import Select, selector
from shall.engine.request import RequestPlan
from shall.memoize import memoized

if TYPE_CHECKING:
    from shall.cases.model import SentMessage
    from shall.engine.flow_plan import FlowPlan
    from shall.engine.full_plan import (
        AccessPlan,
        AwaitPlan,
        ContractPlan,
        DeletionPlan,
        QueryPlan,
        StreamPlan,
        UntilPlan,
    )
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
    until: "UntilPlan | None" = None
    access: "AccessPlan | None" = None
    stream: "StreamPlan | None" = None
    flow: "FlowPlan | None" = None
    refuses_errors: bool = False
    sql: "SqlPlan | None" = None
    queries: "tuple[QueryPlan, ...]" = ()
    messages: "tuple[SentMessage | AwaitPlan, ...] | None" = None
    contract: "ContractPlan | None" = None
    deletion: "DeletionPlan | None" = None

    @property
    def is_repeated(self) -> bool:
        """Whether the step is repeated, so that a value that it captures may be missing at last."""
        return self.flow is not None and self.flow.repeat is not None


class CheckPlans(Struct, frozen=True, gc=False):
    """The plans of checks. ``are_plain``: each looks at the status, a header or a field."""

    plans: tuple[CheckPlan, ...]
    asserts_status: bool
    are_plain: bool


def plan_checks(written: Sequence[Check], path: str) -> CheckPlans:
    """Return the plans of the checks in the list of a step."""
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
        plans.append(plan_check(check, place))
    return CheckPlans(tuple(plans), asserts_status, are_plain)


def are_about_peer(checks: Sequence[Check]) -> bool:
    """Return whether a check looks at who answered."""
    return any((it.selector or "").lstrip().startswith(ABOUT_PEER) for it in checks)


ABOUT_PEER = ("ip", "certificate")


def _is_at_once(check: Check, expected: Any) -> bool:
    """Return whether a check holds where its value is the expected one, a text or number."""
    kind = type(expected)
    return kind in _COMPARED_AT_ONCE and not (
        check.negated or check.query is not None or (kind is str and "{{" in expected)
    )


def plan_check(check: Check, path: str) -> CheckPlan:
    """Return the plan of any check."""
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
    "status_code": memoized(8)(partial(_equality, "status_code", header=None)),
    "equals": memoized(1024)(partial(_equality, "equals", header=None)),
}


_COMPARED_AT_ONCE = frozenset({str, int, float})


_JUDGED_ELSEWHERE = frozenset({"openapi", "snapshot"})


@lru_cache(maxsize=1024)
def _check_paths(path: str, count: int) -> tuple[str, ...]:
    """Return where the checks in the list of a step are written."""
    return tuple([f"{path}.assert[{index}]" for index in range(count)])
