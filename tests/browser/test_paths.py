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
