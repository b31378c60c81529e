"""Cases of a run that cannot be relied on, or take long."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.made_results import html_page

from shall.results.records import CaseResult, Outcome, RunResult

Make = Callable[..., CaseResult]
MakeAny = Callable[..., Any]
MakeRun = Callable[..., RunResult]


@pytest.mark.verifies("run-pages#1.5")
def test_cases_that_passed_only_sometimes_or_after_a_retry_are_listed(
    make_run: MakeRun, make_case: Make
) -> None:
    page = html_page(
        make_run(
            make_case(name="pay", repeats=2, attempt=1),
            make_case(name="pay", repeats=2, attempt=2, outcome=Outcome.FAILED),
            make_case(name="ship", case_key="ship.yaml", retries=3),
        )
    )

    assert '<h2 id="flaky">Flaky cases (2)</h2>' in page
    assert "pay (tests/cases/users/login.yaml): passed in 1 of 2 repetitions" in page
    assert "ship (ship.yaml): passed after 3 retries" in page
    assert "Flaky cases" not in html_page(make_run(make_case()))


@pytest.mark.verifies("run-pages#1.5")
def test_the_ten_slowest_cases_are_listed_the_slowest_first(
    make_run: MakeRun, make_case: Make
) -> None:
    cases = [make_case(name=f"case {number}", duration_s=number) for number in range(1, 21)]

    table = re.findall(r'<table class="slow">.*?</table>', html_page(make_run(*cases)))[0]

    assert re.findall(r">case (\d+)<", table) == [str(it) for it in range(20, 10, -1)]
    assert '<td class="num">20.00 s</td>' in table


@pytest.mark.verifies("run-pages#1.6")
def test_a_failed_request_is_copied_as_curl_and_one_that_passed_is_not(
    make_run: MakeRun, make_failing: Make, make_check: MakeAny, make_step: MakeAny
) -> None:
    bad = make_step(make_check(1, 2), outcome=Outcome.FAILED)
    page = html_page(make_run(make_failing(steps=(make_step(), bad))))

    commands = re.findall(r"<shall-copy[^>]*>.*?</shall-copy>", page, re.DOTALL)
    assert [">Copy as curl</button>" in it for it in commands] == [True, False]
    assert "curl http://shop.test/login" in commands[0]
