"""One request on a libcurl handle, through every redirect that leaves its origin.

libcurl follows redirects within an origin; one that leaves it begins a transfer of its own, without
the credentials of the first.
"""

import errno
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache

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
from shall.transport.http.gate import Gate, Targets
from shall.transport.http.jar import Jar
from shall.transport.http.options import MAX_REDIRECTS, Limits, Options, Receiver
from shall.transport.url import host_and_port

MAX_BODY_BYTES = 16 << 20
"""The largest response body that is read."""

_TIMED_OUT = pycurl.E_OPERATION_TIMEDOUT
_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "the name {host} cannot be resolved",
    pycurl.E_COULDNT_RESOLVE_PROXY: "the name {host} cannot be resolved",
    pycurl.E_GOT_NOTHING: "{address} closed the connection without an answer",
    pycurl.E_RECV_ERROR: "{address} broke the connection off",
    pycurl.E_SEND_ERROR: "{address} broke the connection off",
    pycurl.E_PARTIAL_FILE: "{address} sent less than it announced",
    pycurl.E_BAD_CONTENT_ENCODING: "the body of {address} is not compressed as its header says",
    pycurl.E_WRITE_ERROR: "the body of {address} goes on after the end of its compressed data",
    pycurl.E_TOO_MANY_REDIRECTS: "{address} redirects more than {most} times",
    pycurl.E_UNSUPPORTED_PROTOCOL: "{address} redirects to something that is not HTTP",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate of {address} is not trusted",
    pycurl.E_SSL_CERTPROBLEM: "`client_certificate` or `key` cannot be used for {address}",
    pycurl.E_SSL_CACERT_BADFILE: "`ca` is not a list of certificates in PEM",
    pycurl.E_SSL_CONNECT_ERROR: "{address} speaks no TLS that can be used",
}


_DISTRUST = {
    "has expired": "the certificate of {address} has expired",
    "not yet valid": "the certificate of {address} is not valid yet",
    "self-signed certificate in": "the certificate of {address} is signed by an authority that is"
    " not trusted",
    "self-signed": "the certificate of {address} is signed by itself, and not trusted",
    "local issuer": "the certificate of {address} is signed by an authority that is not trusted",
    "match": "the certificate of {address} is for another host",
}
"""What libcurl and OpenSSL say of a certificate, and what we do."""

_LARGE_HEADERS = "Too large response headers"
_NO_HTTP = "{address} does not answer in HTTP"

_FINAL = range(200, 300)

_REFUSED = frozenset({pycurl.E_HTTP_RETURNED_ERROR})
"""How libcurl says that a service opened no WebSocket."""

_NOTHING_HIDDEN: AbstractContextManager[None] = nullcontext()


_limits = lru_cache(maxsize=64)(Limits)
"""Returns one object for the same limits: most requests of a run have the same."""


class Transfer:
    """One request on its way. The handle belongs to it until it ended."""

    __slots__ = (
        "_earlier",
        "_gate",
        "_hidden",
        "_jar",
        "_limits",
        "_most",
        "_options",
        "_receiver",
        "_redirects",
        "_targets",
        "_until",
        "curl",
        "request",
    )

    def __init__(
        self,
        curl: pycurl.Curl,
        options: Options,
        receiver: Receiver,
        jar: Jar,
        request: Request,
        targets: Targets,
    ) -> None:
        """Put the request on a handle, whose cookies and connections stay.

        Raises:
            TargetDenied: The policy lets no request go there.
            BadValue: The request cannot be sent as it is written.
        """
        self.curl = curl
        self._options = options
        self._receiver = receiver
        self._jar = jar
        self._targets = targets
        self._until = time.monotonic() + request.timeout_s
        self._earlier: tuple[tuple[str, str], ...] = ()
        self._redirects: tuple[Redirect, ...] = ()
        self._hidden = _NOTHING_HIDDEN
        connection = request.connection
        most = MAX_REDIRECTS if connection is None else connection.max_redirects or MAX_REDIRECTS
        self._most = most
        self._put(request, _limits(request.timeout_s, most, MAX_BODY_BYTES))

    @property
    def is_websocket(self) -> bool:
        """Whether the request opens a WebSocket."""
        return self.request.method == OPENS_WEBSOCKET

    @property
    def keeps_connection(self) -> bool:
        """Whether the service left the connection open."""
        return not self._receiver.closes and self._gate.leads_to is None

    def ended(self, fault: tuple[int, str] | None) -> Response | None:
        """Return what came back, libcurl's fault or None given; None where it goes on elsewhere.

        Raises:
            TargetUnreachable: No connection, no name, TLS refused, broken off, body too large.
            TargetDenied: The policy lets no request go there, or where a redirect leads; or a
                body that holds a secret would go to another origin.
            TimedOut: Longer than ``request.timeout_s``.
            FileUnavailable: A file that is sent became smaller, or cannot be read.
        """
        uploads = self._options.uploads
        unsent = [it.fault for it in uploads if it.fault is not None] if uploads else ()
        self.break_off()
        if unsent:
            raise unsent[0]
        if fault is None and self._receiver.undecoded:
            fault = (pycurl.E_WRITE_ERROR, "")
        if fault is None or self._is_read(fault[0]):
            if self._receiver.set_cookies:
                self._jar.note(self._gate.origin, self._receiver)
            return self._response()
        if self._goes_on(*fault):
            return None
        error, reader = self._failure(*fault), self.request.reader
        if reader is not None and self._receiver.status in _FINAL:
            reader.broken = self._response()
        raise error

    def _is_read(self, code: int) -> bool:
        """Return whether a transfer ended as its reader wanted, or a WebSocket was refused."""
        reader, receiver = self.request.reader, self._receiver
        if reader is None:
            return self.is_websocket and code in _REFUSED and receiver.status > 0
        return receiver.is_read or (
            code == _TIMED_OUT and reader.ends_with_time and receiver.status > 0
        )

    def expired(self) -> ShallError:
        """Return the error of a transfer whose time is over."""
        return self._failure(_TIMED_OUT, "")

    def break_off(self) -> None:
        """Leave the handle as a transfer that ended does."""
        if self._options.uploads:
            self._options.close_uploads()
        if self._hidden is not _NOTHING_HIDDEN:
            self._hidden.__exit__(None, None, None)
            self._hidden = _NOTHING_HIDDEN

    def _put(self, request: Request, limits: Limits) -> None:
        self._gate = gate = Gate(self._targets, request.url, request.connection)
        self.request = request
        self._limits = limits
        follow = gate.follow if request.follow_redirects else None
        self._receiver.start(limits.body_bytes, gate.open_socket, follow)
        try:
            self._options.put(request, limits)
        except ShallError:
            self._options.close_uploads()
            raise
        if limits.redirects < self._most:
            self._hidden = self._jar.opened_for(gate.origin)
            self._hidden.__enter__()

    def _goes_on(self, code: int, text: str) -> bool:
        """Begin the transfer that a redirect to another origin leads to, if that is what ended."""
        gate, receiver = self._gate, self._receiver
        if gate.leads_to is None:
            return False
        left = self._limits.redirects - self.curl.getinfo(pycurl.REDIRECT_COUNT) - 1
        if left < 0:
            raise self._failure(pycurl.E_TOO_MANY_REDIRECTS, text)
        if code != pycurl.E_WRITE_ERROR:
            return False
        self._jar.note(gate.origin, receiver)
        timeout_s = self._until - time.monotonic()
        if timeout_s <= 0:
            raise self._failure(_TIMED_OUT, text, gate.url)
        self._earlier += receiver.earlier() + receiver.last()
        self._redirects += self._followed()
        from shall.transport.http.redirect import redirected  # few are followed to elsewhere

        request = redirected(self.request, receiver.status, gate.url, gate.leads_to)
        self._put(request, Limits(timeout_s, left, MAX_BODY_BYTES))
        return True

    def _followed(self) -> tuple[Redirect, ...]:
        return tuple(map(Redirect, self._receiver.redirects, self._gate.trail))

    def _response(self) -> Response:
        info, receiver = self.curl.getinfo, self._receiver
        earlier, redirects = self._earlier + receiver.earlier(), self._redirects
        url, connection = self.request.url, self.request.connection
        if receiver.redirects:
            url = info(pycurl.EFFECTIVE_URL)
            redirects += self._followed()
        return Response(
            info(pycurl.RESPONSE_CODE),
            receiver.last(),
            receiver.body(),
            url,
            receiver.version,
            Timings(
                info(pycurl.NAMELOOKUP_TIME),
                info(pycurl.CONNECT_TIME),
                info(pycurl.APPCONNECT_TIME),
                info(pycurl.STARTTRANSFER_TIME),
                info(pycurl.TOTAL_TIME),
            ),
            earlier,
            redirects,
            None if connection is None else self._peer(connection),
        )

    def _peer(self, connection: Connection) -> Peer | None:
        if not connection.observes:
            return None
        from shall.transport.http.connection import observed  # as where it was asked for

        return observed(self.curl)

    def _reason(self, code: int, text: str) -> str:
        if code == pycurl.E_WRITE_ERROR and self._receiver.undecoded:
            return self._receiver.undecoded
        if code == pycurl.E_PEER_FAILED_VERIFICATION:
            found = (it for said, it in _DISTRUST.items() if said in text)
            return next(found, _REASONS[code])
        if text.startswith(_LARGE_HEADERS):
            return "{address} sent headers that are too large"
        if code == pycurl.E_UNSUPPORTED_PROTOCOL and not self.curl.getinfo(pycurl.RESPONSE_CODE):
            return _NO_HTTP
        return _REASONS.get(code, "")

    def _timed_out(self, address: str) -> TimedOut:
        timeout_s = self.request.timeout_s
        details = {"address": address, "timeout_s": timeout_s}
        status = self._receiver.status
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
            if url := self.curl.getinfo(pycurl.EFFECTIVE_URL):
                return str(url)
        return self.request.url

    def _failure(self, code: int, text: str, url: str = "") -> ShallError:
        """Return the error for a transfer that libcurl gave up; ``url``: where it had led."""
        refusal = self._gate.refusal(code)
        if refusal is not None:
            return refusal
        url = url or self._last_url()
        proxy = self._gate.refusing_proxy(code, text)
        host, port = self._gate.proxy_at_fault(code, text) or host_and_port(url)
        address = f"{host}:{port}"
        if code == _TIMED_OUT:
            return self._timed_out(address)
        if code == pycurl.E_FILESIZE_EXCEEDED or self._receiver.is_too_large:
            reason = f"{address} sent more than {MAX_BODY_BYTES >> 20} MiB"
        else:
            reason = self._reason(code, text).format(host=host, address=address, most=self._most)
        if proxy:
            reason = f"the proxy {proxy} does not connect to {address}: {text}"
        details = {"address": address, "curl_code": code}
        if code in {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}:
            details["why"] = "unresolved"
        elif code == pycurl.E_COULDNT_CONNECT and not proxy:
            details["why"], sentence = _unconnected(self.curl.getinfo(pycurl.OS_ERRNO))
            reason = sentence.format(address=address)
        said = reason or f"{address}: {text.rstrip('. ') or f'libcurl ends with {code}'}"
        return TargetUnreachable(f"{said}.", details=details)


def _unconnected(number: int) -> tuple[str, str]:
    """Return why no connection was made, as a word and as a sentence."""
    if number in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return "no_route", "there is no route to {address}"
    return "refused", "{address} refuses the connection"
