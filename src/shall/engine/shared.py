"""Runs shared steps, and makes what they captured known to the cases that use them."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from shall.cases.model import Case
from shall.engine.redact import Known
from shall.messages import Message
from shall.results.records import CaseResult, CheckResult, Outcome, StepResult, outage_of

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class Shared(Struct, frozen=True):
    """What shared steps left behind. ``error`` is why the cases that use them cannot run.

    ``secret_names`` are the variables that they declare to be secret, ``known`` what turned out
    to be. ``text`` is their file as it was read: it may change while the run goes on.
    """

    values: Mapping[str, Any] = {}
    secret_names: tuple[str, ...] = ()
    known: Known = Known()
    error: Message | None = None
    text: str | None = None


def captured_names(case: Case) -> frozenset[str]:
    """Return the names of the variables that the steps of a case capture."""
    return frozenset(name for step in case.steps for name in step.capture)


def failure_of(path: str, result: CaseResult) -> Message:
    """Return what went wrong in shared steps or their teardowns, and where."""
    for step in (*result.steps, *result.teardowns):
        if step.outcome in _BAD:
            part = next((it for it in step.checks if it.outcome in _BAD), step)
            return _message(path, part, step, result)
    inner = result.error or Message("report.outcome.error", {})
    return Message("case.shared_failed", {"place": path, "inner": inner})


def _message(
    path: str, part: StepResult | CheckResult, step: StepResult, result: CaseResult
) -> Message:
    at = part.position or step.position
    place = f"{path}:{at.line}:{at.column}" if at else path
    inner = part.message if isinstance(part, CheckResult) else part.error
    params: dict[str, Any] = {
        "place": place,
        "inner": inner or Message("report.outcome.failed", {}),
    }
    if (outage := outage_of(result)) is not None:
        params |= {"address": outage[0], "why": outage[1]}
    elif result.outcome is Outcome.FAILED:
        params["is_failed"] = True
    return Message("case.shared_failed", params)


Taken = Callable[[Mapping[str, Any], Known], None]
"""Takes the variables of a case that ended, and what is secret of them."""
