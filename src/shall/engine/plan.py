"""A case as it is run: constant parts made once, checks bound to their comparisons."""

from msgspec import Struct

from shall.cases.forms import WEBSOCKET
from shall.cases.model import Case, Step, Teardown
from shall.engine.call_plan import CallPlan, are_about_peer, plan_checks
from shall.engine.options import RunOptions
from shall.engine.request import plan_request
from shall.memoize import memoized


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
        checks = plan_checks(step.checks, path)
        if checks.are_plain and not has_access and at > observed and _is_plain(step):
            request = plan_request(step.request, case, options)
            asserts = checks.asserts_status
            plan = CallPlan(step.id, path, request, checks.plans, asserts, step.allow_status, True)
        else:
            from shall.engine.full_plan import plan_any  # most steps are plain

            plan = plan_any(step, path, case, options, checks, is_observed=at <= observed)
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
        if flow is not None and flow.when and are_about_peer(flow.when.checks):
            last = at
    return last


def _plan_teardown(teardown: Teardown, path: str, case: Case, options: RunOptions) -> CallPlan:
    from shall.engine.full_plan import plan_any  # few cases have one

    checks = plan_checks(teardown.checks, path)
    return plan_any(teardown, path, case, options, checks, is_observed=False)


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


@memoized(256)
def step_path(index: int) -> str:
    """Return where a step is written in its case."""
    return f"steps[{index}]"
