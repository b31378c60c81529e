import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.actions.principal import PRINCIPAL
from shall.admin.token_file import new_token
from shall.serve.auth import AuthGate, authenticator
from shall.settings import Settings

Guard = Callable[..., Any]
TOKEN = "canary-0123456789"


@pytest.mark.verifies("auth#2.1")
@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, ""),
        ({"Authorization": f"Basic {TOKEN}"}, ""),
        ({"Authorization": TOKEN}, ""),
        ({"Authorization": "Bearer wrong"}, ', error="invalid_token"'),
        ({"Authorization": "Bearer"}, ', error="invalid_token"'),
        ({"Authorization": f"Bearer {TOKEN} {TOKEN}"}, ', error="invalid_token"'),
    ],
)
def test_an_unknown_caller_is_refused_in_the_standard_way(
    guard: Guard, headers: dict[str, str], error: str
) -> None:
    answer = guard(auth_token=TOKEN).get(headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="shall"{error}'
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "MCP_UNAUTHORIZED"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_without_regard_to_case(guard: Guard, scheme: str) -> None:
    answer = guard(auth_token=TOKEN).get(headers={"Authorization": f"{scheme} {TOKEN}"})
    assert answer.json() == {"name": "token", "scopes": ["admin", "read", "run", "write"]}


@pytest.mark.verifies("auth#2.2")
def test_health_and_ready_need_no_token_and_know_nobody(guard: Guard) -> None:
    guarded = guard(auth_token=TOKEN)
    for path in ("/health", "/ready"):
        assert guarded.get(path).json() == {"name": "nobody", "scopes": []}
    for path in ("/health/", "/healthz", "//health", "/ready/x", "/none"):
        assert guarded.get(path).status_code == 401, path


def test_where_nobody_is_known_all_may_come_in(guard: Guard) -> None:
    assert authenticator(Settings()) is None
    assert guard().get().json()["name"] == "anyone"


@pytest.mark.verifies("auth#2.3")
def test_two_authorization_headers_are_refused(guard: Guard) -> None:
    right = ("Authorization", f"Bearer {TOKEN}")
    answer = guard(auth_token=TOKEN).get(headers=[right, right])
    assert answer.status_code == 401
    assert 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


@pytest.mark.verifies("auth#2.4")
@pytest.mark.parametrize("name", ["access_token", "token", "authorization"])
def test_a_token_in_the_query_string_is_not_read(guard: Guard, name: str) -> None:
    assert guard(auth_token=TOKEN).get(f"/who?{name}={TOKEN}").status_code == 401


@pytest.mark.verifies("auth#2.5")
def test_no_token_is_written_into_an_answer_or_the_log(
    guard: Guard, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "tokens"
    made = new_token(file, "ci", ["read"])
    guarded = guard(auth_token=TOKEN, token_file=file)
    sent = [TOKEN, made, f"{TOKEN}x", f"{made}x", f"{TOKEN}.{TOKEN}.{TOKEN}"]
    headers = [{"Authorization": f"{scheme} {it}"} for it in sent for scheme in ("Bearer", "Basic")]
    answers = [guarded.get("/write", headers=it) for it in headers]
    file.write_text(f"{TOKEN} {made}\n")
    assert guarded.authenticator is not None
    guarded.authenticator.reload()
    seen = caplog.text + "".join(f"{it.headers} {it.text}" for it in answers)
    assert "refused" in caplog.text
    assert "Unknown field" in caplog.text
    for secret in (TOKEN, made):
        assert secret not in seen


@pytest.mark.verifies("auth#5.3")
def test_a_caller_without_the_scope_is_refused_with_the_missing_one(
    guard: Guard, tmp_path: Path
) -> None:
    file = tmp_path / "tokens"
    reader, admin = new_token(file, "reader", ["read", "run"]), new_token(file, "boss", ["admin"])
    guarded = guard(token_file=file)
    answer = guarded.get("/write", token=reader)
    assert answer.status_code == 403
    expected = 'Bearer realm="shall", error="insufficient_scope", scope="write"'
    assert answer.headers["WWW-Authenticate"] == expected
    assert answer.json()["code"] == "MCP_FORBIDDEN"
    assert guarded.get("/write", token=admin).status_code == 200


async def _through(headers: list[tuple[bytes, bytes]]) -> tuple[int, Any]:
    """Send a request through the gate, past what an HTTP server would sort out."""
    let_in: list[Any] = []
    answered: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        let_in.append(scope[PRINCIPAL])

    async def send(message: Any) -> None:
        answered.append(message)

    gate = AuthGate(app, authenticator(Settings(auth_token=TOKEN)))
    scope = {"type": "http", "path": "/who", "headers": headers}
    await gate(scope, None, send)  # type: ignore[arg-type]
    return (answered[0]["status"] if answered else 200), (let_in[0] if let_in else None)


@given(st.lists(st.binary(max_size=60) | st.just(f"Bearer {TOKEN}".encode()), max_size=3))
def test_whatever_the_header_holds_only_the_token_comes_in(values: list[bytes]) -> None:
    headers = [(b"authorization", value) for value in values]
    status, caller = asyncio.run(_through(headers))
    right = len(values) == 1 and values[0].strip().split()[1:] == [TOKEN.encode()]
    assert (status, caller is not None) == ((200, True) if right else (401, False))
