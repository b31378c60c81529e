"""What a login may see and do, and what pages are beside the other routes."""

import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.responses import Response
from tests.serve.pages.conftest import ORIGIN, TOKEN, Browser
from tests.serve.pages.test_login import form_token

from shall.admin.token_file import new_token
from shall.errors import BadValue
from shall.pages.frame import served as document
from shall.pages.markup import tag
from shall.serve.pages.page import Page, PageCall

Browse = Callable[..., Browser]


class Elements(HTMLParser):
    """The elements of a page, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]


def show(call: PageCall) -> str:
    """A page that shows what its address says."""
    said = " ".join(f"{name}={value}" for name, value in {**call.path, **call.query}.items())
    return document("Shown", call.look, tag("main", tag("p", said)))


def fail(call: PageCall) -> str:
    raise RuntimeError(f"the innermost secret of {call.caller.name}")


def refuse(call: PageCall) -> str:
    raise BadValue(f"The page {call.query['page']} does not exist.")


def deliver(call: PageCall) -> Response:
    return Response(f"sent by {call.caller.name}: {call.form.get('what')}")


@pytest.fixture(scope="module", autouse=True)
def _pages() -> Iterator[None]:
    """Puts pages of each kind beside those that there are."""
    pages = (
        Page("/", show),
        Page("/admin-only", show, scope="admin"),
        Page("/runs-only", show, tools=("get_test_results",)),
        Page("/broken", fail),
        Page("/refused", refuse),
        Page("/deliver", deliver, scope="run", method="POST"),
        Page(
            "/workspace", lambda call: document("W", call.look, tag("p", call.workspace.root.name))
        ),
        Page("/download", lambda call: Response(call.query["q"], media_type="text/csv")),
        Page("/shown/{what:path}", show),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shall.serve.pages.PAGES", pages)
        yield


@pytest.fixture(scope="module")
def browse(shared_browse: Callable[..., Browser]) -> Callable[..., Browser]:
    """Applications are shared: these tests change nothing in them."""
    return shared_browse


@pytest.fixture
def reader(browse: Browse, tmp_path: Path) -> Browser:
    """A browser that is logged in with the scope ``read`` alone."""
    file = tmp_path / "tokens"
    token = new_token(file, "reader", ["read"])
    browser = browse(token_file=file)
    browser.log_in(token)
    return browser


@pytest.fixture
def owner(guarded: Browser) -> Browser:
    """A browser that is logged in with every scope."""
    guarded.log_in()
    return guarded


@pytest.mark.verifies("pages#2.1")
def test_a_page_needs_its_scope(reader: Browser, owner: Browser) -> None:
    refused = reader.get("/admin-only")
    assert refused.status_code == 403
    assert "needs a token with the scope admin" in refused.text
    assert reader.get("/").status_code == 200
    assert owner.get("/admin-only").status_code == 200


@pytest.mark.verifies("pages#2.2")
@pytest.mark.parametrize(
    "path", ["/api/runs", "/info", "/tools", "/metrics", "/mcp", "/openapi.json"]
)
def test_the_cookie_opens_pages_only(owner: Browser, path: str) -> None:
    assert owner.get("/").status_code == 200
    assert owner.get(path).status_code == 401
    assert owner.post(path, {}).status_code == 401


@pytest.mark.verifies("pages#2.3")
def test_a_form_of_our_own_page_is_carried_out(owner: Browser) -> None:
    token = form_token(owner.get("/"))
    answer = owner.post("/deliver", {"form_token": token, "what": "parcel"})
    assert (answer.status_code, answer.text) == (200, "sent by token: parcel")


@pytest.mark.verifies("pages#2.3")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_of_another_site_is_refused(owner: Browser, headers: dict[str, str]) -> None:
    token = form_token(owner.get("/"))
    for path in ("/deliver", "/logout"):
        assert owner.post(path, {"form_token": token}, **headers).status_code == 403
    assert Browser(owner.served).post("/login", {"token": TOKEN}, **headers).status_code == 403
    assert owner.get("/").status_code == 200


def test_a_form_without_an_origin_is_refused(owner: Browser) -> None:
    token = form_token(owner.get("/"))
    answer = owner.http.post("/deliver", data={"form_token": token})
    assert answer.status_code == 403


@pytest.mark.verifies("pages#2.3")
@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_a_form_without_the_token_of_the_login_is_refused(owner: Browser, token: str) -> None:
    assert owner.post("/deliver", {"form_token": token}).status_code == 403
    assert owner.post("/logout", {"form_token": token}).status_code == 403
    other = Browser(owner.served)
    other.log_in()
    of_another_login = form_token(other.get("/"))
    assert owner.post("/deliver", {"form_token": of_another_login}).status_code == 403


def test_a_form_needs_the_scope_too(reader: Browser) -> None:
    token = form_token(reader.get("/"))
    assert reader.post("/deliver", {"form_token": token}).status_code == 403


def test_a_form_without_a_login_leads_to_it(guarded: Browser) -> None:
    answer = guarded.post("/deliver", {"what": "parcel"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.verifies("pages#2.4")
def test_a_page_is_offered_with_its_tool(browse: Browse) -> None:
    assert browse().get("/runs-only").status_code == 200
    answer = browse(tools=("list_testcases",)).get("/runs-only")
    assert answer.status_code == 403
    assert "get_test_results is not offered" in answer.text


@pytest.mark.verifies("pages#2.5")
@pytest.mark.parametrize("name", ["/etc", "../other", "%2e%2e/other"])
def test_a_workspace_that_is_not_allowed_is_not_shown(
    browse: Browse, tmp_path: Path, name: str
) -> None:
    (tmp_path / "other").mkdir()
    answer = browse().get(f"/workspace?workspace={name}")
    assert answer.status_code in {403, 404}
    assert "other</p>" not in answer.text


@pytest.mark.verifies("pages#2.6")
@pytest.mark.parametrize("path", ["/", "/login", "/broken", "/admin-only", "/nowhere"])
def test_pages_have_a_strict_policy_and_are_not_stored(owner: Browser, path: str) -> None:
    headers = owner.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.verifies("pages#2.7")
def test_a_page_that_cannot_be_made_names_the_request_only(owner: Browser) -> None:
    answer = owner.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "innermost" not in answer.text


def test_a_value_that_cannot_be_used_is_the_fault_of_the_address(owner: Browser) -> None:
    answer = owner.get("/refused?page=9")
    assert answer.status_code == 400
    assert "The page 9 does not exist." in answer.text


@pytest.mark.verifies("pages#2.8")
def test_secrets_of_the_settings_are_masked(browse: Browse) -> None:
    browser = browse(variables={"api_token": "t<0>p&secret"}, secrets=("api_token",))
    page = browser.http.get("/", params={"q": "before t<0>p&secret after"})
    assert "before *** after" in page.text
    sent = browser.http.get("/download", params={"q": "before t<0>p&secret after"})
    assert sent.text == "before *** after"
    assert sent.headers["content-length"] == str(len(sent.text))


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a\u202eb\u2066c",
        "' onfocus='alert(1)",
    ],
)
def test_what_an_address_says_is_shown_as_text(
    browse: Browse, guarded: Browser, planted: str
) -> None:
    pages = [
        guarded.http.get("/login", params={"next": f"/shown/{planted}"}),
        guarded.log_in("wrong", next=f"/shown/{planted}"),
        browse().http.get("/", params={"q": planted, "workspace": planted}),
        browse().http.get("/workspace", params={"workspace": planted}),
        browse().http.get(f"/shown/{planted}"),
    ]
    for page in pages:
        read = Elements()
        read.feed(page.text)
        assert "img" not in read.names
        assert read.names.count("script") == 1
        assert not [name for name in read.attributes if name.startswith("on")]
        assert not {"\u202e", "\u2066"} & set(page.text)


@pytest.mark.verifies("pages#3.1")
def test_pages_and_mcp_share_an_address(browse: Browse) -> None:
    browser = browse(path="/", auth_token=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    browser.log_in()
    assert "<title>Shown" in browser.get("/").text
    asked = browser.get("/", Accept="application/json", **bearer)
    assert asked.status_code == 405
    assert asked.json()["code"] == "MCP_METHOD_NOT_ALLOWED"
    assert browser.get("/", Accept="application/json").status_code == 401


@pytest.mark.verifies("pages#3.1")
def test_programs_are_answered_at_the_first_page_as_without_pages(browse: Browse) -> None:
    answers = []
    for pages in (True, False):
        answer = browse(pages=pages).get("/", Accept="*/*")
        answers.append((answer.status_code, {**answer.json(), "request_id": ""}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.verifies("pages#3.2")
def test_no_pages_are_served_where_they_are_turned_off(browse: Browse) -> None:
    browser = browse(auth_token=TOKEN, pages=False)
    for path in ("/", "/login", "/assets/style.css", "/shown/a"):
        assert browser.get(path).status_code == 401
    assert browser.log_in().status_code == 401


@pytest.mark.verifies("pages#3.2")
def test_without_pages_the_code_that_serves_them_is_not_loaded(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [it for it in sys.modules if it.startswith("shall.serve.pages")]:
        monkeypatch.setitem(sys.modules, name, None)  # whoever imports it gets ImportError
    assert browse(pages=False, server_name="bare").get("/").status_code == 404
    with pytest.raises(ImportError):
        browse(server_name="bare")


@pytest.mark.verifies("pages#3.3")
@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("/?lang=zh", "/"),
        ("/?a=1&lang=zh&b=%3C", "/?a=1&b=%3C"),
        ("/shown/a%2Fb?lang=zh", "/shown/a%2Fb"),
    ],
)
def test_a_language_is_chosen_once(browse: Browse, address: str, to: str) -> None:
    browser = browse()
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, to)
    assert 'lang="zh"' in browser.get("/").text.partition("<head>")[0]


def test_a_language_is_chosen_before_the_login(guarded: Browser) -> None:
    answer = guarded.get("/login?next=/a&lang=zh")
    assert answer.headers["location"] == "/login?next=/a"
    form = guarded.get(answer.headers["location"])
    assert "登录" in form.text
    assert 'name="next" value="/a"' in form.text


def test_an_unknown_language_changes_nothing(browse: Browse) -> None:
    browser = browse()
    assert browser.get("/?lang=%3Cscript%3E").headers["location"] == "/"
    assert browser.cookies == {}


@pytest.mark.verifies("pages#3.4")
@pytest.mark.parametrize(
    ("accepted", "default", "shown"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.1", "zh", "en"),
        ("en;q=0.2, zh-TW;q=0.7", "en", "zh"),
        ("fr", "zh", "zh"),
        ("zh;q=0", "en", "en"),
        ("zh;q=x,,;", "en", "en"),
        ("", "zh", "zh"),
    ],
)
def test_the_language_is_the_one_the_browser_prefers(
    browse: Browse, accepted: str, default: str, shown: str
) -> None:
    page = browse(language=default).get("/", **{"Accept-Language": accepted})
    assert f'<html lang="{shown}">' in page.text


@pytest.mark.verifies("pages#3.5")
@pytest.mark.parametrize("name", ["style.css", "script.js"])
def test_assets_are_cached_by_their_content(guarded: Browser, name: str) -> None:
    [address] = [
        part.partition('"')[0]
        for part in guarded.get("/login").text.split('="')
        if part.startswith(f"/assets/{name}?")
    ]
    answer = guarded.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert guarded.get(f"/assets/{name}?old").headers["cache-control"] == "no-cache"
    assert guarded.get("/assets/other.js").status_code == 404


@pytest.mark.verifies("pages#3.6")
def test_where_nobody_is_asked_pages_are_open(browse: Browse) -> None:
    browser = browse()
    page = browser.get("/")
    assert page.status_code == 200
    assert "/logout" not in page.text
    assert browser.get("/login").headers["location"] == "/"
    assert browser.get("/", Host="shall.evil.example").status_code == 421
    assert browser.post("/deliver", {"what": "x"}, Origin=ORIGIN).status_code == 403


@pytest.mark.verifies("pages#3.7")
@pytest.mark.parametrize("address", ["/nothing", "/runs/a/b/c", "/matrix/", "/%E5%BA%97?a=1"])
def test_an_unknown_address_is_answered_to_a_browser_with_a_page(
    shared_browse: Callable[..., Browser], address: str
) -> None:
    browser = shared_browse(auth_token=TOKEN)
    asked = browser.get(address)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/login?next=/")
    entered = browser.log_in(next=address)
    assert entered.headers["location"] == address
    shown = browser.get(address)
    assert shown.status_code == 404
    assert "There is no page at this address." in shown.text
    assert shown.headers["content-type"].startswith("text/html")
    program = browser.get(address, Accept="*/*", Authorization=f"Bearer {TOKEN}")
    assert program.status_code == 404
    assert program.json()["code"]
    assert browser.get("/metrics", Authorization=f"Bearer {TOKEN}").status_code == 200
