"""Whether and how often a step runs, as it is run."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.flow import Flow, Repeat, Retry, When
from shall.cases.model import Check

if TYPE_CHECKING:
    from shall.engine.call_plan import CheckPlan


class WhenPlan(Struct, frozen=True):
    """A condition. ``values`` are the expressions at which ``checks`` with the same index look."""

    expression: str | None
    checks: "tuple[CheckPlan, ...]"
    values: tuple[str | None, ...]


class FlowPlan(Struct, frozen=True):
    """Whether and how often a step runs."""

    when: WhenPlan | None
    items: Any
    name: str
    repeat: Repeat | None
    ends: "tuple[CheckPlan, ...]"
    retry: Retry | None


def plan_flow(flow: Flow, path: str, plan_check: Callable[[Check, str], "CheckPlan"]) -> FlowPlan:
    """Make the plan of the flow of a step."""
    repeat = flow.repeat
    ends = () if repeat is None else repeat.checks
    return FlowPlan(
        None if flow.when is None else _plan_when(flow.when, path, plan_check),
        flow.items,
        flow.name,
        repeat,
        tuple(plan_check(it, f"{path}.{it.place}") for it in ends),
        flow.retry,
    )


def _plan_when(when: When, path: str, plan_check: Callable[[Check, str], "CheckPlan"]) -> WhenPlan:
    values = [it.selector if it.selector and "{{" in it.selector else None for it in when.checks]
    checks = [
        plan_check(it if value is None else replace(it, selector=None), f"{path}.{it.place}")
        for it, value in zip(when.checks, values, strict=True)
    ]
    return WhenPlan(when.expression, tuple(checks), tuple(values))
