"""What a person does with the pages, one path after another."""

import re
from urllib.parse import urlencode

import pytest
from tests.browser.site import TOKEN, Site
from tests.browser.tabs import Open


@pytest.mark.verifies("pages-browser#2.1")
def test_a_link_that_was_shared_leads_by_the_login_to_its_page_and_row(
    site: Site, open_tab: Open
) -> None:
    tab = open_tab()
    shared = f"{site.base}/?{urlencode({'workspace': site.hostile})}#auth-1.2"

    tab.page.goto(shared)
    assert "/login?next=" in tab.page.url
    tab.sign_in(TOKEN)

    assert tab.page.url == shared


def test_a_language_that_was_chosen_stays_on_the_next_page(site: Site, open_tab: Open) -> None:
    tab = open_tab("en")
    tab.page.goto(site.base)
    tab.sign_in(TOKEN)

    tab.page.get_by_role("link", name="中文").click()
    tab.page.goto(site.base)

    assert tab.page.locator("html").get_attribute("lang") == "zh"


def test_after_signing_out_a_page_asks_for_the_token(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(site.base)
    tab.sign_in(TOKEN)

    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.goto(site.base)

    assert re.search("/login$", tab.page.url)


@pytest.mark.verifies("pages-browser#2.2")
def test_a_person_finds_why_a_criterion_is_no_longer_proved(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/matrix")
    tab.sign_in(TOKEN)

    tab.page.keyboard.press("/")
    tab.page.keyboard.type("answer 401 -account")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("link", name="auth#1.2", exact=True).click()

    assert "auth#1.2" in tab.page.locator("h1").inner_text()
    assert "the requirement changed since" in tab.page.locator("main").inner_text()


@pytest.mark.verifies("pages-browser#2.3")
def test_a_person_finds_the_first_failing_run_of_a_case(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/runs/{site.runs[0]}")
    tab.sign_in(TOKEN)

    tab.page.locator(".case.failed").get_by_role("link", name="history").click()
    tab.page.locator(f"main a[href*='{site.runs[0]}']").first.click()

    assert f"/runs/{site.runs[0]}" in tab.page.url
    assert "the last item" in tab.page.locator("body").inner_text()
