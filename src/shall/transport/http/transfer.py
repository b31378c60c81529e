"""One request on a libcurl handle, through every redirect that leaves its origin.

libcurl follows redirects within an origin; one that leaves it begins a transfer of its own, without
the credentials of the first.
"""

import time
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pycurl

from shall.errors import ShallError, TargetUnreachable, TimedOut
from shall.results.records import Timings
from shall.transport.exchange import (
    OPENS_WEBSOCKET,
    Connection,
    Peer,
    Redirect,
    Request,
    Response,
)
from shall.transport.http.gate import PROXY_REFUSED, Gate, Target, Targets
from shall.transport.http.jar import Jar
from shall.transport.http.options import MAX_REDIRECTS, Limits, Options
from shall.transport.http.receiver import Receiver
from shall.transport.url import host_and_port

if TYPE_CHECKING:
    from shall.transport.http.websocket import WebSocket

MAX_BODY_BYTES = 16 << 20
"""The largest response body that is read."""

_TIMED_OUT = pycurl.E_OPERATION_TIMEDOUT
_NO_HTTP = "{address} does not answer in HTTP"

_FINAL = range(200, 300)
_UNKNOWN_TO_PROXY = 407  # what only a proxy answers

_REFUSED = frozenset({pycurl.E_HTTP_RETURNED_ERROR})
"""How libcurl says that a service opened no WebSocket."""

_TIMES = (
    pycurl.NAMELOOKUP_TIME,
    pycurl.CONNECT_TIME,
    pycurl.APPCONNECT_TIME,
    pycurl.STARTTRANSFER_TIME,
    pycurl.TOTAL_TIME,
)
"""What ``Timings`` consists of."""

_limits = lru_cache(maxsize=64)(Limits)
"""Returns one object for the same limits: most requests of a run have the same."""


class Handle:
    """A libcurl handle of one sender: its cookies, and the transfer that is under way on it."""

    __slots__ = (
        "curl",
        "getinfo",
        "jar",
        "opened",
        "options",
        "receiver",
        "sender",
        "socket",
        "transfer",
    )

    def __init__(self) -> None:
        self.curl = pycurl.Curl()
        self.getinfo = self.curl.getinfo
        self.receiver = Receiver()
        self.options = Options(self.curl, self.receiver)
        self.jar = Jar(self.curl)
        self.transfer: Transfer | None = None
        self.socket: WebSocket | None = None
        self.sender: Any = None
        self.opened = False


class Transfer:
    """One request on its way. The handle belongs to it until it ended."""

    __slots__ = (
        "_began",
        "_earlier",
        "_gate",
        "_handle",
        "_hidden",
        "_limits",
        "_redirects",
        "_targets",
        "request",
        "target",
    )

    def __init__(self, handle: Handle, request: Request, targets: Targets, now: float) -> None:
        """Set the request on a handle, whose cookies and connections stay.

        Raises:
            TargetDenied: The policy lets no request go there.
            BadValue: The request cannot be sent as it is written.
        """
        self._handle = handle
        self._targets = targets
        self._began = now
        self._gate: Gate | None = None
        self._earlier: tuple[tuple[str, str], ...] = ()
        self._redirects: tuple[Redirect, ...] = ()
        self._hidden: AbstractContextManager[None] | None = None
        most = MAX_REDIRECTS if request.connection is None else _most_redirects(request.connection)
        self._put(request, _limits(request.timeout_s, most, MAX_BODY_BYTES))

    def _put(self, request: Request, limits: Limits) -> None:
        self.request = request
        self._limits = limits
        self.target: Target = self._targets.of(request.url)
        if self.target.denial is not None or request.connection is not None:
            self._gate = Gate(self._targets.policy, self.target, request.url, request.connection)
        handle = self._handle
        handle.receiver.start(self, limits.body_bytes)
        try:
            handle.options.put(request, limits)
        except ShallError:
            handle.options.close_uploads()
            raise

    @property
    def gate(self) -> Gate:
        """What judges where the transfer goes."""
        if self._gate is None:  # most need none: the host was judged, and the connection is open
            self._gate = Gate(self._targets.policy, self.target, self.request.url)
        return self._gate

    def ended(self, fault: tuple[int, str] | None) -> Response | None:
        """Return what came back, libcurl's fault or None given; None where it goes on elsewhere.

        Raises:
            TargetUnreachable: No connection, no name, TLS refused, broken off, body too large.
            TargetDenied: The policy lets no request go there, or where a redirect leads; or a
                body that holds a secret would go to another origin.
            TimedOut: Longer than ``request.timeout_s``.
            FileUnavailable: A file that is sent became smaller, or cannot be read.
        """
        handle = self._handle
        receiver = handle.receiver
        if handle.options.uploads or self._hidden is not None:
            unsent = [it.fault for it in handle.options.uploads if it.fault is not None]
            self.break_off()
            if unsent:
                raise unsent[0]
        if fault is None and receiver.decoder is not None and receiver.undecoded:
            fault = (pycurl.E_WRITE_ERROR, "")
        if fault is None or self._is_read(fault[0]):
            if receiver.set_cookies:
                handle.jar.note(self.target.origin, receiver)
            return self._response()
        if self._goes_on(*fault):
            return None
        error, reader = self._failure(*fault), self.request.reader
        if reader is not None and receiver.status in _FINAL:
            reader.broken = self._response()
        raise error

    def _is_read(self, code: int) -> bool:
        """Return whether a transfer ended as its reader wanted, or a WebSocket was refused."""
        reader, receiver = self.request.reader, self._handle.receiver
        if reader is None:
            return (
                self.request.method == OPENS_WEBSOCKET and code in _REFUSED and receiver.status > 0
            )
        return receiver.is_read or (
            code == _TIMED_OUT and reader.ends_with_time and receiver.status > 0
        )

    def expired(self) -> ShallError:
        """Return the error of a transfer whose time is over."""
        return self._failure(_TIMED_OUT, "")

    def break_off(self) -> None:
        """Leave the handle as a transfer that ended does."""
        self._handle.options.close_uploads()
        if self._hidden is not None:
            self._hidden.__exit__(None, None, None)
            self._hidden = None

    def _goes_on(self, code: int, text: str) -> bool:
        """Begin the transfer that a redirect to another origin leads to, if that is what ended."""
        gate, handle = self.gate, self._handle
        receiver = handle.receiver
        if gate.leads_to is None:
            return False
        left = self._limits.redirects - handle.getinfo(pycurl.REDIRECT_COUNT) - 1
        if left < 0:
            raise self._failure(pycurl.E_TOO_MANY_REDIRECTS, text)
        if code != pycurl.E_WRITE_ERROR:
            return False
        handle.jar.note(gate.origin, receiver)
        timeout_s = self._began + self.request.timeout_s - time.monotonic()
        if timeout_s <= 0:
            raise self._failure(_TIMED_OUT, text, gate.url)
        self._earlier += receiver.earlier + receiver.last()
        self._redirects += self._followed()
        from shall.transport.http.redirect import redirected  # few are followed to elsewhere

        request = redirected(self.request, receiver.status, gate.url, gate.leads_to)
        self._gate = None
        self._put(request, Limits(timeout_s, left, MAX_BODY_BYTES))
        self._hidden = handle.jar.opened_for(self.target.origin)
        self._hidden.__enter__()
        return True

    def _followed(self) -> tuple[Redirect, ...]:
        return tuple(map(Redirect, self._handle.receiver.redirects, self.gate.trail))

    def _response(self) -> Response:
        info, receiver = self._handle.getinfo, self._handle.receiver
        redirects = self._redirects
        url, connection = self.request.url, self.request.connection
        if receiver.redirects:
            url = info(pycurl.EFFECTIVE_URL)
            redirects += self._followed()
        return Response(
            receiver.status,
            receiver.last(),
            receiver.body(),
            url,
            receiver.version,
            Timings(*map(info, _TIMES)),
            self._earlier + receiver.earlier,
            redirects,
            None if connection is None else self._peer(connection),
        )

    def _peer(self, connection: Connection) -> Peer | None:
        """Return who answered, where a step looks at it.

        Raises:
            TargetUnreachable: It was the proxy, which accepts no credentials that it got.
        """
        if self._handle.receiver.status == _UNKNOWN_TO_PROXY and self._is_forwarded(connection):
            raise self._failure(PROXY_REFUSED, f"response {_UNKNOWN_TO_PROXY}")
        if not connection.observes:
            return None
        from shall.transport.http.connection import observed  # as where it was asked for

        return observed(self._handle.curl)

    def _is_forwarded(self, connection: Connection) -> bool:
        """Return whether a proxy reads the request: no tunnel, no SOCKS."""
        is_forwarding = connection.proxy.lower().startswith("http") and not connection.unix_socket
        return is_forwarding and self.request.url.lower().startswith("http:")

    def _reason(self, code: int, text: str) -> str:
        if code == pycurl.E_WRITE_ERROR and self._handle.receiver.undecoded:
            return self._handle.receiver.undecoded
        if code == pycurl.E_UNSUPPORTED_PROTOCOL and not self._handle.getinfo(pycurl.RESPONSE_CODE):
            return _NO_HTTP
        from shall.transport.http.reasons import reason_of  # few transfers fail

        return reason_of(code, text, self.request.connection)

    def _timed_out(self, address: str) -> TimedOut:
        timeout_s = self.request.timeout_s
        details = {"address": address, "timeout_s": timeout_s}
        status = self._handle.receiver.status
        if status not in _FINAL:  # of a redirect or a challenge, or there is none
            return TimedOut(f"{address} did not answer within {timeout_s:g} s.", details=details)
        return TimedOut(
            f"{address} answered {status}, but the response did not end within {timeout_s:g} s.",
            hint="Read an endless stream with `stream` and `within`."
            if self.request.reader
            else None,
            details=details,
        )

    def _last_url(self) -> str:
        with suppress(pycurl.error):  # libcurl cannot parse the URL that was requested
            if url := self._handle.getinfo(pycurl.EFFECTIVE_URL):
                return str(url)
        return self.request.url

    def _failure(self, code: int, text: str, url: str = "") -> ShallError:
        """Return the error for a transfer that libcurl gave up; ``url``: where it had led."""
        refusal = self.gate.refusal(code)
        if refusal is not None:
            return refusal
        from shall.transport.http.reasons import hint_of, unconnected  # as above

        url = url or self._last_url()
        proxy = self.gate.refusing_proxy(code, text)
        host, port = self.gate.proxy_at_fault(code, text) or host_and_port(url)
        address = f"{host}:{port}"
        if code == _TIMED_OUT:
            return self._timed_out(address)
        if code == pycurl.E_FILESIZE_EXCEEDED or self._handle.receiver.is_too_large:
            reason = f"{address} sent more than {MAX_BODY_BYTES >> 20} MiB"
        else:
            connection = self.request.connection
            most = MAX_REDIRECTS if connection is None else _most_redirects(connection)
            reason = self._reason(code, text).format(host=host, address=address, most=most)
        if proxy:
            reason = f"the proxy {proxy} does not connect to {address}: {text.rstrip('. ')}"
        details = {"address": address, "curl_code": code}
        if code in {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}:
            details["why"] = "unresolved"
        elif code == pycurl.E_COULDNT_CONNECT and not proxy:
            number, socket = self._handle.getinfo(pycurl.OS_ERRNO), self.gate.unix_socket
            details["why"], sentence = unconnected(number, bool(socket))
            reason = sentence.format(address=address, socket=socket)
        said = reason or f"{address}: {text.rstrip('. ') or f'libcurl ends with {code}'}"
        return TargetUnreachable(f"{said}.", hint=hint_of(reason), details=details)


def _most_redirects(connection: Connection) -> int:
    return connection.max_redirects or MAX_REDIRECTS
