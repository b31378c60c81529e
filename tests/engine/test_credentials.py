"""Credentials: sent as their kind prescribes, fetched once, and never shown."""

import base64
import hashlib
import hmac
import json
import re
import warnings
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.responses import JSONResponse

from shall.report.failures import case_text
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome, RunResult
from shall.transport.target_policy import read_policy

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

CANARY = "canary-5f1b9c-pass"
WORD, OTHER = "s3cret-word", "wrong-one"
KEY = "wJalrXUtnFEMI-canary-key"


class Issuer:
    """Issues tokens as ``answers`` says, the last one for ever, and notes every request."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.answers: list[tuple[int, Any]] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                issuer.got.append((self.path, headers, form))
                first = issuer.answers[0]
                status, value = issuer.answers.pop(0) if len(issuer.answers) > 1 else first
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture(scope="module")
def _issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


@pytest.fixture
def issuer(_issuer: Issuer) -> Issuer:
    _issuer.got.clear()
    _issuer.answers = [(200, {"access_token": "tok-canary-1", "expires_in": 3600})]
    return _issuer


@pytest.fixture(scope="module")
def httpbin() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import httpbin as package  # noqa: PLC0415 - it warns when it is imported
    from werkzeug.serving import make_server  # noqa: PLC0415 - as above

    package.app.logger.disabled = True
    server = make_server("127.0.0.1", 0, package.app, threaded=True)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shown(result: CaseResult | RunResult) -> str:
    """Return all that a result shows."""
    cases = result.cases if isinstance(result, RunResult) else [result]
    return "".join(map(case_text, cases)) + json.dumps(result_to_json(result)) + repr(result)


@pytest.mark.verifies("protocols#1.1")
@pytest.mark.parametrize(
    ("path", "auth", "status"),
    [
        (
            f"/basic-auth/anna/{WORD}",
            {"basic": {"user": "anna", "password": WORD}},
            200,
        ),
        (f"/basic-auth/anna/{WORD}", {"basic": {"user": "anna", "password": OTHER}}, 401),
        (
            f"/digest-auth/auth/anna/{WORD}",
            {"digest": {"user": "anna", "password": WORD}},
            200,
        ),
        (
            f"/digest-auth/auth-int/anna/{WORD}/SHA-256",
            {"digest": {"user": "anna", "password": OTHER}},
            401,
        ),
        ("/bearer", {"bearer": "some-token"}, 200),
        ("/bearer", "none", 401),
    ],
)
async def test_httpbin_accepts_the_right_credentials_alone(
    httpbin: str, run_one: RunOne, path: str, auth: Any, status: int
) -> None:
    step = {"GET": path, "auth": auth, "expect": {"status": status}}
    result = await run_one([step], host=httpbin)
    assert result.outcome is Outcome.PASSED, shown(result)


@pytest.mark.verifies("protocols#1.1")
async def test_credentials_of_digest_are_hashed_in_utf_8(service: Any, run_one: RunOne) -> None:
    user, password = "änna", "pässwort 密码"
    challenge = JSONResponse({}, 401, {"WWW-Authenticate": 'Digest realm="r", nonce="n"'})
    service.log.given["digest"] = [challenge, JSONResponse({})]
    step = {"GET": "/given/digest", "auth": {"digest": {"user": user, "password": password}}}

    result = await run_one([step], host=service.url)

    assert result.outcome is Outcome.PASSED, shown(result)
    sent = service.log.headers[-1]["authorization"]
    response = _md5(f"{_md5(f'{user}:r:{password}')}:n:{_md5('GET:/given/digest')}")
    assert f'response="{response}"' in sent


@pytest.mark.verifies("protocols#1.1")
async def test_a_password_that_libcurl_cannot_take_ends_only_its_step(
    service: Any, run_one: RunOne, tmp_path: Path
) -> None:
    connection = {"client_certificate": "c.pem", "key_password": "a\0b"}
    (tmp_path / "c.pem").write_text("x")
    result = await run_one([{"GET": "/echo", "connection": connection}], host=service.url)
    assert "`key_password` has a character that cannot be sent." in shown(result)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.verifies("protocols#1.1")
@pytest.mark.parametrize(
    ("key", "select"),
    [
        ({"header": "X-Tenant"}, '$.headers["x-tenant"]'),
        ({"query": "k"}, "$.query[0][1]"),
        ({"cookie": "k"}, "$.cookies.k"),
    ],
)
async def test_an_api_key_goes_into_a_header_a_parameter_or_a_cookie(
    service: Any, run_one: RunOne, key: dict[str, str], select: str
) -> None:
    auth = {"api_key": {**key, "value": CANARY}}
    step = {
        "GET": "/echo",
        "auth": auth,
        "headers": {"Cookie": "a=1"},
        "expect": {select: {"matches": "^canary-5f1b9c-pass$"}, "$.cookies.a": "1"},
    }
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)
    assert CANARY not in shown(result)


@pytest.mark.verifies("protocols#1.1")
async def test_a_request_is_signed_for_aws(service: Any, run_one: RunOne) -> None:
    fields = {
        "access_key": "AKIDEXAMPLE",
        "secret_key": KEY,
        "region": "us-east-1",
        "service": "execute-api",
        "session_token": "session-canary",
    }
    body = '{"a":1}'
    step = {
        "POST": "/echo/a",
        "headers": {"Content-Type": "application/json"},
        "text": body,
        "auth": {"aws_sigv4": fields},
    }
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)
    assert KEY not in shown(result)
    assert "session-canary" not in shown(result)

    seen = service.log.headers[-1]
    found = re.search(r"SignedHeaders=([^,]+), *Signature=(\w+)", seen["authorization"])
    assert found is not None
    assert "x-amz-security-token" in found[1]
    assert found[2] == signature(seen, found[1], body, "/echo/a")


def signature(seen: dict[str, str], signed: str, body: str, path: str) -> str:
    """Sign as the documentation of AWS Signature Version 4 says."""
    day = seen["x-amz-date"][:8]
    canonical = "\n".join(
        [
            "POST",
            path,
            "",
            *(f"{name}:{seen[name].strip()}" for name in signed.split(";")),
            "",
            signed,
            hashlib.sha256(body.encode()).hexdigest(),
        ]
    )
    scope = f"{day}/us-east-1/execute-api/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{KEY}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = f"AWS4-HMAC-SHA256\n{seen['x-amz-date']}\n{scope}\n{digest}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@pytest.mark.verifies("protocols#1.2")
async def test_a_step_goes_before_its_case_and_a_case_before_the_environment(
    service: Any, run_one: RunOne
) -> None:
    steps = [
        {"GET": "/echo/a", "expect": {"$.headers.authorization": "Bearer of-the-case"}},
        {
            "GET": "/echo/b",
            "auth": {"bearer": "{{ own }}"},
            "expect": {"$.headers.authorization": "Bearer of-the-step"},
        },
        {
            "GET": "/echo/c",
            "auth": "none",
            "expect": {"$.headers.authorization": {"exists": False}},
        },
    ]
    case = {"auth": {"bearer": "of-the-case"}, "variables": {"own": "of-the-step"}}
    result = await run_one(steps, case, host=service.url, auth={"bearer": "of-the-environment"})
    assert result.outcome is Outcome.PASSED, shown(result)

    step = {"GET": "/echo/a", "expect": {"$.headers.authorization": "Bearer of-the-environment"}}
    result = await run_one([step], host=service.url, auth={"bearer": "of-the-environment"})
    assert result.outcome is Outcome.PASSED, shown(result)


@pytest.mark.verifies("protocols#1.2")
async def test_a_case_uses_a_token_that_its_first_step_captures(
    service: Any, run_one: RunOne
) -> None:
    steps = [
        {
            "POST": "/login",
            "auth": "none",
            "json": {"user": "ann"},
            "capture": {"t": "$.data.token"},
        },
        {"GET": "/echo", "expect": {"$.headers.authorization": "Bearer token-of-ann"}},
    ]
    result = await run_one(steps, {"auth": {"bearer": "{{ t }}"}}, host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)


def grant(issuer: Issuer, name: str = "client_credentials", **more: str) -> dict[str, Any]:
    client = {"client_id": "shop", "client_secret": CANARY}
    return {"oauth2": {name: {"token_url": f"{issuer.url}/token", **client, **more}}}


@pytest.mark.verifies("protocols#1.1", "protocols#1.3")
async def test_a_token_is_fetched_once_for_all_cases_that_run_at_once(
    service: Any, issuer: Issuer, run: Any
) -> None:
    expect = {"$.headers.authorization": "Bearer tok-canary-1"}
    case = {"steps": [{"GET": "/echo", "expect": expect}], "auth": grant(issuer, scope="a b")}

    result = await run([case] * 20, host=service.url)

    assert [it.outcome for it in result.cases] == [Outcome.PASSED] * 20, shown(result)
    [(path, headers, form)] = issuer.got
    assert path == "/token"
    assert form == {"grant_type": "client_credentials", "scope": "a b"}
    assert (
        headers["authorization"].split()[1] == base64.b64encode(f"shop:{CANARY}".encode()).decode()
    )
    assert "tok-canary-1" not in shown(result)
    assert CANARY not in shown(result)


@pytest.mark.verifies("protocols#1.3")
async def test_a_token_that_expired_is_fetched_again_with_what_renews_it(
    service: Any, issuer: Issuer, run_one: RunOne
) -> None:
    issuer.answers = [
        (200, {"access_token": "tok-a", "expires_in": 5, "refresh_token": "renew-b"}),
        (200, {"access_token": "tok-b", "expires_in": 3600}),
    ]
    auth = grant(issuer, "refresh_token", refresh_token="renew-a", client_in="body")
    steps = [
        {"GET": "/echo", "expect": {"$.headers.authorization": f"Bearer {it}"}}
        for it in ("tok-a", "tok-b", "tok-b")
    ]
    result = await run_one(steps, {"auth": auth}, host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)
    assert [form["refresh_token"] for _, _, form in issuer.got] == ["renew-a", "renew-b"]
    assert issuer.got[0][2]["client_secret"] == CANARY


@pytest.mark.verifies("protocols#1.1")
async def test_the_grant_of_a_password_and_of_a_device(
    service: Any, issuer: Issuer, run_one: RunOne
) -> None:
    expect = {"expect": {"$.headers.authorization": "Bearer tok-canary-1"}}
    auth = grant(issuer, "password", user="anna", password="pass-canary")
    result = await run_one([{"GET": "/echo", **expect}], {"auth": auth}, host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)
    assert (issuer.got[0][2]["username"], issuer.got[0][2]["password"]) == ("anna", "pass-canary")

    issuer.got.clear()
    token = issuer.answers[0]
    asked = {"device_code": "dev-canary", "user_code": "AB-CD", "interval": 0.01, "expires_in": 60}
    issuer.answers = [(200, asked), (400, {"error": "authorization_pending"}), token]
    fields = {
        "token_url": f"{issuer.url}/token",
        "device_url": f"{issuer.url}/device",
        "client_id": "tv",
    }
    auth = {"oauth2": {"device_code": fields}}
    result = await run_one([{"GET": "/echo", **expect}], {"auth": auth}, host=service.url)
    assert result.outcome is Outcome.PASSED, shown(result)
    assert [path for path, _, _ in issuer.got] == ["/device", "/token", "/token"]
    assert issuer.got[2][2]["device_code"] == "dev-canary"
    assert "dev-canary" not in shown(result)


@pytest.mark.verifies("protocols#1.10")
async def test_a_token_that_the_service_refuses_is_fetched_again_and_the_request_repeated(
    service: Any, issuer: Issuer, run_one: RunOne
) -> None:
    issuer.answers = [(200, {"access_token": f"tok-{it}"}) for it in "abc"]
    service.log.given["guarded"] = [JSONResponse({}, 401), JSONResponse({"ok": True})]
    steps = [
        {"GET": "/given/guarded", "expect": {"$.ok": True}},
        {"GET": "/echo", "expect": {"$.headers.authorization": "Bearer tok-b"}},
        {"GET": "/status/401", "expect": {"status": 401}},
        {"GET": "/status/401", "until": {"$.ok": True, "fails_if": {"$.ok": {"exists": False}}}},
    ]
    result = await run_one(steps, {"auth": grant(issuer)}, host=service.url)
    first, *_, last = result.steps
    assert first.exchange is not None
    renewal = [(it.method, it.status) for it in first.exchange.renewal or ()]
    assert renewal == [("GET", 401), ("POST", 200)]
    assert service.calls_to("/given/guarded") == 2
    assert last.outcome is Outcome.FAILED
    assert service.calls_to("/status/401") == 3
    assert len(issuer.got) == 3
    assert "tok-a" not in shown(result)


@pytest.mark.verifies("protocols#1.4", "protocols#1.5")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {"error": "invalid_client"}), "answers 401: invalid_client"),
        ((500, b"<html>"), "answers 500."),
        ((200, {"token_type": "bearer"}), "returns no `access_token`"),
        ((200, b"[" * 100_000), "returns no `access_token`"),
    ],
)
async def test_an_issuer_that_refuses_ends_the_step_as_an_error(
    service: Any, issuer: Issuer, run_one: RunOne, answer: Any, said: str
) -> None:
    issuer.answers = [answer]
    result = await run_one([{"GET": "/echo"}], {"auth": grant(issuer)}, host=service.url)
    assert result.outcome is Outcome.ERROR
    assert said in case_text(result)
    assert CANARY not in shown(result)
    assert service.log.calls == []


@pytest.mark.verifies("protocols#1.5")
async def test_no_form_of_a_credential_is_shown(service: Any, run_one: RunOne) -> None:
    basic = base64.b64encode(f"anna:{CANARY}".encode()).decode()
    for auth in (
        {"basic": {"user": "anna", "password": CANARY}},
        {"bearer": CANARY},
        {"digest": {"user": "anna", "password": CANARY}},
        {"api_key": {"header": "X-Tenant", "value": CANARY}},
    ):
        text = f"{CANARY} {basic}"
        step = {"POST": "/echo", "auth": auth, "text": text, "expect": {"status": 418}}
        result = await run_one([step], host=service.url)
        assert result.outcome is Outcome.FAILED
        assert CANARY not in shown(result)
        assert basic not in shown(result)


@pytest.mark.verifies("protocols#1.6")
@pytest.mark.parametrize(
    "auth",
    [
        {"basic": {"user": "anna", "password": CANARY}},
        {"api_key": {"header": "X-Tenant", "value": CANARY}},
        {"api_key": {"cookie": "k", "value": CANARY}},
        {"digest": {"user": "anna", "password": CANARY}},
    ],
)
async def test_credentials_stay_with_their_origin(service: Any, run_one: RunOne, auth: Any) -> None:
    elsewhere = service.url.replace("127.0.0.1", "localhost")
    steps = [
        {"GET": f"/redirect?code=302&to={elsewhere}/echo", "capture": {"seen": "$.headers"}},
        {"GET": f"{elsewhere}/echo/2", "capture": {"direct": "$.headers"}},
        {"GET": f"{service.url}/echo/3", "capture": {"same": "$.headers"}},
    ]
    await run_one(steps, {"auth": auth}, host=service.url)
    first, second, third = service.log.headers[-3:]
    assert not {"authorization", "x-tenant", "cookie"} & {*first, *second}
    assert CANARY not in str((first, second))
    if "digest" not in auth:
        assert {"authorization", "x-tenant", "cookie"} & {*third}


@pytest.mark.verifies("protocols#1.7")
async def test_the_address_of_the_issuer_is_judged_by_the_policy(
    service: Any, issuer: Issuer, run_one: RunOne
) -> None:
    port = issuer.server.server_port
    policy = read_policy([], [f"127.0.0.1:{port}"])
    result = await run_one(
        [{"GET": "/echo"}], {"auth": grant(issuer)}, host=service.url, policy=policy
    )
    assert result.outcome is Outcome.ERROR
    assert result.steps[0].error is not None
    assert result.steps[0].error.code == "step.denied.listed"
    assert issuer.got == []


@pytest.mark.verifies("protocols#1.8")
async def test_what_libcurl_lacks_is_an_error_that_says_so(service: Any, run_one: RunOne) -> None:
    step = {"GET": "/echo", "auth": {"ntlm": {"user": "anna", "password": CANARY}}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert "does not support NTLM" in case_text(result)
    assert CANARY not in shown(result)
