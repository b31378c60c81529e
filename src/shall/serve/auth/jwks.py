"""The keys of an authorization server (RFC 7517), fetched when needed and kept for a while."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from shall.errors import KeysUnavailable, ShallError
from shall.transport.exchange import Request, Response
from shall.transport.http.loop import CurlLoop
from shall.transport.waits import Work

TIMEOUT_S = 5.0
"""How long the key server may take."""

FRESH_S = 600.0
"""How long keys are used before they are asked for again: a key that was taken back is refused."""

UNKNOWN_S = 60.0
"""How often an unknown key may make us ask again: else anybody could make us flood the server."""

RETRY_S = 5.0
"""How long we wait before we ask a server again that never gave keys."""

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_ALGORITHMS: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): _RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""The algorithms of a kind of key. Only asymmetric ones: who can check must not be able to sign."""

ALGORITHMS = frozenset(name for names in _ALGORITHMS.values() for name in names)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys by id and algorithm."""

    by_use: Mapping[tuple[str, str], PyJWK] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()

    def has(self, kid: str | None) -> bool:
        """Tell whether a key is here."""
        return kid in self.ids if kid is not None else len(self.ids) == 1

    def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Give the key for an algorithm; a token may leave out the id where there is one key."""
        if kid is None and len(self.ids) == 1:
            [kid] = self.ids
        return self.by_use.get((kid, algorithm)) if kid is not None else None


class KeyServer:
    """Keeps the keys of one authorization server. Belongs to one event loop."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        fetch: Callable[[str], Awaitable[bytes]] | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._fetch = fetch or fetch_keys
        self._keys = Keys()
        self._fetched_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Give a key; None where the server has none with this id for this algorithm.

        Raises:
            KeysUnavailable: The server never gave keys, and gives none now.
        """
        # While one request asks, those with a known key go on, and those without wait for it.
        if not (self._keys.has(kid) and (self._is_fresh() or self._asking.locked())):
            async with self._asking:
                if self._may_ask(kid):
                    await self._ask()
        if not self._keys.ids:
            raise KeysUnavailable(
                "The keys to check the token with cannot be had now.", hint="Try again."
            )
        return self._keys.find(kid, algorithm)

    def reload(self) -> None:
        """Ask again when a key is next needed."""
        self._fetched_at = self._asked_at = float("-inf")

    def _is_fresh(self) -> bool:
        return self._clock() - self._fetched_at < FRESH_S

    def _may_ask(self, kid: str | None) -> bool:
        if self._keys.has(kid) and self._is_fresh():
            return False
        wait_s = UNKNOWN_S if self._keys.ids else RETRY_S
        return self._clock() - self._asked_at >= wait_s

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = read_keys(await self._fetch(self._url))
        except (ShallError, ValueError) as error:
            kept = "; the keys that it gave before still hold" if self._keys.ids else ""
            _log.error("the keys of JWTs cannot be read: %s%s", error, kept)
        else:
            self._fetched_at = self._clock()


async def fetch_keys(url: str) -> bytes:
    """Fetch the document of the keys. Redirects are not followed: the settings name the place.

    Raises:
        ShallError: The server cannot be reached, is too slow, or answers something else.
    """
    request = Request("GET", url, timeout_s=TIMEOUT_S, follow_redirects=False)
    response = await asyncio.to_thread(_send, request)
    if response.status != 200:
        raise KeysUnavailable(f"the key server answers {response.status}.")
    return response.body


def _send(request: Request) -> Response:
    def ask() -> Work[Response]:
        response: Response = yield request
        return response

    loop = CurlLoop()
    try:
        answer: Response = loop.run(ask())
    finally:
        loop.close()
    return answer


def read_keys(document: bytes) -> Keys:
    """Read a set of keys. Those that cannot be used to check a signature are left out.

    Raises:
        ValueError: It is no set of keys, or none of them can be used.
    """
    try:
        data: Any = json.loads(document)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    listed = data.get("keys") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is no set of keys")  # noqa: TRY004 - as for other bad documents
    by_use: dict[tuple[str, str], PyJWK] = {}
    for number, jwk in enumerate(listed):
        if isinstance(jwk, dict):
            for algorithm in _usable(jwk):
                with_id = (str(jwk.get("kid", number)), algorithm)
                key = _key(jwk, algorithm)
                if key is not None:
                    by_use.setdefault(with_id, key)
    if not by_use:
        raise ValueError("it has no key that can be used")
    return Keys(by_use, frozenset(kid for kid, _ in by_use))


def _usable(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    if jwk.get("use", "sig") != "sig":
        return ()
    kind = (str(jwk.get("kty")), None if jwk.get("kty") == "RSA" else str(jwk.get("crv")))
    names = _ALGORITHMS.get(kind, ())
    return tuple(name for name in names if jwk.get("alg", name) == name)


def _key(jwk: dict[str, Any], algorithm: str) -> PyJWK | None:
    try:
        key = PyJWK(jwk, algorithm)
        weak = key.Algorithm.check_key_length(key.key)
    except (PyJWTError, ValueError, TypeError) as error:
        _log.warning("a key of the key server cannot be read: %s", type(error).__name__)
        return None
    if weak:
        _log.warning("a key of the key server is too short and not used")
        return None
    return key
