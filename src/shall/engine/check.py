"""Evaluates one check of a response."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from shall.engine.call_plan import CheckPlan
from shall.engine.evaluate import evaluate
from shall.engine.learning import Secrecy
from shall.engine.query import Content, Selected
from shall.engine.scope import Scope
from shall.messages import Message
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import Response

if TYPE_CHECKING:
    from shall.engine.ports import Attachments


class CaseContext(Struct):
    """What the steps of one case share; ``shared`` is that of all cases of a run.

    ``last`` is the last response, ``key`` that of the case.
    """

    scope: Scope
    attachments: "Attachments"
    secrecy: Secrecy
    shared: dict[str, Any] = field(default_factory=dict)
    last: tuple[Response, Content] | None = None
    key: str = ""


def judge_check(
    plan: CheckPlan, response: Response, content: Content, context: CaseContext
) -> CheckResult:
    """Evaluate one check."""
    check, scope = plan.check, context.scope
    if plan.compare is None:
        message = Message("check.not_supported", {"kind": plan.kind})
        return CheckResult(
            plan.kind, plan.path, Outcome.ERROR, plan.field, check.expected, message=message
        )
    expected = check.expected if plan.is_constant else evaluate(check.expected, scope)
    if check.container is None:
        actual = plan.select(response, content, scope.budget)
    else:  # the older form: is this value in that list?
        actual, expected = Selected(expected), evaluate(check.container, scope)
    against = expected
    if plan.prepare is not None:
        against, expected = plan.prepare(expected, context.attachments)
    wrong = plan.compare(actual, against, scope.budget)
    outcome = Outcome.PASSED if wrong is None else Outcome.FAILED
    if wrong is not None and wrong.code in ERRORS:
        outcome = Outcome.ERROR
    return CheckResult(
        plan.kind,
        plan.path,
        outcome,
        plan.field,
        expected,
        actual.value,
        actual.found,
        False,
        wrong,
    )


ERRORS = frozenset({"check.not_json", "check.bad_schema"})
"""What a comparison says where it could not be carried out."""


def remember(step_id: str, content: Content, scope: Scope) -> None:
    """Store the response of a step, which expressions read by its id."""
    if content.is_json:
        scope.steps[step_id] = content.value
        return
    scope.steps.pop(step_id, None)  # of an attempt before
    if content.present:
        scope.missing[step_id] = f"its response {content.why_not_json}"
    else:
        scope.missing[step_id] = "its response has no body"
