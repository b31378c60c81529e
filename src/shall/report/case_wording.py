"""The words of reports about a case: its steps, requests, responses and places."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import UNSET

from shall.late_pattern import late_pattern
from shall.report.wording import BAD, Places, duration, label
from shall.results.records import (
    SQL_METHOD,
    CaseResult,
    CheckResult,
    FlakyCase,
    Outage,
    Outcome,
    Position,
    StepResult,
    is_bad,
    is_torn,
    outage_of,
)
from shall.span import Span

EXCERPT_LINES = 6
"""Lines of a response that a summary shows."""

EXCERPT_LENGTH = 2_000
"""Characters of a response in which they are looked for."""

FIRST_ERROR_STATUS = 400

_TAGS = late_pattern(r"(<[^<>]*>\s*)+")
"""A line of nothing but tags: ``<!doctype html>``."""


def case_name(case: CaseResult) -> str:
    """Return a case's name with its row of data and its repetition, where it has them."""
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    attempt = f" (#{case.attempt})" if case.attempt > 1 or case.repeats else ""
    return f"{case.name}{row}{attempt}"


def flaky_line(case: FlakyCase, language: str) -> str:
    """Return ``an order [2]: passed in 3 of 5 repetitions``."""
    row = f" [{case.data_row}]" if case.data_row is not None else ""
    name = f"{case.name}{row} ({case.case_key})"
    return label("flaky", language, case=name, passed=case.passed, total=case.total)


def retried_line(case: CaseResult, language: str) -> str:
    """Return ``an order: passed after 2 retries``."""
    name = f"{case_name(case)} ({case.case_key})"
    return label("retried", language, case=name, count=case.retries)


def shown_outcome(case: CaseResult) -> Outcome:
    """Return the outcome to show for a case: a failed teardown of one that passed is an error."""
    return Outcome.ERROR if is_bad(case) and case.outcome not in BAD else case.outcome


def outage_line(outage: Outage, language: str) -> str:
    """Return ``12 cases could not reach 127.0.0.1:8000: connection refused.``."""
    why = label(f"outage.{outage.why}", language)
    return label("outage", language, count=outage.count, address=outage.address, why=why)


def step_title(kind: str, step: StepResult, language: str) -> str:
    """Return ``step login``; a step without an id of its own is called ``step 2`` already."""
    return _titled(kind, step.id, language)


@lru_cache(maxsize=1024)  # the cases of a suite have many steps in common, as below
def _titled(kind: str, name: str, language: str) -> str:
    return label(kind, language, id=name.removeprefix(f"{kind} "))


def shown_steps(case: CaseResult) -> tuple[tuple[str, StepResult], ...]:
    """Return the steps and teardowns to show, each with its kind.

    Teardowns are left out where they only met the outage that their case met before.
    """
    teardowns = case.teardowns if outage_of(case) is None or is_torn(case) else ()
    return (
        *(("step", step) for step in case.steps),
        *(("teardown", teardown) for teardown in teardowns),
    )


def places_in(cases: Iterable[CaseResult]) -> Places:
    """Return where the steps and checks of these cases are written that did not pass."""
    places: dict[tuple[str, str], Span] = {}
    for case in cases:
        at = case.position
        if isinstance(at, Position) and case.error is not None:
            path = str(case.error.params.get("path", ""))
            places[case.case_key, path] = _span(case, at)
        for step in (*case.steps, *case.teardowns):
            parts: tuple[StepResult | CheckResult, ...] = (step, *step.checks)
            for part in parts:
                at = part.position
                if type(at) is Position:
                    places[case.case_key, part.path] = _span(case, at)
    return places


def _span(case: CaseResult, at: Position) -> Span:
    return Span(case.case_key, at.line, at.column)


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
    answer = f" -> {label('no_response', language) if exchange.status is None else exchange.status}"
    if exchange.method == SQL_METHOD:
        answer = ""  # rows and errors of a database have no status
    took_s = exchange.timings.total_s or step.duration_s  # 0 in runs of older releases
    took = _took(duration(took_s), language)
    sent = f"{exchange.method} {exchange.url}{answer} {took}"
    if exchange.renewal:
        sent = label("renewed", language, sent=sent)
    if exchange.attempts is UNSET:
        return sent
    return label("repeated", language, sent=sent, attempts=exchange.attempts)


@lru_cache(maxsize=1024)
def _took(took: str, language: str) -> str:
    return label("took", language, duration=took)


def redirect_lines(step: StepResult) -> list[str]:
    """Return the redirects that were followed: ``302 -> http://shop/users/``."""
    followed = step.exchange.redirects if step.exchange is not None else UNSET
    return [f"{it.status} -> {it.url}" for it in followed] if followed else []


def redirected(step: StepResult, check: CheckResult, language: str) -> str:
    """Return `` after 302 -> ...`` for a check of the status of a response behind redirects."""
    lines = redirect_lines(step) if check.kind == "status_code" else []
    return f" {label('redirected', language, redirects=', '.join(lines))}" if lines else ""


def response_lines(step: StepResult) -> list[str]:
    """Return the first lines of a response whose failure its checks alone do not explain.

    That is an unwanted status of 400 or above, and a body that is not the JSON that a check is
    about. Lines that hold nothing but tags are left out.
    """
    exchange = step.exchange
    if exchange is None or exchange.status is None or not exchange.response_body:
        return []
    is_unwanted = exchange.status >= FIRST_ERROR_STATUS and failing_status(step) is not None
    if not is_unwanted and not any(map(_sought_json, step.checks)):
        return []
    lines = (line.strip() for line in exchange.response_body[:EXCERPT_LENGTH].splitlines())
    return [line for line in lines if line and not _TAGS.fullmatch(line)][:EXCERPT_LINES]


def failing_status(step: StepResult) -> CheckResult | None:
    """Return the check of the status, where it did not hold."""
    checks = (it for it in step.checks if it.outcome in BAD and it.kind == "status_code")
    return next(checks, None)


def _sought_json(check: CheckResult) -> bool:
    return check.message is not None and "is_not_json" in check.message.params
