"""A run in the Test Anything Protocol, version 14."""

import json
from collections.abc import Iterator

from shall.escaping import one_line
from shall.report.case_wording import case_name, first_bad_path, place_of, places_in
from shall.report.failures import headline
from shall.report.wording import label, message_text
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus, is_bad


def tap_lines(run: RunResult) -> Iterator[str]:
    """Yield a run as TAP: a test point for each case, with a YAML block where it did not pass."""
    yield f"TAP version 14\n1..{len(run.cases)}\n"
    for number, case in enumerate(run.cases, 1):
        yield from (f"{line}\n" for line in _point(number, case))
    if run.status is not RunStatus.COMPLETE:
        yield f"Bail out! {label(f'run.{run.status.value}', 'en')}\n"


def _point(number: int, case: CaseResult) -> Iterator[str]:
    word = "not ok" if is_bad(case) else "ok"
    line = f"{word} {number} - {_description(f'{case.case_key}: {case_name(case)}')}"
    if case.outcome is Outcome.SKIPPED and not is_bad(case):
        reason = _description(message_text(case.error, "en")) if case.error is not None else ""
        line = f"{line} # SKIP {reason}".rstrip()
    yield line
    if is_bad(case):
        yield from _block(case)


def _block(case: CaseResult) -> Iterator[str]:
    """Write a YAML block; its values are JSON, which YAML includes."""
    place = place_of(places_in((case,)), case.case_key, first_bad_path(case))
    values = {
        "severity": case.outcome.value,
        "message": headline(case),
        "at": str(place or case.case_key),
        "verifies": [criterion.key for criterion in case.criteria],
        "duration_ms": round(case.duration_s * 1000, 3),
    }
    yield "  ---"
    yield from (f"  {name}: {json.dumps(value)}" for name, value in values.items())
    yield "  ..."


def _description(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("#", "\\#")
