"""Every page, as a person with a wide or a narrow screen, light or dark colours sees it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.site import TOKEN, Site
from tests.browser.tabs import VIEWS, Open, Tab, new_tab
from tests.made_results import coverage, html_page, whole_run

from shall.actions.proof import read_proof
from shall.bootstrap import open_project
from shall.pages.frame import Body, Look, saved_in_both
from shall.pages.matrix import matrix_file
from shall.pages.report import Beside, run_body
from shall.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def report(_site: Site, language: str) -> str:
    """Return a run of every outcome."""
    return html_page(whole_run(), coverage(), language)


def report_in_both(_site: Site, language: str) -> str:
    """Return the same as a file that starts in the other language, and is switched."""

    def body_in(it: str) -> Body:
        return run_body(whole_run(), Look(it, datetime.now(UTC)), Beside(coverage()))

    return "".join(saved_in_both("en" if language == "zh" else "zh", body_in))


def matrix_of(project: Path, language: str) -> str:
    """Return what ``shall trace --format html`` prints."""
    workspace = open_project(project, Settings())
    try:
        proof = read_proof(workspace, language)
    finally:
        workspace.close()
    return matrix_file(proof, Look(language, datetime.now(UTC)), project.name)


def matrix(site: Site, language: str) -> str:
    return matrix_of(site.shop, language)


def hostile_matrix(site: Site, language: str) -> str:
    return matrix_of(site.hostile, language)


SAVED = {
    "report": report,
    "report-in-both": report_in_both,
    "matrix-file": matrix,
    "matrix-file-hostile": hostile_matrix,
}
ADDRESSES = {
    "overview": "/",
    "runs": "/runs",
    "run": "/runs/{run}",
    "case": "/runs/{run}/cases/1",
    "matrix": "/matrix",
    "criterion": "/criteria/auth%231.2",
    "history": "/history",
    "case-history": "/history/case?key=tests%2Fcases%2Fplace_order.yaml",
    "compare": "/compare?before={run}&after={newest}",
    "changes": "/changes?before=HEAD",
    "server": "/server",
    "matrix-hostile": "/matrix?workspace={hostile}",
    "criterion-hostile": "/criteria/hostile%231.1?workspace={hostile}",
    "run-hostile": "/runs/{hostile_run}?workspace={hostile}",
    "case-hostile": "/runs/{hostile_run}/cases/1?workspace={hostile}",
    "case-hostile-long": "/runs/{hostile_run}/cases/2?workspace={hostile}",
}


@pytest.fixture(scope="module")
def readers(browser: "Browser") -> dict[str, Tab]:
    """A tab for each language, which opens one page after another."""
    return {language: new_tab(browser, language) for language in ("en", "zh")}


def faults_in_each_view(tab: Tab, name: str, language: str) -> dict[str, list[str]]:
    """Return the faults of the page that a tab shows, by view; store pictures of it."""
    found = {}
    for spoken, width, scheme in VIEWS:
        if spoken == language:
            view = f"{name}-{language}-{width}-{scheme}"
            tab.show(width, scheme)
            tab.picture(view)
            # No rule but that of contrast depends on the colours: all are held in light ones.
            found[view] = tab.faults(*([] if scheme == "light" else ["color-contrast"]))
    found[language] = tab.complained()
    return {view: faults for view, faults in found.items() if faults}


@pytest.mark.verifies("pages-browser#1.1")
@pytest.mark.verifies("pages-browser#1.2")
@pytest.mark.verifies("pages-browser#1.3")
@pytest.mark.parametrize("name", SAVED)
def test_a_saved_page_has_no_fault(
    name: str, site: Site, tmp_path: Path, readers: dict[str, Tab]
) -> None:
    for language, tab in readers.items():
        file = tmp_path / f"{language}.html"
        file.write_text(SAVED[name](site, language), encoding="utf-8")

        tab.page.goto(file.as_uri())

        assert tab.page.locator("html").get_attribute("lang") == language
        assert faults_in_each_view(tab, name, language) == {}


@pytest.mark.verifies("pages-browser#1.1")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_to_sign_in_has_no_fault(language: str, site: Site, open_tab: Open) -> None:
    tab = open_tab(language)

    tab.page.goto(f"{site.base}/login")

    assert faults_in_each_view(tab, "login", language) == {}


@pytest.fixture(scope="module")
def signed_in(site: Site, readers: dict[str, Tab]) -> dict[str, Tab]:
    """The same tabs, signed in at the server."""
    for tab in readers.values():
        tab.page.goto(f"{site.base}/login")
        tab.sign_in(TOKEN)
    return readers


@pytest.mark.verifies("pages-browser#1.1")
@pytest.mark.verifies("pages-browser#1.2")
@pytest.mark.verifies("pages-browser#1.3")
@pytest.mark.parametrize("name", ADDRESSES)
def test_a_served_page_has_no_fault(name: str, site: Site, signed_in: dict[str, Tab]) -> None:
    for language, tab in signed_in.items():
        tab.page.goto(site.address(ADDRESSES[name]))

        assert tab.page.locator("h1").count() == 1
        assert faults_in_each_view(tab, name, language) == {}


FAULTY = """<!doctype html><html lang="en"><head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>faulty</title></head><body><main><h1>faulty</h1>
<p style="color: #ccc">pale</p><p style="width: 500px">wide</p>
<script>alert(1)</script></main></body></html>"""


def test_faults_that_were_planted_are_found(tmp_path: Path, open_tab: Open) -> None:
    file = tmp_path / "faulty.html"
    file.write_text(FAULTY, encoding="utf-8")
    tab = open_tab()

    tab.page.goto(file.as_uri())
    tab.show("phone", "light")
    faults = "\n".join(tab.faults())

    assert 'color-contrast: <p style="color: #ccc">' in faults
    assert "scrolls to 508 px" in faults
    assert 'wider than the screen: <p style="width: 500px">' in faults
    assert any("the policy blocks script-src-elem" in it for it in tab.complained())


@pytest.mark.verifies("pages-browser#1.4")
def test_a_question_mark_shows_the_keys_and_escape_leaves_them(
    tmp_path: Path, open_tab: Open
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html_page(whole_run()), encoding="utf-8")
    tab = open_tab()
    tab.page.goto(file.as_uri())
    keys = tab.page.get_by_role("dialog")

    tab.page.keyboard.press("?")
    assert keys.is_visible()
    assert tab.faults() == []

    tab.page.keyboard.press("Escape")
    assert not keys.is_visible()
