"""A run as JUnit XML, as CI systems read it: a suite for each folder, a test case for each case.

The format has no schema of its own; this writes what Jenkins, GitLab and ``junitparser`` agree
on. A case has at most one of failure, error and skipped, so that nobody counts it twice: a failed
teardown of a case that passed is its error.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import chain, groupby
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from shall.escaping import one_line
from shall.report.case_wording import (
    case_name,
    first_bad_path,
    place_of,
    redirected,
    shown_outcome,
    shown_steps,
    step_title,
)
from shall.report.failures import case_text
from shall.report.survey import survey_of
from shall.report.values import check_title
from shall.report.wording import BAD, Places, label, message_text
from shall.results.listing import CaseLine
from shall.results.records import CaseResult, Outcome, RunResult, StepResult, is_bad

_ELEMENTS = {Outcome.FAILED: "failure", Outcome.ERROR: "error"}


def junit_xml(run: RunResult, language: str = "en", places: Places | None = None) -> str:
    """Return ``junit_parts`` as one text."""
    return "".join(junit_parts(run, language, places))


def junit_parts(
    run: RunResult, language: str = "en", places: Places | None = None
) -> Iterator[str]:
    """Yield a run as JUnit XML, a case at a time.

    Characters that XML cannot hold are written as visible escapes.
    """
    survey = survey_of(run)
    lines, places = survey.lines, places or survey.places
    root = ET.Element("testsuites", {"name": "shall", **_totals(lines)})
    root.set("time", _seconds(run.duration_s))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    if not lines:
        yield f"{_text(root)}\n"
        return
    yield _start(root)
    for folder, members in groupby(sorted(lines, key=_folder), key=_folder):
        of_suite = list(members)
        suite = _suite(run, folder, of_suite)
        yield f"\n  {_start(suite)}"
        properties = suite[0]
        for element in chain(
            [properties], (_case(run.cases[it.number - 1], language, places) for it in of_suite)
        ):
            ET.indent(element, level=2)
            yield f"\n    {_text(element)}"
        yield "\n  </testsuite>"
    yield "\n</testsuites>\n"


def _suite(run: RunResult, folder: str, lines: list[CaseLine]) -> ET.Element:
    """Return a suite with its properties, without its cases."""
    suite = ET.Element("testsuite", {"name": one_line(folder), **_totals(lines)})
    suite.set("time", _seconds(sum(line.duration_s for line in lines)))
    suite.set("timestamp", run.started_at.astimezone(UTC).isoformat(timespec="seconds"))
    pairs = [("run_id", run.run_id), ("run_status", run.status.value)]
    _properties(suite, [*pairs, *([("environment", run.environment)] if run.environment else [])])
    return suite


def _start(element: ET.Element) -> str:
    """Return the start tag of an element."""
    return _text(ET.Element(element.tag, element.attrib)).removesuffix(" />") + ">"


def _text(element: ET.Element) -> str:
    return ET.tostring(element, encoding="unicode")


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


def _totals(lines: Sequence[CaseLine]) -> dict[str, str]:
    bad = [line.shown_outcome for line in lines if line.is_bad]
    skipped = sum(line.outcome is Outcome.SKIPPED and not line.is_bad for line in lines)
    return {
        "tests": str(len(lines)),
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


def _folder(line: CaseLine) -> str:
    return line.case_key.rpartition("/")[0] or "."


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
