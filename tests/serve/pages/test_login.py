"""How a browser gets in, and how long it stays in."""

import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serve.pages.conftest import BROWSER, TOKEN, Browser

from shall.admin.token_file import new_token, revoke_token
from shall.serve.app import Served
from shall.serve.pages import cookie
from shall.serve.pages.addresses import after_login

Browse = Callable[..., Browser]


@pytest.fixture(scope="module")
def browse(shared_browse: Callable[..., Browser]) -> Callable[..., Browser]:
    """Applications are shared: these tests change nothing in them."""
    return shared_browse


def form_token(page: httpx2.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.verifies("pages#1.1")
def test_a_browser_without_a_login_is_led_to_it_and_sees_nothing(guarded: Browser) -> None:
    answer = guarded.get("/?workspace=walnut-shop")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/%3Fworkspace%3Dwalnut-shop"
    form = guarded.get(answer.headers["location"])
    assert form.status_code == 200
    assert 'name="token"' in form.text
    assert str(guarded.served.parts.workspaces.choose(None).root) not in form.text
    assert "<nav" not in form.text


@pytest.mark.verifies("pages#1.2")
def test_a_valid_token_opens_the_page_that_was_asked_for(guarded: Browser) -> None:
    answer = guarded.log_in(next="/?workspace=.")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/?workspace=."
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "path=/" in said
    assert "walnut-shop" in guarded.get("/").text


@pytest.mark.verifies("pages#1.3")
@pytest.mark.parametrize("token", ["", "wrong", TOKEN.upper(), "x" * 40_000, "\0", "ü"])
def test_a_token_that_is_not_valid_sets_no_cookie(guarded: Browser, token: str) -> None:
    answer = guarded.log_in(token, next="/matrix")

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "The token is not valid" in answer.text


@pytest.mark.verifies("pages#1.4")
@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/ü",
        "/a\u202eb",
        "matrix",
        "",
        "/login",
        "/logout?x=1",
        "/" + "a" * 5000,
    ],
)
def test_only_a_path_of_the_server_is_returned_to(guarded: Browser, wanted: str) -> None:
    assert guarded.log_in(next=wanted).headers["location"] == "/"


@given(st.text(max_size=40) | st.from_regex(r"[/\\][/\\a-z:.\t]{0,20}", fullmatch=True))
def test_no_text_leads_to_another_host(wanted: str) -> None:
    found = after_login(wanted)
    parts = urlsplit(found)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))


@pytest.mark.verifies("pages#1.5")
def test_a_token_is_in_no_address_page_cookie_or_log(
    guarded: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "shall")
    answers = [
        guarded.log_in("another wrong token"),
        guarded.log_in(next="/?a=1"),
        guarded.get("/"),
        guarded.get("/login"),
    ]

    shown = [f"{it.headers}{it.text}" for it in answers]
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("shall")]
    texts = [*shown, *guarded.cookies.values(), *logged]
    assert logged
    for text in map(unquote, texts):
        assert TOKEN not in text
        assert "another wrong token" not in text


def test_a_token_in_an_address_is_not_read(guarded: Browser) -> None:
    assert guarded.get(f"/login?token={TOKEN}").status_code == 200
    assert guarded.get("/").status_code == 303


@pytest.mark.verifies("pages#1.6")
def test_signing_out_drops_the_cookie(guarded: Browser) -> None:
    guarded.log_in()
    answer = guarded.post("/logout", {"form_token": form_token(guarded.get("/"))})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login"
    assert guarded.cookies == {}
    assert guarded.get("/").status_code == 303


@pytest.mark.verifies("pages#1.7")
def test_a_login_holds_at_another_instance_with_the_same_key(
    browse: Browse, served: Callable[..., Served]
) -> None:
    first, second = (Browser(served(auth_token=TOKEN, state_key="shared")) for _ in range(2))
    stranger = browse(auth_token=TOKEN, state_key="other")
    first.log_in()
    for other in (second, stranger):
        other.http.cookies.update(first.cookies)

    assert second.get("/").status_code == 200
    assert stranger.get("/").status_code == 303


def test_a_login_holds_for_every_instance_of_one_state_folder(
    served: Callable[..., Served],
) -> None:
    first, second = (Browser(served(auth_token=TOKEN)) for _ in range(2))
    first.log_in()
    second.http.cookies.update(first.cookies)
    assert second.get("/").status_code == 200


@pytest.mark.verifies("pages#1.8")
def test_a_revoked_token_ends_its_logins(browse: Browse, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    first, second = new_token(file, "first", ["read"]), new_token(file, "second", ["read"])
    browser = browse(token_file=file)
    other = Browser(browser.served)
    browser.log_in(first)
    other.log_in(second)
    assert browser.get("/").status_code == 200

    revoke_token(file, "first")
    browser.served.reload()

    assert browser.get("/").headers["location"] == "/login"
    assert other.get("/").status_code == 200


def test_a_cookie_that_was_changed_is_none(guarded: Browser) -> None:
    guarded.log_in()
    [(name, value)] = guarded.cookies.items()
    guarded.http.cookies.clear()
    for changed in (value[:-6] + "AAAAA=", value[: len(value) // 2], "", "a.b.c", "\u00fc"):
        sent = {b"Cookie": f"{name}={changed}".encode()}
        assert guarded.http.get("/", headers=sent).status_code == 303
    assert guarded.get("/", Cookie=f"{name}={value}").status_code == 200


@pytest.mark.verifies("pages#1.9")
def test_a_login_ends_after_twelve_hours(guarded: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded.log_in()
    [lasting] = [it for it in guarded.http.cookies.jar if it.name.startswith("shall-")]
    assert lasting.expires == pytest.approx(time.time() + 12 * 3600, abs=60)
    guarded.http.cookies.jar.clear()
    guarded.http.headers["Cookie"] = f"{lasting.name}={lasting.value}"  # a browser that keeps it
    assert guarded.get("/").status_code == 200
    monkeypatch.setattr(cookie, "LIFETIME_S", -1)
    assert guarded.get("/").status_code == 303


@pytest.mark.verifies("pages#1.10")
def test_other_callers_need_no_login(browse: Browse, guarded: Browser) -> None:
    assert guarded.get("/", Authorization=f"Bearer {TOKEN}").status_code == 200
    certified = browse(client_cert_header="X-Client-DN", trusted_proxies=("0.0.0.0/0",))
    certified.http = type(certified.http)(
        certified.served.app, base_url=certified.origin, client=("10.0.0.1", 5), headers=BROWSER
    )
    shown = {"X-Client-DN": "CN=ci", "X-Client-Verify": "SUCCESS"}
    assert certified.get("/", **shown).status_code == 200


@pytest.mark.verifies("pages#1.11")
def test_attempts_to_sign_in_are_limited(browse: Browse) -> None:
    browser = browse(auth_token=TOKEN, rate_per_s=0.001, rate_burst=3)
    statuses = [browser.log_in("guess").status_code for _ in range(6)]
    assert (statuses[:3], statuses[-1]) == ([401] * 3, 429)


@pytest.mark.verifies("pages#1.12")
def test_the_cookie_of_https_is_secure(browse: Browse) -> None:
    browser = Browser(browse(auth_token=TOKEN).served, "https://shall.example")
    answer = browser.log_in()
    assert answer.headers["set-cookie"].startswith("__Host-shall-")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert browser.get("/").status_code == 200
