"""Host and Origin checks in front of every route, against DNS rebinding.

A page of another site may make a browser send requests to a server on the user's machine. It
shows in ``Origin``; where the page's own name was rebound to 127.0.0.1, it shows in ``Host``.
(MCP specification 2025-06-18, Transports, Security Warning.)
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from shall.serve.problem import problem
from shall.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_DEFAULT_PORTS = {"http": 80, "https": 443}


class HostGate:
    """Refuses a foreign Origin always, and a foreign Host where that can be told.

    With ``allowed_hosts`` only these may be named; on loopback without a token only loopback.
    Else any Host passes: a proxy sends the name that its clients use. A loopback name is never
    foreign: no page of another site can come under it. Where nobody is asked for a token, an
    Origin that is a name has to be listed, even where Host is the same: it may have been rebound.
    """

    def __init__(self, app: ASGIApp, settings: Settings, *, asks_who: bool) -> None:
        self._app = app
        self._asks_who = asks_who
        self._is_local = settings.server_host in LOOPBACK and not asks_who
        self._hosts = _lowered(settings.allowed_hosts)
        self._origins = _lowered((*settings.allowed_origins, *settings.cors_origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 or 403, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Two of one kind become one that is nobody's: else the second would pass unseen.
        host = ", ".join(_values(scope, b"host"))
        origins = _values(scope, b"origin")
        if not self._knows_host(host):
            refused = problem(scope, 421, "MCP_UNKNOWN_HOST", "This host is not served here.")
            await refused(scope, receive, send)
        elif origins and not self._knows_origin(", ".join(origins), host):
            refused = problem(
                scope, 403, "MCP_FOREIGN_ORIGIN", "Requests of this origin are refused."
            )
            await refused(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _knows_host(self, host: str) -> bool:
        if not self._hosts and not self._is_local:
            return True
        name = _split(f"//{host}").hostname
        return name in LOOPBACK or name in self._hosts or host in self._hosts

    def _knows_origin(self, origin: str, host: str) -> bool:
        if origin in self._origins:
            return True
        named = _split(origin)
        if self._is_local and named.hostname in LOOPBACK:
            return True
        here = _split(f"{named.scheme}://{host}")
        is_own = bool(named.hostname) and _address(named) == _address(here)
        return is_own and (self._asks_who or self._cannot_be_rebound(named.hostname or "", host))

    def _cannot_be_rebound(self, name: str, host: str) -> bool:
        if name in LOOPBACK or name in self._hosts or host in self._hosts:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for name, value in scope["headers"] if name == wanted]


def _address(url: SplitResult) -> tuple[str | None, int | None]:
    try:
        return url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme)
    except ValueError:  # no port at all
        return None, None


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower().rstrip("/") for name in names)


def _split(url: str) -> SplitResult:
    """Split a URL; one that cannot be split names no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
