"""Host and Origin checks in front of every route, against DNS rebinding.

A page of another site may make a browser send requests to a server on the user's machine. It
shows in ``Origin``; where the page's own name was rebound to 127.0.0.1, it shows in ``Host``.
(MCP specification 2025-06-18, Transports, Security Warning.)
"""

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from shall.serve.problem import problem
from shall.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_HOST = re.compile(r"(?:[\w.~!$&'()*+,;=%-]*|\[[0-9a-f:.]+\])(?::[0-9]*)?", re.ASCII)
"""``uri-host [ ":" port ]`` (RFC 9110, 7.2) in lower case; it may be empty."""

_NOT_SERVED = (
    "This host is not allowed. The operator can allow it with --allowed-host, "
    "or set a token behind a proxy."
)

_log = logging.getLogger(__name__)

_DEFAULT_PORTS = {"http": 80, "https": 443}


class HostGate:
    """Refuses a foreign Origin always, and a foreign Host where it is known.

    A request of HTTP/1.1 has one Host (RFC 9112, 3.2), or is answered 400. One of HTTP/1.0 may
    have none: it passes where any Host does, and names no host that is served where not.

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
        self._has_warned = False
        self._origins = _lowered((*settings.allowed_origins, *settings.cors_origins))

        self.passes = lru_cache(maxsize=64)(self._passes)

    def _passes(self, host: bytes) -> bool:
        """Return whether a request with this Host and without an Origin is passed on."""
        text = host.decode("latin-1").lower()
        return _HOST.fullmatch(text) is not None and self._knows_host(text)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400, 421 or 403, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = _values(scope, b"host")
        if not _is_one_host(hosts, scope["http_version"]):
            refused = problem(scope, 400, "MCP_BAD_REQUEST", "Send one valid Host header.")
            await refused(scope, receive, send)
            return
        host = hosts[0] if hosts else ""
        # Two origins become one that is nobody's: else the second would pass unseen.
        origins = _values(scope, b"origin")
        if not self._knows_host(host):
            self._warn_once(host)
            refused = problem(scope, 421, "MCP_UNKNOWN_HOST", _NOT_SERVED)
            await refused(scope, receive, send)
        elif origins and not self._knows_origin(", ".join(origins), host):
            refused = problem(
                scope, 403, "MCP_FOREIGN_ORIGIN", "Requests from this origin are refused."
            )
            await refused(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _warn_once(self, host: str) -> None:
        """Log at the first refusal what to set: a proxy in front gets nothing else from us.

        Its Host is not taken for granted: a server without a token that only this machine reaches
        offers everything, and who set it up may not know that a proxy passes others on to it.
        """
        if self._has_warned:
            return
        self._has_warned = True
        if self._is_local and not self._hosts:
            why = "a server on this machine without a token answers local names only"
            step = "Behind a proxy, set MCP_AUTH_TOKEN to accept any name"
        else:
            why = "only the allowed hosts are answered"
            step = "If it is yours, allow it"
        _log.warning(
            "421 for the Host %s: %s. %s (--allowed-host %s, or SHALL_ALLOWED_HOSTS). "
            "This is logged once.",
            *(host or "(none)", why, step, _name(host) or "NAME"),
        )

    def _knows_host(self, host: str) -> bool:
        if not self._hosts and not self._is_local:
            return True
        name = _name(host)
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


def _is_one_host(hosts: list[str], http_version: str) -> bool:
    """Return whether Host is as it must be (RFC 9112, 3.2). Only HTTP/1.1 and later need one."""
    if not hosts:
        return http_version == "1.0"
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for name, value in scope["headers"] if name == wanted]


def _address(url: SplitResult) -> tuple[str | None, int | None]:
    try:
        return url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme)
    except ValueError:  # no port at all
        return None, None


def _name(host: str) -> str | None:
    return _split(f"//{host}").hostname


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower().rstrip("/") for name in names)


def _split(url: str) -> SplitResult:
    """Split a URL; one that cannot be split names no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
