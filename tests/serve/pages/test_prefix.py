"""The pages below a path of a proxy: each address that they hold is below it, and leads on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.repository import commit
from tests.serve.pages.conftest import BROWSER, TOKEN, Browser
from tests.serve.pages.test_login import form_token

from shall.results.records import CaseResult, Outcome, RunStatus

DOCUMENT = "### Requirement 1: Paying\n\n1. WHEN an order is paid, THE shop SHALL store it\n"
_ADDRESS = re.compile(r' (?:href|src|action|data-source)="(/[^"]*)"')


@pytest.fixture
def browser(browse: Callable[..., Browser], project: Path) -> Browser:
    """A browser behind a proxy that is trusted, and that serves the server below ``/shall``."""
    file = project / "specs/shop/requirements.md"
    file.parent.mkdir(parents=True)
    file.write_text(DOCUMENT, encoding="utf-8")
    commit(project)
    browser = browse(auth_token=TOKEN, trusted_proxies=("127.0.0.1/32",))
    store = browser.served.parts.workspaces.choose(None).store
    assert store is not None
    for number, outcome in enumerate((Outcome.PASSED, Outcome.FAILED)):
        at = datetime.now(UTC)
        store.start_run(f"run{number}", at, 1, "")
        store.save_cases([CaseResult(f"run{number}", "pay.yaml", "paying", outcome, at, 0.1, 1)])
        store.finish_run(f"run{number}", RunStatus.COMPLETE, 1.0)
    store.start_run("going-on", datetime.now(UTC), 2, "")
    return behind(browser, "127.0.0.1")


def behind(browser: Browser, proxy: str) -> Browser:
    """Return the same browser behind a proxy at an address."""
    browser.http = TestClient(
        browser.served.app,
        base_url=browser.origin,
        follow_redirects=False,
        raise_server_exceptions=False,
        headers={**BROWSER, "X-Forwarded-Prefix": "/shall"},
        client=(proxy, 50000),
    )
    return browser


def addresses(text: str) -> set[str]:
    """Return the addresses of a page that begin at the root."""
    return {unescape(it) for it in _ADDRESS.findall(text)}


@pytest.mark.verifies("pages#3.8")
@pytest.mark.repeats
def test_every_address_of_every_page_is_below_the_prefix(browser: Browser) -> None:
    assert browser.log_in().headers["location"] == "/shall/"
    followed: set[str] = set()
    waiting = {"/shall/"}
    while waiting:
        address = waiting.pop()
        followed.add(address)
        answer = browser.get(address.removeprefix("/shall"))
        assert answer.status_code == 200, address
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found = addresses(answer.text)
        assert {it for it in found if not it.startswith("/shall/")} == set(), address
        live_or_form = re.compile(r"/shall/(live|login|logout|runs/[^/]*/cancel)")
        waiting |= {it for it in found if not live_or_form.match(it)} - followed
    pages = {re.sub(r"[?].*", "", it) for it in followed}
    assert {"/shall/matrix", "/shall/runs/run1", "/shall/compare", "/shall/server"} <= pages
    assert 'data-source="/shall/live?run=going-on"' in browser.get("/runs/going-on").text


@pytest.mark.verifies("pages#3.8")
def test_every_redirection_stays_below_the_prefix(browser: Browser) -> None:
    stranger = browser.get("/matrix?q=paid")
    assert stranger.headers["location"] == "/shall/login?next=/matrix%3Fq%3Dpaid"
    form = browser.get("/login?next=/matrix").text
    assert '<form method="post" action="/shall/login"' in form
    assert browser.log_in(next="/matrix?q=paid").headers["location"] == "/shall/matrix?q=paid"
    chosen = browser.get("/runs?outcome=bad&lang=zh")
    assert chosen.headers["location"] == "/shall/runs?outcome=bad"
    token = form_token(browser.get("/runs/going-on"))
    asked = browser.post("/runs/going-on/cancel", {"form_token": token})
    assert asked.headers["location"] == "/shall/runs/going-on"
    left = browser.post("/logout", {"form_token": token})
    assert left.headers["location"] == "/shall/login"


@pytest.mark.verifies("pages#3.8")
def test_a_prefix_that_no_trusted_proxy_names_is_none(browser: Browser) -> None:
    direct = behind(browser, "203.0.113.7")
    assert direct.get("/matrix").headers["location"] == "/login?next=/matrix"
    assert "/shall/" not in direct.get("/login").text


def test_the_description_of_the_routes_names_the_prefix(browser: Browser) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    described = browser.get("/openapi.json", **headers).json()
    assert described["servers"] == [{"url": "/shall"}]
