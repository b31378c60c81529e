"""JSON Web Tokens of an authorization server (RFC 7519, RFC 9068): checked, never made."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from msgspec import Struct

from shall.actions.principal import SCOPES, Principal
from shall.serve.auth.grant import Grant, JwtGrant
from shall.serve.auth.jwks import ALGORITHMS, KeyServer
from shall.serve.auth.refusal import INVALID_TOKEN, Refused

LEEWAY_S = 30
"""How much two clocks may differ."""

MAX_CHECKED = 1024
"""How many tokens are remembered: checking a signature anew costs each request about 0.2 ms."""

_REQUIRED = ["exp", "iss", "aud", "sub"]
_FAULTS = (PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError)
"""What PyJWT raises for odd values: a time that is a list or infinite, JSON nested too deep."""


class _Checked(Struct, frozen=True):
    """A token that held: as long as its key is the same, until its time is over (POSIX time)."""

    caller: Principal
    kid: str | None
    algorithm: str
    key: PyJWK
    until: float


class JwtVerifier:
    """Checks JWTs of one issuer for one audience."""

    def __init__(
        self,
        keys: KeyServer,
        issuer: str,
        audience: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._checked: dict[bytes, _Checked] = {}

    async def verify(self, token: bytes) -> Principal:
        """Return the caller that a token names.

        Raises:
            Refused: It does not hold: no such key, another algorithm, its time, its issuer.
            KeysUnavailable: There are no keys to check it with.
        """
        return (await self._known(token)).caller

    async def grant(self, token: bytes) -> Grant:
        """Return what a session needs to know of a token.

        Raises:
            Refused: It does not hold.
            KeysUnavailable: There are no keys to check it with.
        """
        it = await self._known(token)
        scopes = tuple(sorted(it.caller.scopes))
        said = JwtGrant(it.caller.name, scopes, it.kid, it.algorithm, it.until)
        return Grant(_thumbprint(it.key), said)

    async def holder(self, grant: Grant) -> Principal:
        """Return the caller of a session whose token was a JWT.

        Raises:
            Refused: Its time is over, or the authorization server took its key back.
            KeysUnavailable: There are no keys to compare it with.
        """
        said = grant.jwt
        if said is None or said.until <= self._clock():
            raise Refused("The session has expired.")
        key = await self._keys.find(said.kid, said.algorithm)
        if key is None or _thumbprint(key) != grant.digest:
            raise Refused("The session has expired.", reason=f"the key {said.kid!r} is no more")
        return Principal(said.name, frozenset(said.scopes) & frozenset(SCOPES))

    def reload(self) -> None:
        """Fetch the keys again when they are next needed."""
        self._keys.reload()

    async def _known(self, token: bytes) -> _Checked:
        digest = hashlib.sha256(token).digest()
        before = self._checked.get(digest)
        if before is not None and before.until > self._clock():
            key = await self._keys.find(before.kid, before.algorithm)
            if key is before.key:  # keys that were fetched again are others
                return before
        checked = await self._check(token)
        if len(self._checked) >= MAX_CHECKED:
            self._checked.clear()
        self._checked[digest] = checked
        return checked

    async def _check(self, token: bytes) -> _Checked:
        if token.count(b".") != 2:
            raise Refused("The token is not valid.", error=INVALID_TOKEN)
        kid, algorithm = _header(token)
        key = await self._keys.find(kid, algorithm)
        if key is None:
            raise _refused(f"no key {kid!r} for {algorithm}")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": _REQUIRED},
            )
        except _FAULTS as error:
            raise _refused(f"{type(error).__name__}: {error}") from None
        caller = Principal(_name(self._issuer, claims["sub"]), _scopes(claims))
        return _Checked(caller, kid, algorithm, key, int(claims["exp"]) + LEEWAY_S)


def _thumbprint(key: PyJWK) -> str:
    """Return the SHA-256 of a public key, which is the same in every process."""
    public = key.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def _header(token: bytes) -> tuple[str | None, str]:
    try:
        header = jwt.get_unverified_header(token)
    except _FAULTS as error:
        raise _refused(f"{type(error).__name__}") from None
    kid, algorithm = header.get("kid"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _refused("its algorithm is not one of those that are accepted")
    return kid, algorithm


def _name(issuer: str, subject: str) -> str:
    """Name a caller for logs and limits: a subject may be a person's address."""
    pair = f"{issuer}\0{subject}".encode("utf-8", "surrogatepass")
    return f"jwt:{hashlib.sha256(pair).hexdigest()[:12]}"


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """Return our scopes among those granted (RFC 8693, section 4.2; or ``scp``)."""
    granted: set[str] = set()
    for said in (claims.get("scope"), claims.get("scp")):
        words = said.split() if isinstance(said, str) else said
        if isinstance(words, list):
            granted.update(word for word in words if isinstance(word, str))
    return frozenset(granted & set(SCOPES))


def _refused(reason: str) -> Refused:
    # A part of it may be the caller's own words: they are cut.
    shown = f"JWT: {reason:.200}"
    return Refused("The token is not valid.", error=INVALID_TOKEN, reason=shown)
