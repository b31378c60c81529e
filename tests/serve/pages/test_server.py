"""``/server`` as a server answers it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.serve.pages.conftest import Browser

from shall import __version__
from shall.store.base import CallRecord

Browse = Callable[..., Browser]


@pytest.mark.verifies("pages#4.2")
def test_the_page_counts_the_calls_of_this_server(browse: Browse) -> None:
    browser = browse()
    space = browser.served.parts.workspaces.choose(None)
    assert space.store is not None
    for status, code in (("ok", None), ("error", "MCP_TIMEOUT")):
        space.store.save_call(CallRecord(datetime.now(UTC), "run_tests", "id", status, 25.0, code))

    page = browser.get("/server")

    assert page.status_code == 200
    assert __version__ in page.text
    assert "1 (50.0%)" in page.text
    assert "MCP_TIMEOUT" in page.text


@pytest.mark.verifies("pages#4.3")
def test_the_page_shows_a_run_that_has_not_ended(browse: Browse) -> None:
    browser = browse()
    space = browser.served.parts.workspaces.choose(None)
    assert space.store is not None
    space.store.start_run("open-run", datetime.now(UTC), 3, "staging")
    assert "open-run" in browser.get("/server").text


@pytest.mark.verifies("pages#4.4")
def test_a_read_only_server_without_state_shows_the_rest(browse: Browse) -> None:
    page = browse(read_only=True).get("/server")
    assert page.status_code == 200
    assert __version__ in page.text
