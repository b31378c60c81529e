"""Credentials stay with their origin: two servers on two ports of this machine."""

import json
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

CANARY = "canary-5f1b9c"


class Origin:
    """A server that notes what it gets, and answers what ``answers`` says for a path."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: dict[str, tuple[int, list[tuple[str, str]]]] = {}
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                origin.got.append((self.command, self.path, headers, body))
                status, more = origin.answers.get(self.path, (200, []))
                self.send_response(status)
                for name, value in (*more, ("Content-Length", "0")):
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - theirs

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.server_port}"

    def redirect(self, path: str, to: str, status: int = 302, *headers: tuple[str, str]) -> None:
        # Cookies come after the Location: they have to be read before the next request.
        self.answers[path] = (status, [("Location", to), *headers])


@pytest.fixture
def here() -> Iterator[Origin]:
    origin = Origin()
    yield origin
    origin.server.shutdown()
    origin.server.server_close()


@pytest.fixture
def there() -> Iterator[Origin]:
    origin = Origin()
    yield origin
    origin.server.shutdown()
    origin.server.server_close()


HEADERS = {
    "Authorization": f"Bearer {CANARY}",
    "Proxy-Authorization": f"Basic {CANARY}",
    "Cookie": f"session={CANARY}",
    "X-Api-Key": CANARY,
    "X-CSRF-Token": CANARY,
    "X-Pwd": CANARY,
    "X-Note": f"key={CANARY}",
    "Accept-Language": "de",
}


@pytest.mark.verifies("defences#9.5")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_no_credential_leaves_its_origin(
    here: Origin, there: Origin, run_one: RunOne, status: int, host: str
) -> None:
    here.redirect("/in", "/again", status)
    here.redirect("/again", f"{there.url(host)}/end", status)
    step = {"method": "GET", "url": f"{here.url()}/in", "headers": HEADERS}
    result = await run_one([step], {"variables": {"api_token": CANARY}})
    assert result.outcome is Outcome.PASSED
    assert [path for _, path, *_ in here.got] == ["/in", "/again"]
    assert all(CANARY in headers["x-api-key"] for _, _, headers, _ in here.got)
    ((method, path, headers, _),) = there.got
    assert (method, path) == ("GET", "/end")
    assert CANARY not in json.dumps(headers)
    assert headers["accept-language"] == "de"
    assert CANARY not in json.dumps(result_to_json(result))


@pytest.mark.verifies("defences#9.5")
async def test_what_was_left_behind_does_not_come_back(
    here: Origin, there: Origin, run_one: RunOne
) -> None:
    here.redirect("/in", f"{there.url()}/back")
    there.redirect("/back", f"{here.url()}/end")
    step = {"method": "GET", "url": f"{here.url()}/in", "headers": HEADERS}
    assert (await run_one([step])).outcome is Outcome.PASSED
    assert CANARY not in json.dumps([headers for _, path, headers, _ in here.got if path == "/end"])


@pytest.mark.verifies("defences#9.5")
@pytest.mark.parametrize(
    ("method", "status", "after"),
    [
        ("POST", 302, "GET"),
        ("PUT", 303, "GET"),
        ("DELETE", 308, "DELETE"),
        ("POST", 307, "POST"),
        ("HEAD", 302, "HEAD"),
    ],
)
async def test_the_method_changes_as_within_an_origin(
    here: Origin, there: Origin, run_one: RunOne, method: str, status: int, after: str
) -> None:
    here.redirect("/in", f"{there.url()}/end", status)
    body = {} if method == "HEAD" else {"json": {"note": "plain"}}
    result = await run_one([{"method": method, "url": f"{here.url()}/in", **body}])
    assert result.outcome is Outcome.PASSED
    ((sent, _, headers, data),) = there.got
    assert sent == after
    assert (data == b'{"note": "plain"}') is (after == method and method != "HEAD")
    assert ("content-type" in headers) is bool(data)


BODIES: list[dict[str, Any]] = [
    {"json": {"password": "short"}},
    {"json": {"note": CANARY}},
    {"form": {"pwd": "x"}},
    {"text": f"it is {CANARY}"},
    {"data": {"pin": "1"}, "files": {"f": "plain.txt"}},
    {"files": {"f": "secret.txt"}},
]


@pytest.mark.verifies("defences#9.6")
@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("body", BODIES)
async def test_a_body_with_a_secret_is_not_sent_to_another_origin(
    here: Origin, there: Origin, run_one: RunOne, tmp_path: Any, status: int, body: dict[str, Any]
) -> None:
    (tmp_path / "plain.txt").write_text("plain")
    (tmp_path / "secret.txt").write_text(f"key: {CANARY}")
    here.redirect("/in", f"{there.url()}/end", status)
    step = {"method": "POST", "url": f"{here.url()}/in", **body}
    result = await run_one([step], {"variables": {"api_token": CANARY}})
    assert there.got == []
    error = result.steps[0].error
    assert error is not None
    assert error.code == "step.denied.secret"
    assert error.params["address"] == f"127.0.0.1:{there.server.server_port}"


@pytest.mark.verifies("defences#9.6")
async def test_a_body_with_a_secret_follows_within_the_origin(
    here: Origin, run_one: RunOne
) -> None:
    here.redirect("/in", f"{here.url()}/end", 307)
    step = {"method": "POST", "url": f"{here.url()}/in", "json": {"password": CANARY}}
    assert (await run_one([step])).outcome is Outcome.PASSED
    assert CANARY.encode() in here.got[-1][3]


@pytest.mark.verifies("defences#9.7")
async def test_cookies_do_not_follow_to_another_port(
    here: Origin, there: Origin, run_one: RunOne
) -> None:
    there.answers["/login"] = (200, [("Set-Cookie", "theirs=1; Path=/")])
    here.redirect("/in", f"{there.url()}/end", 302, ("Set-Cookie", f"mine={CANARY}; Path=/"))
    there.redirect("/end", "/last", 302, ("Set-Cookie", "more=2; Path=/"))
    steps = [
        {"method": "GET", "url": f"{there.url()}/login"},
        {"method": "GET", "url": f"{here.url()}/in"},
        {"method": "GET", "url": f"{here.url()}/me"},
    ]
    assert (await run_one(steps)).outcome is Outcome.PASSED
    sent = {path: headers.get("cookie", "") for _, path, headers, _ in (*here.got, *there.got)}
    assert sent["/end"] == "theirs=1"
    assert set(sent["/last"].split("; ")) == {"theirs=1", "more=2"}
    assert f"mine={CANARY}" in sent["/me"]  # back at home, it is there again


async def test_redirects_between_origins_are_counted(
    here: Origin, there: Origin, run_one: RunOne
) -> None:
    here.redirect("/a", f"{there.url()}/b")
    there.redirect("/b", f"{here.url()}/a")
    result = await run_one([{"method": "GET", "url": f"{here.url()}/a"}])
    assert result.steps[0].error is not None
    assert "redirects more than 10 times" in result.steps[0].error.params["reason"]
    assert len(here.got) + len(there.got) == 11


async def test_a_redirect_that_leaves_is_not_followed_where_nobody_wants_it(
    here: Origin, there: Origin, run_one: RunOne
) -> None:
    here.redirect("/in", f"{there.url()}/end")
    check = {"type": "status_code", "expected": 302}
    step = {"method": "GET", "url": f"{here.url()}/in", "follow_redirects": False}
    assert (await run_one([{**step, "assert": [check]}])).outcome is Outcome.PASSED
    assert there.got == []
