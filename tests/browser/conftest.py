"""A browser for each module of tests, and tabs that must end without a complaint."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser.site import Site
from tests.browser.site import site as serving
from tests.browser.tabs import Open, Tab, chromium, new_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")  # a session's would stop asyncio.run in the tests of other folders
def browser() -> Iterator["Browser"]:
    """The system's Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture
def open_tab(browser: "Browser") -> Iterator[Open]:
    """Opens tabs; a console error or a violation of the policy in one fails the test."""
    tabs: list[Tab] = []

    def opened(language: str = "en", **options: Any) -> Tab:
        tabs.append(new_tab(browser, language, **options))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.context.close()
    assert [it for tab in tabs for it in tab.complained()] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with pages to open."""
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running
