"""Holds a libcurl transfer to the target policy: each URL's host, each address it connects to.

libcurl asks ``open_socket`` for every connection it makes and hands over the address that it will
use, so what is judged is what is reached, whatever a name says a moment later. It never uses a
kept connection for another host, so an address once judged stays judged; the host of every URL is
judged anew, on each redirect too. URLs are read by libcurl's own parser: two parsers would differ.
"""

import _socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pycurl
from msgspec import Struct

from shall.errors import TargetDenied
from shall.messages import Message, render
from shall.transport.exchange import Connection
from shall.transport.http.pool import UNANSWERED, Pool
from shall.transport.target_policy import Denial, TargetPolicy

if TYPE_CHECKING:
    from shall.transport.http.redirect import Origin

_AS_FOLLOWED = pycurl.U_URLENCODE | pycurl.U_ALLOW_SPACE
"""How libcurl reads a Location header."""

_FOLLOWED = frozenset({"http", "https"})

_NOT_CONNECTED = frozenset({pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_PROXY})
_NO_TUNNEL = "CONNECT tunnel failed"

PROXY_REFUSED = 97
"""CURLE_PROXY, which pycurl does not name."""

_MANY_TARGETS = 256
_SCHEME = len("https://")

_REFUSED: int = pycurl.SOCKET_BAD


class _Lent(_socket.socket):
    """A socket whose handle pycurl copies: ours is closed when pycurl lets go of it.

    Its base is that of ``socket.socket``: the import of ``socket``, which makes enumerations of
    some hundred constants, is 11 of the 200 million instructions of a short run.
    """

    def __del__(self) -> None:
        self.close()


class Target(Struct, frozen=True, eq=False):
    """Scheme, host and port that URLs have in common, and how the policy judges the host."""

    host: str
    port: int
    origin: "Origin"
    denial: Denial | None
    pool: Pool


class Targets:
    """The targets of a policy; the host of each is judged once."""

    def __init__(self, policy: TargetPolicy, processes: int) -> None:
        self.policy = policy
        self._unanswered = max(1, UNANSWERED // processes)
        self._known: dict[str, Target] = {}

    def of(self, url: str) -> Target:
        """Return the target of a URL."""
        start = url[: url.find("/", _SCHEME) + 1] or url
        return self._known.get(start) or self._judge(start)

    def _judge(self, start: str) -> Target:
        known = self._known
        if len(known) >= _MANY_TARGETS:
            self._known = known = {key: it for key, it in known.items() if it.pool.flying}
        host, port = _host_and_port(start)
        origin = start.partition(":")[0].lower(), host.lower(), port
        denial = self.policy.judge_host(host, port)
        known[start] = target = Target(host, port, origin, denial, Pool(self._unanswered))
        return target


class Gate:
    """Judges where one transfer goes, from its first URL through every redirect (``trail``)."""

    __slots__ = (
        "_addresses",
        "_at_address",
        "_at_host",
        "_host",
        "_policy",
        "_port",
        "_proxy",
        "_url",
        "leads_to",
        "origin",
        "trail",
        "unix_socket",
    )

    def __init__(
        self, policy: TargetPolicy, target: Target, url: str, connection: Connection | None = None
    ) -> None:
        """Judge the first URL, whose target is given, and the proxy that a connection names.

        Raises:
            TargetDenied: A request may not go there.
        """
        self._policy = policy
        self.trail: list[str] = []
        self._url: str | pycurl.CurlUrl = url
        self._host, self._port = target.host, target.port
        self.origin, self._at_host = target.origin, target.denial
        self.leads_to: Origin | None = None
        self._at_address: Denial | None = None
        self._proxy: tuple[str, int] | None = None
        self._addresses: Mapping[str, str] = {}
        self.unix_socket = ""
        if connection is not None:
            self._take(connection)
        if self._at_host is not None:
            raise self._denied(self._at_host)

    def _take(self, connection: Connection) -> None:
        self._addresses = {target.lower(): it for target, it in connection.resolve.items()}
        self.unix_socket = connection.unix_socket
        if connection.proxy and not self.unix_socket:
            self._proxy = proxy = _host_and_port(connection.proxy)
            denial = self._policy.judge_host(*proxy)
            if denial is not None:
                self._host, self._port = proxy
                raise self._denied(denial)
            self._at_host = self._at_host or self._policy.judge_unseen(self._host, self._port)

    @property
    def url(self) -> str:
        """The URL of the last request, or the one that the last redirect leads to."""
        return self._url if isinstance(self._url, str) else self._url.url

    def follow(self, location: bytes) -> bool | None:
        """Judge where a redirect leads; False ends the transfer, None after this response.

        None: it leaves the origin of the first URL, for ``leads_to``.
        """
        if isinstance(self._url, str):
            self._url = pycurl.CurlUrl(self._url)
        self._host, self._port, self._at_address = "", 0, None
        with suppress(pycurl.error):  # libcurl says itself what is wrong with it
            self._url.setpart(pycurl.UPART_URL, location, _AS_FOLLOWED)
            self._host, self._port = _read(self._url)
            self._at_host = self._policy.judge_host(self._host, self._port)
            if self._proxy is not None and self._at_host is None:
                self._at_host = self._policy.judge_unseen(self._host, self._port)
            self.trail.append(self._url.url)
            origin = (self._url.scheme or "").lower(), self._host.lower(), self._port
            if self._at_host is None and origin != self.origin and origin[0] in _FOLLOWED:
                self.leads_to = origin
                return None
        return self._at_host is None

    def open_socket(self, _purpose: int, address: Any) -> _socket.socket | int:
        """Open a socket for an address that libcurl is about to connect to, or refuse.

        libcurl goes on to the next address of the name and asks again.
        """
        if self.unix_socket:  # the operator names it, so no rule is about it
            is_local = address.family == _socket.AF_UNIX
            return _Lent(address.family, address.socktype) if is_local else _REFUSED
        text, port = address.addr[:2]
        host, wanted = self._proxy or (self._host, self._port)
        # What a case resolves itself is not an address that a rule about the name means.
        host = text if f"{host}:{port}".lower() in self._addresses else host
        denial = self._policy.judge_address(host, text, port)
        if denial is None and port == wanted:
            with suppress(OSError):  # out of handles: libcurl says that it cannot connect
                return _Lent(address.family, address.socktype, address.protocol)
        self._at_address = denial or self._at_address
        return _REFUSED

    def refusal(self, curl_code: int) -> TargetDenied | None:
        """Return the error where it was the policy that made the transfer fail."""
        if curl_code == pycurl.E_WRITE_ERROR and self._at_host is not None:
            return self._denied(self._at_host)
        if curl_code == pycurl.E_COULDNT_CONNECT and self._at_address is not None:
            return self._denied(self._at_address)
        return None

    def proxy_at_fault(self, curl_code: int, text: str) -> tuple[str, int] | None:
        """Return host and port of the proxy where it is what could not be connected to."""
        is_there = curl_code not in _NOT_CONNECTED or text.startswith(_NO_TUNNEL)
        return None if is_there else self._proxy

    def refusing_proxy(self, curl_code: int, text: str) -> str | None:
        """Return the address of the proxy where it is there and does not connect."""
        is_refused = curl_code == PROXY_REFUSED or text.startswith(_NO_TUNNEL)
        return f"{self._proxy[0]}:{self._proxy[1]}" if self._proxy and is_refused else None

    def _denied(self, denial: Denial) -> TargetDenied:
        params = {"address": f"{self._host}:{self._port}", "rule": denial.rule}
        message = Message(f"step.denied.{denial.why}", params)
        return TargetDenied(render(message), details={"why": denial.why, **params})


def _host_and_port(url: str) -> tuple[str, int]:
    """Read the beginning of a URL, up to its path; port 0, which nothing has, if it has none."""
    try:
        return _read(pycurl.CurlUrl(url))
    except pycurl.error:
        return "", 0


def _read(url: pycurl.CurlUrl) -> tuple[str, int]:
    return url.host or "", int(url.getpart(pycurl.UPART_PORT, pycurl.U_DEFAULT_PORT))
