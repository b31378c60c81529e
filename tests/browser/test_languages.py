"""A saved file in both languages: which one a person sees, and that everything works in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.browser.tabs import Open
from tests.made_results import case_result, coverage, exchange, failing_case, run_result, step

from shall.pages.frame import Body, Look, saved_in_both
from shall.pages.report import Beside, criterion_texts, run_body
from shall.results.records import Outcome

NOW = datetime.now(UTC)
TITLES = {"en": "1 of 601 cases did not pass · shall", "zh": "601 个用例中有 1 个未通过 · shall"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of more cases than are shown at once, with its matrix; it starts in English."""
    cases = [case_result(name=f"order {number}") for number in range(600)]
    failed = step(outcome=Outcome.FAILED, exchange=exchange())
    run = run_result(*cases, failing_case(steps=(failed,), name="the late one"))
    matrix = coverage()

    def body_in(language: str) -> Body:
        beside = Beside(matrix, texts=criterion_texts(matrix, language))
        return run_body(run, Look(language, NOW), beside)

    file = tmp_path_factory.mktemp("languages") / "report.html"
    file.write_text("".join(saved_in_both("en", body_in)), encoding="utf-8")
    return file


@pytest.mark.verifies("run-pages#2.10")
def test_a_file_is_switched_to_the_other_language_and_back(file: Path, open_tab: Open) -> None:
    page = open_tab("en").page
    page.goto(f"{file.as_uri()}#case-3")
    assert page.title() == TITLES["en"]

    page.get_by_role("button", name="中文").click()

    assert page.title() == TITLES["zh"]
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("h1").inner_text() == TITLES["zh"].removesuffix(" · shall")
    assert page.locator("main time[data-age]").first.inner_text().endswith("前")
    assert page.url.endswith("#case-3")
    assert page.locator("#case-3:target[open]").count() == 1
    assert page.get_by_role("button", name="English").evaluate("it => it.matches(':focus')")

    page.get_by_role("button", name="English").click()

    assert page.title() == TITLES["en"]
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main time[data-age]").first.inner_text().endswith("ago")


@pytest.mark.verifies("run-pages#2.10")
def test_a_file_is_searched_and_filtered_in_both_languages(file: Path, open_tab: Open) -> None:
    page = open_tab("en").page
    page.goto(file.as_uri())
    search = page.get_by_role("searchbox")
    rows = page.locator("shall-index [data-row]:visible")
    shown = page.locator("[data-pages] span").first
    for language, first, second, failed, key in (
        ("中文", "第 1 至 11 行，共 11 行", "第 501 至 601 行，共 601 行", "失败 1", "键盘快捷键"),
        ("English", "Rows 1 to 11 of 11", "Rows 501 to 601 of 601", "1 failed", "Keyboard"),
        ("中文", "第 1 至 11 行，共 11 行", "第 501 至 601 行，共 601 行", "失败 1", "键盘快捷键"),
    ):
        page.get_by_role("button", name=language).click()

        search.fill('"order 59"')
        assert (rows.count(), shown.inner_text()) == (11, first)
        search.fill("")
        page.locator("[data-step='1']").first.click()
        assert (rows.count(), shown.inner_text()) == (101, second)
        page.locator("label:has(#show-failed)").click()
        assert rows.count() == 1
        assert page.locator("label:has(#show-failed)").inner_text() == failed
        page.locator("label:has(#show-all)").click()
        page.locator("h1").click()
        page.keyboard.press("?")
        assert page.get_by_role("dialog").get_by_role("heading").inner_text() == key
        page.keyboard.press("Escape")


@pytest.mark.verifies("run-pages#2.10")
def test_a_failure_is_copied_in_the_language_that_is_switched_to(
    file: Path, open_tab: Open
) -> None:
    page = open_tab("en").page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(file.as_uri())

    page.get_by_role("button", name="中文").click()
    page.locator("shall-copy > button", has_text="curl").click()

    assert page.evaluate("getSelection().toString()").startswith("curl ")
    assert page.locator("shall-copy details[open]").count() == 1


@pytest.mark.verifies("run-pages#2.10")
def test_a_row_of_another_page_is_shown_in_the_language_that_is_switched_to(
    file: Path, open_tab: Open
) -> None:
    page = open_tab("en").page
    page.goto(f"{file.as_uri()}#case-590")
    assert page.locator("#case-590.linked").is_visible()

    page.get_by_role("button", name="中文").click()

    assert page.locator("#case-590.linked").is_visible()
    assert page.locator("[data-pages] span").first.inner_text() == "第 501 至 601 行，共 601 行"
    page.evaluate("location.hash = 'case-3'")
    page.evaluate("location.hash = 'case-591'")
    page.locator("#case-591.linked").wait_for()


@pytest.mark.verifies("run-pages#2.11")
def test_a_file_is_shown_in_the_language_of_the_browser_until_another_is_chosen(
    file: Path, open_tab: Open
) -> None:
    page = open_tab("zh").page
    page.goto(f"{file.as_uri()}#case-3")
    assert page.title() == TITLES["zh"]
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("#case-3:target[open]").count() == 1

    page.get_by_role("button", name="English").click()
    page.reload()

    assert page.title() == TITLES["en"]


@pytest.mark.verifies("run-pages#2.11")
def test_without_scripts_a_file_is_read_in_the_language_that_it_starts_in(
    file: Path, open_tab: Open
) -> None:
    page = open_tab("zh", java_script_enabled=False).page
    page.goto(file.as_uri())

    assert page.title() == TITLES["en"]
    assert page.get_by_text("did not pass").first.is_visible()
    assert not page.get_by_role("button", name="中文").is_visible()
