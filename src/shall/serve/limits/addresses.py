"""The client's address, scheme and path, behind trusted proxies."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.settings import Settings

PEER = "shall.peer"
"""The key of the ASGI scope that holds the proxy's address, where ``client`` is the forwarded."""

PREFIX = "shall.prefix"
"""The key of the ASGI scope that holds the path below which a proxy serves everything here."""

_HEADERS = frozenset(
    {b"x-forwarded-for", b"x-forwarded-prefix", b"x-forwarded-proto", b"x-real-ip"}
)
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,10}")  # and no host, as `//host` is
_LONGEST_PATH = 200
_LONGEST = 64
"""No address has more characters; what has is cut, is none, and fills no cache."""


class Hop(Struct, frozen=True):
    """One address on the way of a request; empty where it is none."""

    address: str
    is_trusted: bool


def prefix_of(scope: Scope) -> str:
    """Return what precedes the path of a request at the proxy: ``/shall``; empty without one."""
    prefix: str = scope.get(PREFIX, "")
    return prefix


def behind_proxies(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Return the application behind a ``ForwardedGate``, or itself where no proxy is trusted."""
    if not settings.trusted_proxies:
        return app
    return ForwardedGate(app, settings.trusted_proxies)


class ForwardedGate:
    """Sets ``client``, ``scheme`` and the prefix of the scope to what trusted proxies report.

    ``X-Forwarded-For`` counts where the peer is trusted: the client is the last address in it
    that is not a trusted proxy, since the client may have written what precedes it.
    ``X-Real-IP`` counts where there is none. Where the header is malformed, the peer is the
    client. ``X-Forwarded-Prefix`` is the path that the proxy left out; a malformed one is ignored.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[str, ...]) -> None:
        self._app = app
        self._networks = tuple(ip_network(word, strict=False) for word in trusted)
        self._hop = lru_cache(maxsize=4096)(self._read)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the client in place of the proxy."""
        client = scope.get("client")
        if scope["type"] == "http" and client is not None and self._hop(client[0]).is_trusted:
            scope[PEER] = client
            self._forward(scope)
        await self._app(scope, receive, send)

    def _forward(self, scope: Scope) -> None:
        said: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _HEADERS:
                said.setdefault(name, []).extend(value.decode("latin-1").split(","))
        address = self._client(said.get(b"x-forwarded-for") or said.get(b"x-real-ip", []))
        if address:
            scope["client"] = (address, 0)
        scheme = said.get(b"x-forwarded-proto", [""])[-1].strip().lower()
        if scheme in {"http", "https"}:
            scope["scheme"] = scheme
        prefix = said.get(b"x-forwarded-prefix", [""])[-1].strip().rstrip("/")
        if len(prefix) <= _LONGEST_PATH and _PATH.fullmatch(prefix):
            scope[PREFIX] = prefix

    def _client(self, hops: list[str]) -> str:
        """Return the last hop that is not trusted, else the first; empty if malformed."""
        for text in reversed(hops):
            hop = self._hop(text.strip()[:_LONGEST])
            if not hop.is_trusted:
                return hop.address
        return self._hop(hops[0].strip()).address if hops else ""

    def _read(self, text: str) -> Hop:
        address = _address(text)
        if address is None:
            return Hop("", is_trusted=False)
        return Hop(str(address), any(address in network for network in self._networks))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, perhaps with a port; an IPv4 address inside an IPv6 one comes out."""
    if text.startswith("["):
        text, closed, _ = text[1:].partition("]")
        if not closed:
            return None
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
