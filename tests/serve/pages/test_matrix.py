"""The pages of the matrix on a server: addresses, downloads, filters, who may see them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.serve.pages.conftest import Browser

Browse = Callable[..., Browser]


@pytest.fixture(autouse=True)
def _requirements(project: Path) -> None:
    file = project / "specs/auth/requirements.md"
    file.parent.mkdir(parents=True)
    file.write_text(
        "### Requirement 1: Signing in\n\n"
        "1. WHEN a user signs in, THE API SHALL answer 200\n"
        "2. IF the password is wrong, THEN THE API SHALL answer 401\n"
    )


@pytest.mark.verifies("matrix-pages#3.3")
def test_the_matrix_is_a_page_and_its_rows_are_downloads(browse: Browse) -> None:
    browser = browse()
    page = browser.get("/matrix?q=password")

    assert page.status_code == 200
    assert '<tr id="auth-1.2" data-row>' in page.text
    assert '<tr id="auth-1.1" data-row>' not in page.text
    assert 'href="/matrix.csv?q=password"' in page.text
    data = json.loads(browser.get("/matrix.json?q=password").content)
    assert [it["key"] for it in data["criteria"]] == ["auth#1.2"]
    table = browser.get("/matrix.csv")
    assert len(table.text.splitlines()) == 3
    assert table.headers["content-disposition"] == 'attachment; filename="matrix.csv"'


@pytest.mark.verifies("pages#2.8")
def test_a_secret_that_looks_like_a_figure_leaves_the_rows_json(browse: Browse) -> None:
    data = browse(variables={"pin": "401"}, secrets=("pin",)).get("/matrix.json").json()

    assert "SHALL answer ***" in data["criteria"][1]["text"]
    browser = browse(variables={"pin": "3"}, secrets=("pin",))
    assert browser.get("/matrix.json").json()["criteria"][0]["line"] == 3


@pytest.mark.verifies("matrix-pages#3.4")
def test_the_first_page_is_of_the_project(browse: Browse) -> None:
    text = browse().get("/").text
    assert "walnut-shop · Coverage matrix" in text
    assert "0 of 2 criteria proved" in text


@pytest.mark.verifies("matrix-pages#4.6")
def test_a_criterion_has_a_page_and_another_key_has_none(browse: Browse) -> None:
    browser = browse()
    assert "auth#1.1" in browser.get("/criteria/auth%231.1").text
    missing = browser.get("/criteria/auth%239.9")
    assert missing.status_code == 404
    assert browser.get("/criteria/<script>x").status_code == 404


@pytest.mark.verifies("matrix-pages#3.2")
def test_an_edit_is_on_the_next_page(browse: Browse, project: Path) -> None:
    browser = browse()
    assert "answer 200" in text(browser)
    file = project / "specs/auth/requirements.md"
    file.write_text(file.read_text().replace("answer 200", "answer 204"))
    assert "answer 204" in text(browser)


def text(browser: Browser) -> str:
    return browser.get("/matrix").text


@pytest.mark.verifies("matrix-pages#3.5")
@pytest.mark.parametrize(
    "path", ["/", "/matrix", "/matrix.json", "/matrix.csv", "/criteria/auth%231.1"]
)
def test_nobody_sees_the_matrix_without_a_token_or_where_its_tool_is_hidden(
    browse: Browse, guarded: Browser, path: str
) -> None:
    assert "answer 200" not in guarded.get(path).text
    assert guarded.get(path).status_code in {303, 401}
    hidden = browse(tools=("list_testcases",)).get(path)
    assert hidden.status_code in {403, 404}
    assert "answer 200" not in hidden.text


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "9" * 50, "２"])
def test_a_page_that_is_no_number_is_the_first(browse: Browse, page: str) -> None:
    answer = browse().get(f"/matrix?page={page}")
    assert answer.status_code == 200
    assert '<tr id="auth-1.1" data-row>' in answer.text
