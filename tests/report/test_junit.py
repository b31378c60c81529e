from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml

from shall.report.junit import junit_xml
from shall.results.records import CaseResult, CheckResult, Outcome, RunResult
from shall.span import Span

Places = dict[tuple[str, str], Span]


def test_the_junit_report_reads_as_the_golden_file(
    sample: RunResult, places: Places, golden: Callable[[str, str], None]
) -> None:
    golden("junit.xml", junit_xml(sample, places=places))


@pytest.mark.verifies("reports#1.4")
def test_a_ci_parser_counts_what_the_run_counts(sample: RunResult, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(junit_xml(sample), encoding="utf-8")

    report = JUnitXml.fromfile(str(file))

    assert isinstance(report, JUnitXml)
    assert (report.tests, report.failures, report.errors, report.skipped) == (5, 1, 2, 1)
    suites: list[Any] = list(report)
    counted = [(it.name, it.tests, it.failures, it.errors, it.skipped) for it in suites]
    for suite in suites:
        suite.update_statistics()  # counts the elements themselves
    assert counted == [(it.name, it.tests, it.failures, it.errors, it.skipped) for it in suites]
    assert [name for name, *_ in counted] == [
        "tests/cases",
        "tests/cases/orders",
        "tests/cases/users",
    ]


@pytest.mark.verifies("reports#1.4")
def test_a_case_names_its_file_its_line_and_the_criteria_that_it_verifies(
    sample: RunResult, places: Places
) -> None:
    root = ET.fromstring(junit_xml(sample, places=places))

    case = root.find(".//testcase[@name='the answer tells who signed in']")

    assert case is not None
    assert case.get("file") == "tests/cases/users/answer.yaml"
    assert case.get("classname") == "tests.cases.users.answer"
    assert case.get("line") == "14"
    verified = [it.get("value") for it in case.iterfind("properties/property[@name='verifies']")]
    assert verified == ["users#1.2", "users#1.3"]


def test_a_failed_teardown_of_a_case_that_passed_is_its_error(sample: RunResult) -> None:
    root = ET.fromstring(junit_xml(sample))

    error = root.find(".//testcase[@name='an order is undone [2] (#2)']/error")

    assert error is not None
    assert error.get("type") == "teardown"
    assert str(error.get("message")).startswith("teardown remove: ")


@pytest.mark.verifies("reports#1.6")
def test_hostile_text_leaves_well_formed_xml(
    make_run: Callable[..., RunResult],
    make_failing: Callable[..., CaseResult],
    make_check: Callable[..., CheckResult],
) -> None:
    hostile = "]]></failure><x>\0\x1b[31m\ud800\ufffe\u202e&\"'"
    case = make_failing(make_check(hostile, 1), name=hostile, case_key=f"a/{hostile}.yaml")

    text = junit_xml(make_run(case, environment=hostile))

    root = ET.fromstring(text.encode())
    element = root.find(".//testcase")
    assert element is not None
    assert element.get("name") == r"""]]></failure><x>\x00\x1b[31m\ud800\ufffe\u202e&"'"""
    assert [child.tag for child in element] == ["failure"]


def test_a_bad_step_without_checks_and_a_bad_case_without_steps_still_have_a_reason(
    make_run: Callable[..., RunResult],
    make_case: Callable[..., CaseResult],
    make_failing: Callable[..., CaseResult],
    make_check: Callable[..., CheckResult],
) -> None:
    run = make_run(
        make_failing(),
        make_case(outcome=Outcome.ERROR),
        make_failing(make_check(1, 2, message=None)),
    )

    reasons = [it.get("message") for it in ET.fromstring(junit_xml(run)).iterfind(".//testcase/*")]

    assert reasons == ["step login: failed", "error", "step login: data.id equals"]
