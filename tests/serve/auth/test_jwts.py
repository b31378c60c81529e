import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.responses import PlainTextResponse

from shall.errors import InvalidSetting, KeysUnavailable
from shall.serve.auth import authenticator
from shall.serve.auth.jwks import (
    FRESH_S,
    MAX_DOCUMENT_BYTES,
    RETRY_S,
    UNKNOWN_S,
    KeyServer,
    read_keys,
)
from shall.serve.auth.jwts import LEEWAY_S, JwtVerifier
from shall.serve.auth.refusal import Refused
from shall.settings import Settings

GuardJwt = Callable[..., Any]
_EC_KEY = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))


@pytest.mark.verifies("auth#3.1")
@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "EdDSA"])
def test_a_token_of_the_authorization_server_comes_in(
    guard_jwt: GuardJwt, key_server: Any, algorithm: str
) -> None:
    key_server.add("RS256", "other")
    key = key_server.add(algorithm, "k1")
    guarded = guard_jwt()
    token = key_server.token(key, algorithm, "k1", aud=["other", "https://shall.example/mcp"])
    name, scopes = guarded.who(token)
    assert scopes == ["read", "run"]
    assert name.startswith("jwt:")
    assert "alice" not in name
    listed = key_server.token(key, algorithm, "k1", scope=None, scp=["write", 1, "profile"])
    assert guarded.who(listed) == (name, ["write"])
    other = key_server.token(key, algorithm, "k1", sub="bob", scope=None)
    assert guarded.who(other)[0] != name
    assert guarded.who(other)[1] == []
    assert key_server.asked == 1


def test_clocks_may_differ_by_half_a_minute(guard_jwt: GuardJwt, key_server: Any) -> None:
    key = key_server.add("ES256", "k1")
    guarded = guard_jwt()
    now = datetime.now(UTC)
    near = {"exp": now - timedelta(seconds=10), "nbf": now + timedelta(seconds=10)}
    assert guarded.get(token=key_server.token(key, "ES256", "k1", **near)).status_code == 200


_NOW = datetime.now(UTC)


@pytest.mark.verifies("auth#3.2")
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": _NOW - timedelta(minutes=2)},
        {"exp": None},
        {"exp": "soon"},
        {"exp": [1]},
        {"exp": float("inf")},
        {"nbf": _NOW + timedelta(hours=1)},
        {"iss": "https://evil.example/"},
        {"iss": None},
        {"aud": "https://other.example/mcp"},
        {"aud": None},
        {"aud": {"x": 1}},
        {"sub": None},
    ],
)
def test_a_token_for_another_time_or_place_is_refused(
    guard_jwt: GuardJwt, key_server: Any, claims: dict[str, Any]
) -> None:
    key = key_server.add("ES256", "k1")
    answer = guard_jwt().get(token=key_server.token(key, "ES256", "k1", **claims))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.verifies("auth#3.2")
def test_a_token_with_another_key_or_algorithm_is_refused(
    guard_jwt: GuardJwt, key_server: Any
) -> None:
    key = key_server.add("RS256", "k1", alg="RS256")
    secret = "s" * 64
    oct_key = {"kty": "oct", "kid": "h", "k": "c" * 86}
    key_server.keys += [oct_key, {"kty": "EC", "kid": "bad", "crv": "P-256", "x": "?", "y": "?"}]
    key_server.add("ES256", "enc", use="enc")
    other = key_server.add("RS256", "gone")
    key_server.keys.pop()
    token = key_server.token
    guarded = guard_jwt()
    assert guarded.get(token=token(key, "RS256", "k1")).status_code == 200
    head, body, _ = token(key, "RS256", "k1").split(".")
    refused = [
        token(other, "RS256", "k1"),
        token(other, "RS256", "gone"),
        token(key, "PS256", "k1"),  # the key says alg
        token(None, "none", "k1"),
        token(secret, "HS256", "k1"),
        token(jwt.PyJWK(oct_key).key, "HS256", "h"),
        f"{head}.{body}.",
        f"{head}.{body}.AAAA",
        "a.b.c",
        "..",
        f"{head}.{'A' * 20000}.",
        json.dumps({"a": "."}),
    ]
    assert [guarded.get(token=it).status_code for it in refused] == [401] * len(refused)
    assert guarded.get(token=token(key, "RS256", None)).status_code == 200, "one key needs no id"


@pytest.mark.verifies("auth#3.2")
@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_no_key_is_asked_for_where_the_algorithm_is_refused(
    guard_jwt: GuardJwt, key_server: Any, algorithm: str
) -> None:
    secret = "s" * 64 if algorithm == "HS256" else None
    token = key_server.token(secret, algorithm, "unknown")
    assert guard_jwt().get(token=token).status_code == 401
    assert key_server.asked == 0


def test_a_short_key_is_not_used() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    document = {"keys": [{**json.loads(RSAAlgorithm.to_jwk(weak.public_key())), "kid": "w"}]}
    with pytest.raises(ValueError, match="no key that can be used"):
        read_keys(json.dumps(document).encode())


@pytest.mark.verifies("auth#3.4")
@pytest.mark.parametrize(
    "answer",
    [
        lambda: PlainTextResponse(json.dumps({"keys": [_EC_KEY]}), 500),
        lambda: PlainTextResponse("<html>"),
        lambda: PlainTextResponse("[" * 100_000),
        lambda: PlainTextResponse(json.dumps({"keys": [_EC_KEY]}) + " " * MAX_DOCUMENT_BYTES),
        lambda: PlainTextResponse('{"keys": []}'),
        lambda: PlainTextResponse("", 302, {"Location": "http://127.0.0.1:1/"}),
    ],
)
def test_a_key_server_that_fails_is_no_fault_of_ours(
    guard_jwt: GuardJwt, key_server: Any, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    key = key_server.add("ES256", "k1")
    key_server.answer = answer
    token = key_server.token(key, "ES256", "k1")
    refused = guard_jwt(auth_token="own").get(token=token)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert refused.json()["code"] == "MCP_KEYS_UNAVAILABLE"
    assert "keys of JWTs cannot be read" in caplog.text


def test_a_key_server_that_is_not_there_is_reported(guard: Any, key_server: Any) -> None:
    key = key_server.add("ES256", "k1")
    guarded = guard(jwks_url="http://127.0.0.1:1/", jwt_issuer="x", jwt_audience="y")
    assert guarded.get(token=key_server.token(key, "ES256", "k1")).status_code == 503
    assert guarded.get("/health").status_code == 200


ISSUER, AUDIENCE = "https://id.example/", "https://shall.example/mcp"


class Asked:
    """A key server without a network: what it gives, and a clock that a test moves."""

    def __init__(self, key_server: Any) -> None:
        self.now_s = 0.0
        self.times = 0
        self.fails = False
        self.given = key_server
        self.is_asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, _: str) -> bytes:
        self.times += 1
        self.is_asked.set()
        await self.gate.wait()
        if self.fails:
            raise KeysUnavailable("it is down.")
        return json.dumps({"keys": self.given.keys}).encode()

    def server(self) -> KeyServer:
        return KeyServer("http://keys", lambda: self.now_s, self.fetch)


@pytest.mark.verifies("auth#3.3")
@pytest.mark.anyio
async def test_an_unknown_key_is_asked_for_at_most_once_a_minute(key_server: Any) -> None:
    key_server.add("ES256", "old")
    asked = Asked(key_server)
    keys = asked.server()
    assert await keys.find("old", "ES256") is not None
    key_server.add("ES256", "new")
    for _ in range(50):
        assert await keys.find("new", "ES256") is None
    assert asked.times == 1
    asked.now_s += UNKNOWN_S
    assert await keys.find("new", "ES256") is not None
    assert await keys.find("none", "ES256") is None
    assert asked.times == 2
    keys.reload()
    assert await keys.find("old", "ES256") is not None
    assert asked.times == 3


@pytest.mark.verifies("auth#3.4")
@pytest.mark.anyio
async def test_keys_that_were_taken_back_end_and_those_we_had_survive_a_failure(
    key_server: Any,
) -> None:
    key_server.add("ES256", "k1")
    key_server.add("ES256", "k2")
    asked = Asked(key_server)
    keys = asked.server()
    assert await keys.find("k1", "ES256") is not None
    asked.fails = True
    asked.now_s += FRESH_S
    assert await keys.find("k1", "ES256") is not None
    assert await keys.find("k1", "ES256") is not None
    assert asked.times == 2
    asked.fails = False
    key_server.keys.pop(0)
    asked.now_s += UNKNOWN_S
    assert await keys.find("k1", "ES256") is None


@pytest.mark.anyio
async def test_a_server_that_never_gave_keys_is_asked_again_soon(key_server: Any) -> None:
    key_server.add("ES256", "k1")
    asked = Asked(key_server)
    asked.fails = True
    keys = asked.server()
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await keys.find("k1", "ES256")
    assert asked.times == 1
    asked.fails = False
    asked.now_s += RETRY_S
    assert await keys.find("k1", "ES256") is not None


@pytest.mark.anyio
async def test_while_one_asks_known_keys_go_on_and_unknown_ones_wait(key_server: Any) -> None:
    key_server.add("ES256", "old")
    asked = Asked(key_server)
    keys = asked.server()
    await keys.find("old", "ES256")
    key_server.add("ES256", "new")
    asked.now_s += FRESH_S
    asked.gate.clear()
    asked.is_asked.clear()
    first, second = (asyncio.ensure_future(keys.find("new", "ES256")) for _ in range(2))
    await asked.is_asked.wait()
    async with asyncio.timeout(10):
        assert await keys.find("old", "ES256") is not None
    assert not first.done()
    asked.gate.set()
    assert await first is not None
    assert await second is not None
    assert asked.times == 2


@pytest.mark.verifies("auth#3.2")
@pytest.mark.anyio
async def test_a_token_that_held_is_refused_when_its_time_or_its_key_is_over(
    key_server: Any,
) -> None:
    key = key_server.add("ES256", "k1")
    now_s = int(datetime.now(UTC).timestamp())
    token = key_server.token(key, "ES256", "k1", exp=now_s + 60).encode()
    asked = Asked(key_server)
    clock = [float(now_s)]
    verifier = JwtVerifier(asked.server(), ISSUER, AUDIENCE, lambda: clock[0])
    first = await verifier.verify(token)
    assert await verifier.verify(token) is first, "remembered"
    clock[0] += 60 + LEEWAY_S
    assert await verifier.verify(token) is not first, "checked again"
    clock[0] = now_s
    key_server.keys.clear()
    key_server.add("ES256", "k1")
    asked.now_s += FRESH_S
    with pytest.raises(Refused):
        await verifier.verify(token)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["ES256"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below),
    max_leaves=5,
)


@given(
    st.binary(max_size=40)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(["alg", "kid", "crit", "b64"], _JSON)).map(
        lambda it: json.dumps(it).encode()
    ),
    st.binary(max_size=40),
)
def test_whatever_a_jwt_holds_it_is_refused_without_a_fault(head: bytes, body: bytes) -> None:
    async def one_key(_: str) -> bytes:
        return json.dumps({"keys": [_EC_KEY]}).encode()

    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (head, body, body))
    verifier = JwtVerifier(KeyServer("http://keys", fetch=one_key), ISSUER, AUDIENCE)
    with pytest.raises(Refused):
        asyncio.run(verifier.verify(b".".join(parts)))


@pytest.mark.verifies("auth#3.6")
@pytest.mark.parametrize(
    ("settings", "reported"),
    [
        ({"jwks_url": "https://k"}, "jwt_issuer and jwt_audience"),
        ({"jwks_url": "https://k", "jwt_issuer": "https://i"}, "not jwt_audience"),
        ({"jwt_issuer": "https://i"}, "Set jwks_url"),
        ({"client_cert_header": "X-Client-Cert"}, "--trusted-proxy"),
    ],
)
def test_settings_that_are_not_there_together_are_reported(
    settings: dict[str, Any], reported: str
) -> None:
    with pytest.raises(InvalidSetting) as error:
        authenticator(Settings(**settings))
    assert reported in str(error.value)


def test_keys_over_plain_http_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    together = {"jwt_issuer": "https://i", "public_url": "https://me/mcp"}
    assert authenticator(Settings(jwks_url="https://k", **together)) is not None  # type: ignore[arg-type]
    assert caplog.text == ""
    authenticator(Settings(jwks_url="http://k", **together))  # type: ignore[arg-type]
    assert "plain HTTP" in caplog.text
