"""The client's address and scheme, where trusted proxies stand in front."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from shall.settings import Settings

PEER = "shall.peer"
"""The key of the ASGI scope that holds the proxy's address, where ``client`` is the forwarded."""

Address = IPv4Address | IPv6Address


def behind_proxies(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Give the application behind a ``ForwardedGate``, or itself where no proxy is trusted."""
    if not settings.trusted_proxies:
        return app
    return ForwardedGate(app, settings.trusted_proxies)


class ForwardedGate:
    """Sets ``client`` and ``scheme`` of the scope to what trusted proxies tell.

    ``X-Forwarded-For`` counts where the peer is trusted: the client is the last address in it
    that is no trusted proxy, for whatever stands before that the client may have written itself.
    ``X-Real-IP`` counts where there is none. Where the header is malformed, the peer is the
    client.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[str, ...]) -> None:
        self._app = app
        self._networks = tuple(ip_network(word, strict=False) for word in trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the client in place of the proxy."""
        client = scope.get("client")
        if scope["type"] == "http" and client is not None and self._trusts(_address(client[0])):
            scope[PEER] = client
            self._forward(scope)
        await self._app(scope, receive, send)

    def _forward(self, scope: Scope) -> None:
        said: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            said.setdefault(name, []).extend(value.decode("latin-1").split(","))
        hops = said.get(b"x-forwarded-for") or said.get(b"x-real-ip", [])
        address = self._client([_address(hop) for hop in hops])
        if address is not None:
            scope["client"] = (str(address), 0)
        scheme = said.get(b"x-forwarded-proto", [""])[-1].strip().lower()
        if scheme in {"http", "https"}:
            scope["scheme"] = scheme

    def _client(self, hops: list[Address | None]) -> Address | None:
        """Give the last hop that is not trusted, or the first one; nothing is wrong before it."""
        for hop in reversed(hops):
            if hop is None or not self._trusts(hop):
                return hop
        return hops[0] if hops else None

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> Address | None:
    """Read an address, perhaps with a port; an IPv4 address inside an IPv6 one comes out."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
