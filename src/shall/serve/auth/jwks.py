"""The keys of an authorization server (RFC 7517), fetched when needed and cached.

PyJWT's ``PyJWKClient`` cannot stand in: it holds its lock during a fetch, so callers with a known
key would wait; it fetches again for every request while the server is down, and then has no keys;
it reads a document of any size; and it takes an RSA key without ``alg`` for RS256 only.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from shall.errors import KeysUnavailable, ShallError
from shall.transport.exchange import Request, Response
from shall.transport.http.loop import CurlLoop
from shall.transport.waits import Work

TIMEOUT_S = 5.0
"""How long the key server may take."""

MAX_DOCUMENT_BYTES = 1 << 20
"""Size of the document: hundreds of keys fit in."""

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


Keys = Mapping[str, Mapping[str, PyJWK]]
"""Keys by id, then by algorithm."""


class KeyServer:
    """Stores the keys of one authorization server. Belongs to one event loop."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        fetch: Callable[[str], Awaitable[bytes]] | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._fetch = fetch or fetch_keys
        self._keys: Keys = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Return a key; None if the server has none with this id for this algorithm.

        Raises:
            KeysUnavailable: The server never gave keys, and gives none now.
        """
        # While one request fetches, those with a known key go on, and those without wait for it.
        if not (self._with_id(kid) and (self._is_fresh() or self._asking.locked())):
            async with self._asking:
                if self._may_ask(kid):
                    await self._ask()
        if not self._keys:
            raise KeysUnavailable(
                "The keys for verifying the token are temporarily unavailable.", hint="Try again."
            )
        return self._with_id(kid).get(algorithm)

    def _with_id(self, kid: str | None) -> Mapping[str, PyJWK]:
        """Return keys by algorithm; a token may leave out the id if the server has one only."""
        if kid is None and len(self._keys) == 1:
            [kid] = self._keys
        return self._keys.get(kid, {}) if kid is not None else {}

    def reload(self) -> None:
        """Fetch the keys again when one is next needed."""
        self._fetched_at = self._asked_at = float("-inf")

    def _is_fresh(self) -> bool:
        return self._clock() - self._fetched_at < FRESH_S

    def _may_ask(self, kid: str | None) -> bool:
        if self._with_id(kid) and self._is_fresh():
            return False
        wait_s = UNKNOWN_S if self._keys else RETRY_S
        return self._clock() - self._asked_at >= wait_s

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = read_keys(await self._fetch(self._url))
        except (ShallError, ValueError) as error:
            kept = "; the keys that it gave before still hold" if self._keys else ""
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
    if len(response.body) > MAX_DOCUMENT_BYTES:
        raise KeysUnavailable(f"the keys are larger than {MAX_DOCUMENT_BYTES} bytes.")
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
        ValueError: It is not a set of keys, or none of them can be used.
    """
    try:
        data: Any = json.loads(document)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    listed = data.get("keys") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is not a set of keys")  # noqa: TRY004 - as for other bad documents
    keys: dict[str, dict[str, PyJWK]] = {}
    for number, jwk in enumerate(listed):
        if isinstance(jwk, dict):
            for algorithm in _usable(jwk):
                key = _key(jwk, algorithm)
                if key is not None:
                    keys.setdefault(str(jwk.get("kid", number)), {}).setdefault(algorithm, key)
    if not keys:
        raise ValueError("it has no key that can be used")
    return keys


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
