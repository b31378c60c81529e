"""What a person does with the pages, one path after another."""

import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from tests.browser.hostile import markup
from tests.browser.site import TOKEN, Site
from tests.browser.tabs import Open
from tests.browser.test_every_page import matrix_of

from shall.bootstrap import open_project
from shall.cli.report_folder import write_html_folder
from shall.settings import Settings


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


@pytest.mark.verifies("pages-browser#2.2")
def test_a_person_finds_the_lines_of_a_case_that_made_its_proof_expire(
    site: Site, open_tab: Open
) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/matrix?status=stale")
    tab.sign_in(TOKEN)

    tab.page.get_by_role("link", name="stock#1.1", exact=True).click()

    shown = tab.page.locator("main").inner_text()
    assert "the case or test changed since" in shown
    changed = tab.page.locator("table.beside tr", has_text="description: changed")
    assert changed.count() == 1
    then, now = changed.locator("td:not(.num)").all_inner_texts()
    assert (then, now.strip()) == ("", "+ description: changed")
    same = tab.page.locator("table.beside tr", has_text="tags: [smoke, stock]")
    assert len(set(same.locator("td:not(.num)").all_inner_texts())) == 1


@pytest.mark.verifies("pages-browser#2.3")
def test_a_person_finds_the_first_failing_run_of_a_case(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/runs/{site.runs[-1]}")
    tab.sign_in(TOKEN)

    tab.page.locator(".case.failed").get_by_role("link", name="history").click()
    first = tab.page.get_by_role("region", name="First failing run")
    first.get_by_role("link").first.click()

    assert f"/runs/{site.runs[0]}" in tab.page.url
    assert "the last item" in tab.page.locator("h1").inner_text()


FOCUSED = """(selector) => {
    const focused = document.activeElement;
    const rows = [...document.querySelectorAll(selector)];
    const outline = getComputedStyle(focused);
    return [rows.findIndex(it => it.contains(focused)),
        focused.matches(":focus-visible") && outline.outlineStyle === "solid"
        && parseFloat(outline.outlineWidth) > 1];
}"""


@pytest.mark.verifies("pages-browser#2.4")
@pytest.mark.parametrize(
    ("path", "rows"), [("/matrix", "tr[data-row]"), ("/runs", "tbody tr"), ("/runs/{run}", ".case")]
)
def test_the_keys_j_and_k_move_over_the_rows_and_show_where_one_is(
    path: str, rows: str, site: Site, open_tab: Open
) -> None:
    tab = open_tab()
    tab.page.goto(site.address(path))
    tab.sign_in(TOKEN)

    at = []
    for key in "kjjkk":
        tab.page.keyboard.press(key)
        at.append(tab.page.evaluate(FOCUSED, rows))

    last = min(2, tab.page.locator(rows).count() - 1)
    assert at == [[it, True] for it in (0, 1, last, last - 1, max(last - 2, 0))]

    for search in tab.page.get_by_role("searchbox").all():
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("jk?")
        assert search.input_value() == "jk?"


PLANTED = {
    "/?workspace={hostile}": ["trigger", "answer", "verified"],
    "/matrix?workspace={hostile}": ["requirement", "trigger", "answer", "verified"],
    "/criteria/hostile%231.1?workspace={hostile}": ["role", "wish", "reason", "trigger", "answer"],
    "/runs/{hostile_run}?workspace={hostile}": ["name", "tag", "verified"],
    "/runs/{hostile_run}/cases/1?workspace={hostile}": [
        *("name", "tag", "verified", "trigger", "answer", "key", "value", "header", "expected"),
        *("received", "said"),
    ],
    "/history?criterion=hostile%231.1&workspace={hostile}": ["name"],
}


@pytest.mark.verifies("pages-browser#3.1")
def test_markup_in_any_field_is_shown_as_text(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/login")
    tab.sign_in(TOKEN)
    for path, fields in PLANTED.items():
        tab.page.goto(site.address(path))
        tab.page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")

        shown = tab.page.locator("body").inner_text()
        as_json = shown.replace(r"\"", '"')
        missing = [it for it in fields if markup(it) not in shown and markup(it) not in as_json]
        assert missing == [], path
        assert r"\u202egnp.exe" in shown
        assert "\u202e" not in shown
        assert tab.page.title().endswith(" · shall")
        assert tab.page.locator("img, main script, [onclick], [onerror]").count() == 0


@pytest.mark.verifies("pages-browser#3.1")
def test_of_a_text_of_a_megabyte_a_page_shows_a_part(site: Site, open_tab: Open) -> None:
    tab = open_tab()
    tab.page.goto(f"{site.base}/login")
    tab.sign_in(TOKEN)
    for path in ("/criteria/hostile%231.2", "/runs/{hostile_run}/cases/2", "/matrix"):
        tab.page.goto(site.address(f"{path}?workspace={{hostile}}"))

        assert "x" * 50 in tab.page.locator("body").inner_text()
        assert len(tab.page.content()) < 100_000
    tab.page.goto(site.address("/runs/{hostile_run}/cases/1?workspace={hostile}"))
    assert "y" * 50 in tab.page.content()
    assert "y" * 20_000 not in tab.page.content()


@pytest.mark.verifies("pages-browser#2.5")
def test_the_files_of_a_folder_lead_to_each_other_from_the_disk(
    site: Site, open_tab: Open, tmp_path: Path
) -> None:
    workspace = open_project(site.shop, Settings())
    try:
        index = write_html_folder(workspace, tmp_path / "pages", "latest", "en")
    finally:
        workspace.close()
    tab = open_tab()
    tab.page.goto(index.as_uri())

    tab.page.locator(f"main a[href*='{site.runs[0]}']").first.click()
    tab.page.locator(".case.failed").get_by_role("link", name="stock#2.3").first.click()
    row = tab.page.locator(":target")
    assert "exactly what is left" in row.inner_text()
    assert tab.faults() == []

    tab.page.get_by_role("navigation").get_by_role("link", name="Runs").click()
    assert tab.page.locator("h1").inner_text() == "Runs"
    assert tab.page.url.startswith((tmp_path / "pages").as_uri())


@pytest.mark.verifies("pages-browser#1.5")
@pytest.mark.parametrize("path", ["/matrix", "/runs/{run}"])
def test_a_page_is_printed_dark_on_white_without_what_one_clicks(
    path: str, site: Site, open_tab: Open
) -> None:
    tab = open_tab(color_scheme="dark")
    tab.page.goto(site.address(path))
    tab.sign_in(TOKEN)
    tab.page.emulate_media(media="print")

    assert tab.faults("color-contrast") == []
    ground = tab.page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not tab.page.locator("nav").first.is_visible()
    assert not tab.page.get_by_role("searchbox").is_visible()
    assert tab.page.locator("[data-row]").first.is_visible()


MANY = 520
"""Criteria of each feature: more than a page has."""


@pytest.fixture(scope="module")
def saved_matrix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A matrix as one file, whose features have an English and a Chinese name."""
    folder = tmp_path_factory.mktemp("linked")
    (folder / "shall.yaml").write_text("")
    for name in ("auth", "用户登录"):
        criteria = "".join(f"{it}. THE shop SHALL answer {it}.\n" for it in range(1, MANY))
        document = folder / "specs" / name / "requirements.md"
        document.parent.mkdir(parents=True)
        head = f"# {name}\n\n### Requirement 1: Answers\n\n#### Acceptance Criteria\n\n"
        document.write_text(f"{head}{criteria}", encoding="utf-8")
    file = folder / "matrix.html"
    file.write_text(matrix_of(folder, "en"), encoding="utf-8")
    return file


@pytest.mark.verifies("pages-browser#2.6")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("link", "row"),
    [
        ("auth-1.2", "auth-1.2"),
        ("auth-1.519", "auth-1.519"),
        ("用户登录-1.7", "用户登录-1.7"),
        (quote("用户登录-1.519"), "用户登录-1.519"),
        ("auth%2D1.3", "auth-1.3"),
    ],
)
def test_a_deep_link_shows_its_row_in_the_window(
    saved_matrix: Path, open_tab: Open, link: str, row: str, width: int
) -> None:
    tab = open_tab()
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.goto(f"{saved_matrix.as_uri()}#{link}")

    shown = tab.page.locator(f"[id='{row}']")
    shown.wait_for()
    tab.page.wait_for_function(
        "(id) => { const at = document.getElementById(id).getBoundingClientRect();"
        " return at.top >= 0 && at.bottom <= innerHeight; }",
        arg=row,
    )
    assert tab.complained() == []


@pytest.mark.verifies("pages-browser#2.7")
def test_without_a_clipboard_the_text_to_be_copied_is_shown_and_selected(
    site: Site, open_tab: Open
) -> None:
    tab = open_tab()
    tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.page.goto(site.address("/runs/{run}"))
    tab.sign_in(TOKEN)
    tab.page.get_by_role("link", name="the last item", exact=True).click()

    tab.page.get_by_role("button", name="Copy as curl").first.click()

    assert tab.page.evaluate("getSelection().toString()").startswith("curl ")
    assert tab.page.locator("shall-copy details[open]").count() == 1
