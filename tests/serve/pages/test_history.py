"""``/history``, ``/history/case`` and ``/compare`` as a server answers them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from tests.serve.pages.conftest import Browser

from shall.results.records import CaseResult, CriterionRef, Outcome, RunStatus

DOCUMENT = """# Shop

### Requirement 1: Paying

#### Acceptance Criteria

1. WHEN an order is paid, THE shop SHALL store it.
"""
KEY = "tests/cases/pay.yaml"


@pytest.fixture
def browser(browse: Callable[..., Browser]) -> Browser:
    """A browser of a server with four runs, of which the last two failed."""
    browser = browse()
    store = browser.served.parts.workspaces.choose(None).store
    assert store is not None
    for number, outcome in enumerate((*["passed"] * 2, *["failed"] * 2)):
        at = datetime.now(UTC) - timedelta(hours=9 - number)
        run_id = f"run{number}"
        store.start_run(run_id, at, 1, "")
        criteria = (CriterionRef("shop#1.2"),)
        case = CaseResult(run_id, KEY, "paying", Outcome(outcome), at, 0.1, 1, criteria=criteria)
        store.save_cases([case])
        store.finish_run(run_id, RunStatus.COMPLETE, 1.0)
    return browser


@pytest.mark.verifies("history-pages#2.1", "history-pages#2.5")
def test_a_person_finds_the_first_failing_run_of_a_case(browser: Browser) -> None:
    overview = browser.get("/history").text
    case = f"/history/case?key={KEY.replace('/', '%2F')}"
    assert case in overview
    page = unescape(browser.get(case).text)
    assert "◀ first failing run" in page
    assert '<a href="/compare?before=run1&after=run2">' in page

    compared = browser.get("/compare?before=run1&after=run2").text

    assert "newly failing" in compared
    assert '<a href="/runs/run2/cases/1">' in compared


@pytest.mark.verifies("history-pages#2.8")
def test_a_criterion_has_the_history_of_its_cases(browser: Browser) -> None:
    page = browser.get("/history?criterion=shop%231.2").text

    assert KEY in page
    assert page.count('<rect class="failed"') == 4
    assert KEY not in browser.get("/history?criterion=shop%231").text


def test_the_page_of_a_criterion_leads_to_its_history(browser: Browser, project: Path) -> None:
    document = project / "specs/shop/requirements.md"
    document.parent.mkdir(parents=True)
    document.write_text(DOCUMENT, encoding="utf-8")

    page = browser.get("/criteria/shop%231.1").text

    assert '<a href="/history?criterion=shop%231.1">' in page


@pytest.mark.parametrize(
    "address", ["/history/case?key=none", "/history/case", "/compare?before=run1&after=none"]
)
def test_what_is_not_stored_is_answered_with_a_page(browser: Browser, address: str) -> None:
    answer = browser.get(address)

    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")


@pytest.mark.parametrize("number", ["x", "-1", "0", "9" * 99, "²"])
def test_a_number_that_no_page_has_is_the_nearest_one(browser: Browser, number: str) -> None:
    for address in (f"/history?runs={number}", f"/compare?page={number}"):
        assert browser.get(address).status_code == 200, address


def test_the_last_two_runs_are_compared_where_none_is_named(browser: Browser) -> None:
    english = browser.get("/compare", **{"Accept-Language": "en"}).text
    chinese = browser.get("/compare", **{"Accept-Language": "zh"}).text

    assert "still failing" in english
    assert "仍然失败" in chinese
