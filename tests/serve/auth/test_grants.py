"""What a login stores of a token, and when that stops letting its caller in."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from shall.admin.token_file import new_token, revoke_token
from shall.serve.auth.authenticator import Authenticator
from shall.serve.auth.grant import Grant, JwtGrant
from shall.serve.auth.jwks import KeyServer
from shall.serve.auth.jwts import LEEWAY_S, JwtVerifier
from shall.serve.auth.refusal import Refused
from shall.serve.auth.static_tokens import KnownTokens

ISSUER, AUDIENCE = "https://id.example/", "https://shall.example/mcp"


class Clock:
    """Seconds of the epoch that a test moves."""

    def __init__(self) -> None:
        self.now_s = datetime.now(UTC).timestamp()

    def __call__(self) -> float:
        return self.now_s


class Issuer:
    """An authorization server whose key ``k1`` can be replaced."""

    def __init__(self, clock: Clock) -> None:
        self.renew()
        keys = KeyServer("https://id.example/keys", clock, self.fetch)
        self.verifier = JwtVerifier(keys, ISSUER, AUDIENCE, clock)

    def renew(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    async def fetch(self, _: str) -> bytes:
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        return json.dumps({"keys": [{**public, "kid": "k1"}]}).encode()

    def token(self, **claims: Any) -> bytes:
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "alice@example.com",
            "exp": datetime.now(UTC) + timedelta(minutes=5),
            "scope": "read run openid",
        }
        return jwt.encode({**usual, **claims}, self.key, "ES256", headers={"kid": "k1"}).encode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(clock: Clock) -> Issuer:
    return Issuer(clock)


@pytest.fixture
def callers(issuer: Issuer) -> Authenticator:
    return Authenticator(tokens=KnownTokens("sesame", None), jwts=issuer.verifier)


def lets_in(callers: Authenticator, grant: Grant) -> bool:
    try:
        asyncio.run(callers.holder(grant))
    except Refused:
        return False
    return True


def test_a_login_by_jwt_has_the_name_and_scopes_of_the_token(
    callers: Authenticator, issuer: Issuer
) -> None:
    token = issuer.token()
    grant = asyncio.run(callers.grant(token))
    assert asyncio.run(callers.holder(grant)) == asyncio.run(issuer.verifier.verify(token))


@pytest.mark.verifies("pages#1.8")
def test_a_login_by_jwt_ends_with_the_token(
    callers: Authenticator, issuer: Issuer, clock: Clock
) -> None:
    grant = asyncio.run(callers.grant(issuer.token()))
    clock.now_s += 290 + LEEWAY_S
    assert lets_in(callers, grant)
    clock.now_s += 20
    assert not lets_in(callers, grant)


@pytest.mark.verifies("pages#1.8")
def test_a_login_by_jwt_ends_with_the_key_that_verified_it(
    callers: Authenticator, issuer: Issuer
) -> None:
    grant = asyncio.run(callers.grant(issuer.token()))
    callers.reload()
    assert lets_in(callers, grant)  # fetched anew, it is the same key
    issuer.renew()
    callers.reload()
    assert not lets_in(callers, grant)


@pytest.mark.parametrize(
    "claims", [{"aud": "https://other.example"}, {"iss": "https://evil.example"}, {"exp": 1}]
)
def test_a_jwt_that_does_not_hold_logs_nobody_in(
    callers: Authenticator, issuer: Issuer, claims: dict[str, Any]
) -> None:
    for token in (issuer.token(**claims), b"a.b.c", b"wrong", b""):
        with pytest.raises(Refused):
            asyncio.run(callers.grant(token))


@pytest.mark.verifies("pages#1.8")
def test_a_login_ends_when_its_token_expires_or_goes(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    token = new_token(file, "ci", ["read"], datetime.now(UTC) + timedelta(days=1))
    callers = Authenticator(tokens=KnownTokens("", file))
    grant = asyncio.run(callers.grant(token.encode()))
    assert lets_in(callers, grant)

    text = file.read_text()
    file.write_text(text.replace(text.split("expires=")[1].split()[0], "2020-01-01T00:00:00Z"))
    callers.reload()
    assert not lets_in(callers, grant)

    file.write_text(text)
    callers.reload()
    assert lets_in(callers, grant)
    revoke_token(file, "ci")
    callers.reload()
    assert not lets_in(callers, grant)


def test_a_login_of_another_kind_of_token_lets_nobody_in(
    callers: Authenticator, issuer: Issuer, clock: Clock
) -> None:
    """A server whose settings changed meets cookies that it wrote before."""
    by_jwt = asyncio.run(callers.grant(issuer.token()))
    only_tokens = Authenticator(tokens=KnownTokens("sesame", None))
    assert not lets_in(only_tokens, by_jwt)
    assert not lets_in(callers, Grant("", None))
    assert not lets_in(callers, Grant(by_jwt.digest, None))
    forged = JwtGrant("jwt:mallory", ("admin",), "k9", "ES256", clock() + 99)
    assert not lets_in(callers, Grant(by_jwt.digest, forged))
