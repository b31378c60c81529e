"""The frame around every page: navigation by form and scope, language, policy, script."""

from datetime import UTC, datetime

from shall.pages.frame import Look, Viewer, asset, asset_digest, saved, served
from shall.pages.links import ServedLinks
from shall.pages.parts import age, pager

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def look(**changes: object) -> Look:
    values = {"language": "en", "now": NOW, "links": ServedLinks(assets={"script.js": "x"})}
    return Look(**{**values, **changes})  # type: ignore[arg-type]


def test_a_served_page_marks_where_the_reader_is_and_offers_the_other_language() -> None:
    text = served("Runs", look(), here="runs")

    assert '<a href="/runs" aria-current="page">Runs</a>' in text
    assert '<a href="?lang=zh" lang="zh" hreflang="zh">中文</a>' in text
    assert "<style" not in text
    assert '<script src="/assets/script.js?x" type="module"></script>' in text


def test_only_an_administrator_is_shown_the_page_of_the_server() -> None:
    reader = Viewer("ci", frozenset({"read"}), "t")
    assert "/server" not in served("Runs", look(viewer=reader))
    admin = Viewer("ci", frozenset({"read", "admin"}), "t")
    assert 'href="/server"' in served("Runs", look(viewer=admin))


def test_signing_out_is_a_form_that_proves_its_origin() -> None:
    text = served("Runs", look(viewer=Viewer("ci", frozenset(), 'a"b')))
    assert '<form method="post" action="/logout">' in text
    assert 'name="form_token" value="a&quot;b"' in text
    assert "/logout" not in served("Runs", look())


def test_a_page_that_is_alone_has_no_navigation() -> None:
    assert "<nav" not in saved("A run", Look("en", NOW))


def test_the_assets_can_be_inside_a_page() -> None:
    assert "</script" not in asset("script.js")
    assert "</style" not in asset("style.css")
    assert asset_digest("script.js") in saved("A run", Look("en", NOW))


def test_an_age_is_a_time_that_the_script_can_renew() -> None:
    at = datetime(2026, 3, 1, 5, 6, 7, tzinfo=UTC)
    assert age(at, NOW, "en") == (
        '<time datetime="2026-03-01T05:06:07+00:00" title="2026-03-01 05:06:07 UTC" data-age>'
        "3 days ago</time>"
    )
    assert ">0 seconds ago<" in age(NOW, at, "en")


def test_a_pager_names_its_rows_and_only_the_pages_that_exist() -> None:
    text = pager(501, 1200, "/runs?page=1", "/runs?page=3", "en")
    assert "Rows 501 to 1,000 of 1,200" in text
    assert 'href="/runs?page=1" rel="prev"' in text
    assert pager(1, 500, "", "", "en") == ""
    assert "rel=" not in pager(1, 501, "", "", "en")
