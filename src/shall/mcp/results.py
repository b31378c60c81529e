"""Runs and cases as a model reads them: short, the reason first."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any, NotRequired

from msgspec.structs import replace
from typing_extensions import TypedDict

from shall.errors import OverBudget
from shall.mcp.shorten import cut, cut_bytes, cut_sentences
from shall.messages import Message, render
from shall.report.case_wording import (
    flaky_line,
    outage_line,
    places_in,
    redirected,
    response_lines,
    retried_line,
    step_title,
)
from shall.report.values import check_title
from shall.report.wording import Places, label, outages_of
from shall.results.records import (
    CaseResult,
    CheckResult,
    ExchangeRecord,
    Outcome,
    RunSummary,
    StepResult,
    outage_of,
)
from shall.store.records import RunRecord

SHOWN_FAILURES = 10
SHOWN_NAMES = 20
_SHOWN_CHECKS = 3
_VALUE_LENGTH = 80
_REASON_LENGTH = 200
_NAME_LENGTH = 40
_LEAST_REASON = 60
_RESPONSE_LENGTH = 60
_TAG = re.compile("<[^<>]*>")
# A failing case travels twice, as text and structured: together they stay below 1.5 KB.
_CASE_BYTES = 235
_ASSERTIONS_BYTES = 115
_BODY_LENGTH = 4000

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class FailedCase(TypedDict):
    """A case that did not pass."""

    test_name: str
    yaml_path: str
    status: str
    error_message: str
    assertions: list[dict[str, Any]]


class RunReply(TypedDict):
    """What run_tests answers beside the envelope; ``results`` holds what did not pass."""

    run_id: str
    summary: str
    total: int
    passed: int
    failed: int
    errors: int
    skipped: int
    duration: float
    has_failures: bool
    results: list[FailedCase]
    mode: NotRequired[str]
    warning: NotRequired[str]
    more_results: NotRequired[int]
    left_out: NotRequired[int]
    flaky: NotRequired[list[str]]
    test_name: NotRequired[str]
    yaml_path: NotRequired[str]
    py_path: NotRequired[str]
    result: NotRequired[dict[str, Any]]


class ResultsReply(TypedDict):
    """What get_test_results answers beside the envelope."""

    results: list[dict[str, Any]]
    cases: NotRequired[list[dict[str, Any]]]
    more_cases: NotRequired[int]


def run_reply(run: RunSummary, first: CaseResult | None, language: str) -> RunReply:
    """Return a run in short; ``first`` is its first case.

    Of the cases that could not reach one service, the first speaks for all.
    """
    counts = run.counts()
    bad = (*run.bad, *run.skipped)
    bad_total = run.bad_total + counts[Outcome.SKIPPED]
    outages = {found: outage_line(it, language) for found, it in outages_of(run).items()}
    bad_total -= sum(it.count - 1 for it in outages_of(run).values())
    failures = []
    for case in _one_of_each_outage(bad, outages)[:SHOWN_FAILURES]:
        failed = _failed_case(case, places_in((case,)), language)
        found = outage_of(case)
        if found in outages:
            failed["error_message"] = outages[found]
        failures.append(failed)
    reply: RunReply = {
        "run_id": run.run_id,
        "summary": _summary(run),
        "total": run.total,
        "passed": counts[Outcome.PASSED],
        "failed": counts[Outcome.FAILED],
        "errors": counts[Outcome.ERROR],
        "skipped": counts[Outcome.SKIPPED],
        "duration": round(run.duration_s, 3),
        "has_failures": not run.all_hold,
        "results": failures,
    }
    if bad_total > SHOWN_FAILURES:
        reply["more_results"] = bad_total - SHOWN_FAILURES
    if run.left_out:  # others are marked with `only`
        reply["left_out"] = run.left_out
    unsteady = [flaky_line(it, language) for it in run.flaky[:SHOWN_FAILURES]]
    unsteady += [retried_line(it, language) for it in run.retried[:SHOWN_FAILURES]]
    if unsteady:
        reply["flaky"] = [cut(it, _REASON_LENGTH) for it in unsteady[:SHOWN_FAILURES]]
    if run.total == 1 and first is not None:
        reply["result"] = {"status": first.outcome.value, "duration": round(first.duration_s, 3)}
    return reply


def _one_of_each_outage(
    cases: Sequence[CaseResult], outages: Collection[tuple[str, str]]
) -> list[CaseResult]:
    kept, seen = [], set()
    for case in cases:
        found = outage_of(case)
        if found in outages:
            if found in seen:
                continue
            seen.add(found)
        kept.append(case)
    return kept


def run_item(run: RunRecord) -> dict[str, Any]:
    """Return one line of the history."""
    item: dict[str, Any] = {
        "run_id": run.run_id,
        "timestamp": run.started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "status": run.status.value,
        "total": run.total,
        "passed": run.passed,
        "failed": run.failed,
        "errors": run.errors,
        "skipped": run.skipped,
        "duration": None if run.duration_s is None else round(run.duration_s, 3),
        "test_names": list(run.test_names[:SHOWN_NAMES]),
    }
    if len(run.test_names) > SHOWN_NAMES:
        item["more_test_names"] = len(run.test_names) - SHOWN_NAMES
    return item


def case_details(case: CaseResult, language: str, *, whole: bool) -> dict[str, Any]:
    """Return a case: in a line, or whole with every step, check, request and response."""
    data: dict[str, Any] = {
        "test_name": case.name,
        "yaml_path": case.case_key,
        "status": case.outcome.value,
        "duration": round(case.duration_s, 3),
        "checks": case.checks_executed,
    }
    reason = reason_of(case, {}, language)
    if reason:
        data["error_message"] = cut_sentences(reason, _REASON_LENGTH)
    if whole:
        data["verifies"] = [criterion.key for criterion in case.criteria]
        data["steps"] = [_step(step, language) for step in case.steps]
        data["teardowns"] = [_step(step, language) for step in case.teardowns]
    return data


def reason_of(case: CaseResult, places: Places, language: str) -> str:
    """Return in one line why a case did not pass; empty when it did."""
    if case.error is not None:
        path = str(case.error.params.get("path", ""))
        return _placed(render(case.error, language).partition("\n")[0], case, path, places)
    for kind, steps in (("step", case.steps), ("teardown", case.teardowns)):
        for step in steps:
            if step.outcome in _BAD:
                title = step_title(kind, step, language)
                return f"{title}: {_step_reason(case, step, places, language)}"
    return ""


def _summary(run: RunSummary) -> str:
    counts = run.counts()
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)


def _failed_case(case: CaseResult, places: Places, language: str) -> FailedCase:
    bad = [
        check
        for step in (*case.steps, *case.teardowns)
        for check in step.checks
        if check.outcome in _BAD
    ]
    failed: FailedCase = {
        "test_name": cut(case.name, _NAME_LENGTH),
        "yaml_path": case.case_key,
        "status": case.outcome.value,
        "error_message": "",
        "assertions": [_assertion(check) for check in bad[:_SHOWN_CHECKS]],
    }
    while failed["assertions"] and _size(failed["assertions"]) > _ASSERTIONS_BYTES:
        failed["assertions"].pop()  # the message has the first, get_test_results all of them
    room = max(_CASE_BYTES - _size({**failed, "assertions": []}), _LEAST_REASON)
    failed["error_message"] = cut_bytes(reason_of(case, places, language), room)
    return failed


def _size(value: Any) -> int:
    return len(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    )


def _step_reason(case: CaseResult, step: StepResult, places: Places, language: str) -> str:
    if step.error is not None:
        said = _text(step.error, language)
        is_limit = step.error.params.get("error_code") == OverBudget.code
        return _placed(said, case, step.path, places) if is_limit else said
    check = next(check for check in step.checks if check.outcome in _BAD)
    place = places.get((case.case_key, check.path))
    where = f" ({place.file}:{place.line})" if place else ""
    what = check.kind if check.implicit else check_title(check, language)
    after = redirected(step, check, language)
    response = " ".join(_TAG.sub("", " ".join(response_lines(step))).split())
    if response:
        said = label("response_begins", language, response=cut(response, _RESPONSE_LENGTH))
        where = f"{where}, {said}"
    return f"{what}: {_text(check.message, language)}{after}{where}"


def _placed(text: str, case: CaseResult, path: str, places: Places) -> str:
    """Return a reason with the place of what it is about in front, where that is known."""
    place = places.get((case.case_key, path))
    return f"{place}: {text}" if place else text


def _text(message: Message | None, language: str) -> str:
    return render(message, language) if message else ""


def _assertion(check: CheckResult) -> dict[str, Any]:
    return {
        "assertion_type": check.kind,
        "field": check.field,
        "expected": _short(check.expected),
        "actual": _short(check.actual),
        "passed": check.outcome is Outcome.PASSED,
    }


def _step(step: StepResult, language: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": step.id,
        "status": step.outcome.value,
        "assertions": [
            {**_assertion(check), "message": _text(check.message, language) or None}
            for check in step.checks
        ],
    }
    if step.error is not None:
        data["error_message"] = _text(step.error, language)
    if step.exchange is not None:
        data["exchange"] = _exchange(step.exchange)
    return data


def _exchange(exchange: ExchangeRecord) -> dict[str, Any]:
    redirects = exchange.redirects or ()
    return {
        "request": f"{exchange.method} {exchange.url}",
        **({"redirects": [f"{it.status} {it.url}" for it in redirects]} if redirects else {}),
        **({"attempts": exchange.attempts} if exchange.attempts else {}),
        **({"renewal": _renewal(exchange)} if exchange.renewal else {}),
        "request_headers": dict(exchange.request_headers),
        "request_body": cut(exchange.request_body, _BODY_LENGTH),
        "status": exchange.status,
        "response_headers": dict(exchange.response_headers),
        "response_body": cut(exchange.response_body, _BODY_LENGTH),
        "duration": round(exchange.timings.total_s, 4),
    }


def _renewal(exchange: ExchangeRecord) -> list[str]:
    return [f"{it.method} {it.url} -> {it.status}" for it in exchange.renewal or ()]


def sent_reply(
    step: StepResult, case: str, secrets: Sequence[str], language: str
) -> dict[str, Any]:
    """Return a request that was sent, its response, and the case that sends it again."""
    assert step.exchange is not None  # noqa: S101 - a response came
    reply: dict[str, Any] = {"exchange": _exchange(step.exchange)}
    checks = [check for check in step.checks if not check.implicit]
    if checks:
        reply["assertions"] = _step(replace(step, checks=tuple(checks)), language)["assertions"]
    if step.error is not None:
        reply["problem"] = _text(step.error, language)
    reply["testcase"] = case
    if secrets:
        reply["secrets"] = list(secrets)
    return reply


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return cut(value if isinstance(value, str) else repr(value), _VALUE_LENGTH)
