"""A run as JUnit XML, as CI systems read it: a suite for each folder, a test case for each case.

The format has no schema of its own; this writes what Jenkins, GitLab and ``junitparser`` agree
on. A case has at most one of failure, error and skipped, so that nobody counts it twice: a failed
teardown of a case that passed is its error.
"""

from collections.abc import Iterable
from datetime import UTC
from itertools import groupby
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from shall.escaping import one_line
from shall.report.case_wording import (
    case_name,
    first_bad_path,
    place_of,
    places_in,
    redirected,
    shown_outcome,
    shown_steps,
    step_title,
)
from shall.report.failures import case_text
from shall.report.values import check_title
from shall.report.wording import BAD, Places, label, message_text
from shall.results.records import CaseResult, Outcome, RunResult, StepResult, is_bad

_ELEMENTS = {Outcome.FAILED: "failure", Outcome.ERROR: "error"}


def junit_xml(run: RunResult, language: str = "en", places: Places | None = None) -> str:
    """Write a run as JUnit XML.

    Characters that XML cannot hold are written as visible escapes.
    """
    root = ET.Element("testsuites", {"name": "shall", **_totals(run.cases)})
    root.set("time", _seconds(run.duration_s))
    places = places or places_in(run.cases)
    for folder, cases in groupby(sorted(run.cases, key=_folder), key=_folder):
        root.append(_suite(run, folder, list(cases), language, places))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(
    run: RunResult, folder: str, cases: list[CaseResult], language: str, places: Places
) -> ET.Element:
    suite = ET.Element("testsuite", {"name": one_line(folder), **_totals(cases)})
    suite.set("time", _seconds(sum(case.duration_s for case in cases)))
    suite.set("timestamp", run.started_at.astimezone(UTC).isoformat(timespec="seconds"))
    pairs = [("run_id", run.run_id), ("run_status", run.status.value)]
    _properties(suite, [*pairs, *([("environment", run.environment)] if run.environment else [])])
    for case in cases:
        suite.append(_case(case, language, places))
    return suite


def _case(case: CaseResult, language: str, places: Places) -> ET.Element:
    classname = ".".join(PurePosixPath(case.case_key).with_suffix("").parts)
    element = ET.Element(
        "testcase",
        {
            "name": one_line(case_name(case)),
            "classname": one_line(classname),
            "file": one_line(case.case_key),
            "time": _seconds(case.duration_s),
        },
    )
    if place := place_of(places, case.case_key, first_bad_path(case)):
        element.set("line", str(place.line))
    verified = [("verifies", criterion.key) for criterion in case.criteria]
    retried = [("retries", str(case.retries))] if case.retries else []
    _properties(element, [*verified, *(("tag", tag) for tag in case.tags), *retried])
    if is_bad(case):
        bad = shown_outcome(case)
        problem = ET.SubElement(element, _ELEMENTS[bad], {"message": _reason(case, language)})
        problem.set("type", "teardown" if case.outcome not in BAD else bad.value)
        problem.text = case_text(case, language, places)  # escaped already
    elif case.outcome is Outcome.SKIPPED:
        ET.SubElement(element, "skipped", {"message": _reason(case, language)})
    return element


def _reason(case: CaseResult, language: str) -> str:
    if case.error is not None:
        return one_line(message_text(case.error, language))
    for kind, step in shown_steps(case):
        if step.outcome in BAD:
            title = step_title(kind, step, language)
            return one_line(f"{title}: {_step_reason(step, language)}")
    return label(f"outcome.{case.outcome.value}", language)


def _step_reason(step: StepResult, language: str) -> str:
    if step.error is not None:
        return message_text(step.error, language)
    check = next((check for check in step.checks if check.outcome in BAD), None)
    if check is None:
        return label(f"outcome.{step.outcome.value}", language)
    title = check_title(check, language)
    if check.message is None:
        return title
    return f"{title}: {message_text(check.message, language)}{redirected(step, check, language)}"


def _totals(cases: Iterable[CaseResult]) -> dict[str, str]:
    cases = list(cases)
    bad = [shown_outcome(case) for case in cases if is_bad(case)]
    skipped = sum(case.outcome is Outcome.SKIPPED and not is_bad(case) for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(bad.count(Outcome.FAILED)),
        "errors": str(bad.count(Outcome.ERROR)),
        "skipped": str(skipped),
    }


def _properties(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> None:
    pairs = list(pairs)
    if pairs:
        properties = ET.SubElement(parent, "properties")
        for name, value in pairs:
            ET.SubElement(properties, "property", {"name": name, "value": one_line(value)})


def _folder(case: CaseResult) -> str:
    return case.case_key.rpartition("/")[0] or "."


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
