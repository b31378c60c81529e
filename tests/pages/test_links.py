"""Addresses of pages: those of a server, and those inside a page that is alone."""

from shall.pages.links import Links, ServedLinks, row_id


def test_a_server_has_an_address_for_each_page() -> None:
    links = ServedLinks(assets={"style.css": "a+b="})

    assert links.criterion("auth#1.2") == "/criteria/auth%231.2"
    assert links.run("r 1", outcome="failed", tag="") == "/runs/r%201?outcome=failed"
    assert links.case("r1", 3) == "/runs/r1/cases/3"
    assert links.case_history("a b.yaml", "x") == "/history/case?key=a+b.yaml&row=x"
    assert links.asset("style.css") == "/assets/style.css?a%2Bb%3D"


def test_another_workspace_is_named_in_every_address() -> None:
    links = ServedLinks(workspace="/srv/a&b")

    assert links.overview() == "/?workspace=%2Fsrv%2Fa%26b"
    assert links.matrix(q="x") == "/matrix?q=x&workspace=%2Fsrv%2Fa%26b"
    assert links.action("/logout") == "/logout?workspace=%2Fsrv%2Fa%26b"


def test_a_page_that_is_alone_links_to_its_own_rows_only() -> None:
    links = Links()

    assert links.criterion("auth#1.2") == "#auth-1.2"
    assert links.case("r1", 3) == "#case-3"
    assert links.runs() == ""
    assert links.asset("style.css") == ""


def test_the_id_of_a_row_has_no_blank() -> None:
    assert row_id("user login#1.2") == "user-login-1.2"
