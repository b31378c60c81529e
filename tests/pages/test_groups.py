"""Cases that did not pass, grouped by reason."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.made_results import html_page, lines_of

from shall.messages import Message
from shall.pages.groups import Group, counted, grouped, reason_text
from shall.results.records import CaseResult, Outcome, RunResult

Make = Callable[..., CaseResult]
MakeAny = Callable[..., Any]
MakeRun = Callable[..., RunResult]


def groups_of(run: RunResult) -> list[Group]:
    return grouped(counted(lines_of(run)))


@pytest.fixture
def make_error(make_case: Make, make_step: MakeAny) -> Make:
    """Makes a case whose step could not be carried out."""

    def make(message: Message, path: str = "steps[0]") -> CaseResult:
        step = make_step(outcome=Outcome.ERROR, error=message, exchange=None, path=path)
        return make_case(outcome=Outcome.ERROR, steps=(step,))

    return make


def down(address: str) -> Message:
    return Message("step.unreachable", {"reason": "no", "address": address, "why": "refused"})


@pytest.mark.verifies("run-pages#1.1")
def test_a_service_that_is_down_is_one_group_whichever_step_met_it(
    make_run: MakeRun, make_error: Make, make_failing: Make, make_check: MakeAny
) -> None:
    run = make_run(
        make_failing(make_check(1, 2)),
        make_error(down("shop:80")),
        make_error(down("shop:80"), "steps[3]"),
        make_error(down("bank:80")),
    )

    groups = groups_of(run)

    assert [(it.count, it.first) for it in groups] == [(2, 2), (1, 1), (1, 4)]
    assert reason_text(groups[0], "en") == "shop:80: connection refused"
    assert reason_text(groups[0], "zh") == "shop:80：连接被拒绝"


@pytest.mark.verifies("run-pages#1.2")
def test_checks_of_one_field_are_one_group_whatever_their_values(
    make_run: MakeRun, make_failing: Make, make_check: MakeAny
) -> None:
    run = make_run(
        make_failing(make_check(7, "7")),
        make_failing(make_check(8, "8")),
        make_failing(make_check(8, "8", field="data.name")),
    )

    assert [(it.count, reason_text(it, "en")) for it in groups_of(run)] == [
        (2, "data.id equals: the values differ from case to case"),
        (1, "data.name equals: expected 8, got 8"),
    ]


def test_each_status_is_a_reason_of_its_own(
    make_run: MakeRun, make_failing: Make, make_check: MakeAny
) -> None:
    def failed(actual: int) -> CaseResult:
        message = Message("check.status", {"expected": "200", "actual": actual})
        check = make_check(200, actual, kind="status_code", field=None, message=message)
        return make_failing(check)

    groups = groups_of(make_run(failed(500), failed(404), failed(500)))

    assert [(it.count, reason_text(it, "en")) for it in groups] == [
        (2, "status_code: expected status 200, got 500"),
        (1, "status_code: expected status 200, got 404"),
    ]


@pytest.mark.verifies("reports#1.17")
def test_a_reason_names_its_check_as_expect_has_it(
    make_run: MakeRun, make_failing: Make, make_check: MakeAny
) -> None:
    message = Message("check.status", {"expected": "200", "actual": 500})
    place = "steps[0].expect.status"
    check = make_check(200, 500, kind="status_code", field=None, path=place, message=message)

    [group] = groups_of(make_run(make_failing(check)))

    assert reason_text(group, "en") == "status: expected status 200, got 500"


@pytest.mark.verifies("run-pages#1.1")
def test_the_page_shows_the_cases_of_a_reason_below_it_the_largest_group_first(
    make_run: MakeRun, make_error: Make, make_failing: Make, make_check: MakeAny
) -> None:
    late = Message("step.timed_out", {"reason": "no answer within 5 s"})
    page = html_page(
        make_run(make_failing(make_check(1, 2)), make_error(late), make_error(late, "steps[1]"))
    )

    shown = re.findall(r'id="(case-\d)"|<p class="reason">([^<]*)', page)
    assert shown == [
        ("", "no answer within 5 s "),
        ("case-2", ""),
        ("case-3", ""),
        ("case-1", ""),
    ]
    assert '<a href="#case-2" class="num">first case</a>' in page


def test_failures_that_have_nothing_in_common_have_no_list_of_reasons(
    make_run: MakeRun, make_failing: Make, make_check: MakeAny
) -> None:
    page = html_page(
        make_run(make_failing(make_check(1, 2)), make_failing(make_check(1, 2, field="a")))
    )
    assert "Why cases did not pass" not in page


def test_a_case_without_a_reason_is_grouped_too(make_run: MakeRun, make_case: Make) -> None:
    run = make_run(make_case(outcome=Outcome.FAILED), make_case(outcome=Outcome.FAILED))

    [group] = groups_of(run)

    assert (group.count, reason_text(group, "en")) == (2, "without a reason")
