"""The words of reports: labels, messages and durations, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from shall.diagnostics.escaping import block
from shall.messages import Message, render
from shall.results.records import (
    CaseResult,
    CheckResult,
    Outcome,
    Position,
    RunResult,
    RunSummary,
    StepResult,
    is_bad,
)
from shall.span import Span

Places = Mapping[tuple[str, str], Span]
"""Where each part of a case stands: (case key, path such as ``steps[0].assert[1]``) to place."""

BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def label(name: str, language: str, **params: Any) -> str:
    """Return one of the reports' own texts: ``label("expected", "en")``."""
    return render(Message(f"report.{name}", params), language)


def said(message: Message, language: str) -> str:
    """Return a message's text; an unknown one is shown as its code and data."""
    try:
        text = render(message, language)
    except (KeyError, IndexError, ValueError):
        params = ", ".join(f"{key}={value}" for key, value in message.params.items())
        text = f"{message.code} ({params})" if params else message.code
    return block(text)


def counted(run: RunResult | RunSummary, outcome: Outcome, language: str) -> str:
    """Return how many cases ended so: ``3 passed``."""
    return count_label(outcome, run.counts()[outcome], language)


def count_label(outcome: Outcome, count: int, language: str) -> str:
    """Say a number of cases with an outcome: ``1 error``."""
    one = "_one" if outcome is Outcome.ERROR and count == 1 else ""
    return label(f"count.{outcome.value}{one}", language, count=count)


def duration(seconds: float) -> str:
    """Return a length of time as a person says it: ``12 ms``, ``0.42 s``, ``2 min 05 s``."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def case_name(case: CaseResult) -> str:
    """Return a case's name with its row of data and its attempt, where it has them."""
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    attempt = f" (#{case.attempt})" if case.attempt > 1 else ""
    return f"{case.name}{row}{attempt}"


def shown_outcome(case: CaseResult) -> Outcome:
    """Return the outcome to show for a case: a failed teardown of one that passed is an error."""
    return Outcome.ERROR if is_bad(case) and case.outcome not in BAD else case.outcome


__all__ = [
    "BAD",
    "Places",
    "case_name",
    "count_label",
    "counted",
    "duration",
    "first_bad_path",
    "is_bad",
    "label",
    "place_of",
    "places_in",
    "request_line",
    "said",
    "shown_outcome",
]


def places_in(cases: Iterable[CaseResult]) -> Places:
    """Return where the steps and checks of these cases are written that did not pass."""
    places: dict[tuple[str, str], Span] = {}
    for case in cases:
        at = case.position
        if isinstance(at, Position) and case.error is not None:
            path = str(case.error.params.get("path", ""))
            places[case.case_key, path] = Span(case.case_key, at.line, at.column)
        for step in (*case.steps, *case.teardowns):
            parts: list[StepResult | CheckResult] = [step, *step.checks]
            for part in parts:
                at = part.position
                if isinstance(at, Position):
                    places[case.case_key, part.path] = Span(case.case_key, at.line, at.column)
    return places


def place_of(places: Places, case_key: str, path: str = "") -> Span | None:
    """Find the place of a part of a case, else of the nearest part around it."""
    while path:
        if found := places.get((case_key, path)):
            return found
        path = path.rpartition(".")[0]
    return places.get((case_key, ""))


def first_bad_path(case: CaseResult) -> str:
    """Return the path of what went wrong first: a variable, check or step; empty for the case."""
    if case.error is not None and "path" in case.error.params:
        return str(case.error.params["path"])
    for step in (*case.steps, *case.teardowns):
        if step.outcome in BAD:
            return next((it.path for it in step.checks if it.outcome in BAD), step.path)
    return ""


def request_line(step: StepResult, language: str) -> str:
    """Return what was sent and what came back: ``GET http://shop/users -> 200 in 12 ms``."""
    exchange = step.exchange
    if exchange is None:
        return ""
    answer = label("no_response", language) if exchange.status is None else str(exchange.status)
    took_s = exchange.timings.total_s or step.duration_s  # without an answer nothing is timed
    took = label("took", language, duration=duration(took_s))
    return f"{exchange.method} {exchange.url} -> {answer} {took}"
