"""Sends requests over the network with libcurl; the only module that imports pycurl.

One ``CurlMulti`` is driven by the running event loop (``socket_action``): connections are kept
alive and shared, each session has its own cookies. Proxies of the environment are not used: a
test must not depend on where it runs.
"""

import asyncio
import io
from typing import Any

import pycurl

from shall.errors import ShallError, TargetUnreachable, TimedOut
from shall.results.records import Timings
from shall.transport.exchange import Request, Response
from shall.transport.http.gate import Gate
from shall.transport.http.options import Headers, prepare
from shall.transport.target_policy import TargetPolicy
from shall.transport.url import host_and_port

MAX_BODY_BYTES = 64 << 20
"""The largest response body that is read."""

MAX_CONNECTIONS = 64

_TIMED_OUT = pycurl.E_OPERATION_TIMEDOUT
_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "the name {host} cannot be resolved",
    pycurl.E_COULDNT_CONNECT: "{address} refuses the connection",
    pycurl.E_GOT_NOTHING: "{address} closed the connection without an answer",
    pycurl.E_RECV_ERROR: "{address} broke the connection off",
    pycurl.E_SEND_ERROR: "{address} broke the connection off",
    pycurl.E_PARTIAL_FILE: "{address} sent less than it announced",
    pycurl.E_TOO_MANY_REDIRECTS: "{address} redirects more than 10 times",
    pycurl.E_UNSUPPORTED_PROTOCOL: "{address} redirects to something that is not HTTP",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate of {address} is not trusted",
    pycurl.E_SSL_CONNECT_ERROR: "{address} speaks no TLS that can be used",
}


class CurlSender:
    """Sends requests over shared connections. Belongs to the event loop that made it."""

    def __init__(self, policy: TargetPolicy | None = None) -> None:
        """Open no connection yet. ``policy`` None denies only what nobody means to test."""
        self.policy = policy or TargetPolicy()
        self._loop = asyncio.get_running_loop()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, MAX_CONNECTIONS)
        self._timer: asyncio.TimerHandle | None = None
        self._watched: dict[int, int] = {}
        self._waiting: dict[pycurl.Curl, asyncio.Future[None]] = {}
        self._idle: list[pycurl.Curl] = []
        self._closed = False

    def session(self) -> "CurlSession":
        """Open a session with an empty cookie jar."""
        if self._idle:
            curl = self._idle.pop()
            curl.setopt(pycurl.COOKIELIST, "ALL")
        else:
            curl = pycurl.Curl()
        return CurlSession(self, curl)

    def close(self) -> None:
        """Close every connection. A transfer still in flight ends as cancelled."""
        if self._closed:
            return
        self._closed = True
        for curl, future in list(self._waiting.items()):
            self._multi.remove_handle(curl)
            future.cancel()
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._multi.close()
        for fd in list(self._watched):
            self._unwatch(fd)
        for curl in self._idle:
            curl.close()

    async def perform(self, curl: pycurl.Curl) -> None:
        """Carry out a prepared transfer; cancelling removes it at once.

        Raises:
            pycurl.error: The transfer failed; its arguments are code and text.
        """
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting[curl] = future
        self._multi.add_handle(curl)
        try:
            await future
        finally:
            if self._waiting.pop(curl, None) is not None and not self._closed:
                self._multi.remove_handle(curl)

    def give_back(self, curl: pycurl.Curl) -> None:
        """Keep a handle for a later session."""
        if self._closed:
            curl.close()
        else:
            self._idle.append(curl)

    def _on_socket(self, what: int, fd: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._unwatch(fd)
            return
        had = self._watched.get(fd, 0)
        wants_read, had_read = what & pycurl.POLL_IN, had & pycurl.POLL_IN
        wants_write, had_write = what & pycurl.POLL_OUT, had & pycurl.POLL_OUT
        if wants_read and not had_read:
            self._loop.add_reader(fd, self._act, fd, pycurl.CSELECT_IN)
        elif had_read and not wants_read:
            self._loop.remove_reader(fd)
        if wants_write and not had_write:
            self._loop.add_writer(fd, self._act, fd, pycurl.CSELECT_OUT)
        elif had_write and not wants_write:
            self._loop.remove_writer(fd)
        self._watched[fd] = what

    def _unwatch(self, fd: int) -> None:
        had = self._watched.pop(fd, 0)
        if had & pycurl.POLL_IN:
            self._loop.remove_reader(fd)
        if had & pycurl.POLL_OUT:
            self._loop.remove_writer(fd)

    def _on_timer(self, timeout_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if timeout_ms >= 0:
            self._timer = self._loop.call_later(timeout_ms / 1000, self._act_on_time)

    def _act_on_time(self) -> None:
        self._timer = None
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, fd: int, mask: int) -> None:
        self._multi.socket_action(fd, mask)
        self._settle()

    def _settle(self) -> None:
        left = 1
        while left:
            left, done, failed = self._multi.info_read()
            for curl in done:
                self._finish(curl, None)
            for curl, code, text in failed:
                self._finish(curl, pycurl.error(code, text))

    def _finish(self, curl: pycurl.Curl, error: pycurl.error | None) -> None:
        self._multi.remove_handle(curl)
        future = self._waiting.pop(curl)
        if future.done():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


class CurlSession:
    """One case's own cookie jar over the shared connections: one easy handle, kept."""

    def __init__(self, sender: CurlSender, curl: pycurl.Curl) -> None:
        self._sender = sender
        self._curl = curl

    async def send(self, request: Request) -> Response:
        """Send a request and read the response. Cancelling stops the transfer.

        Raises:
            TargetUnreachable: No connection, no name, TLS refused, broken off, body too large.
            TargetDenied: The policy lets no request go there, or where a redirect leads.
            TimedOut: Longer than ``request.timeout_s``.
            BadValue: The request cannot be sent as it is written.
        """
        gate = Gate(self._sender.policy, request.url)
        curl = self._curl
        curl.reset()  # cookies and connections survive it
        headers = Headers(gate.follow if request.follow_redirects else None)
        body = io.BytesIO()
        prepare(curl, request, headers, body, MAX_BODY_BYTES)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, gate.open_socket)
        try:
            await self._sender.perform(curl)
        except pycurl.error as error:
            told = gate.refusal(error.args[0]) or _told(error, request, _chain(curl))
            raise told from None
        return Response(
            status=curl.getinfo(pycurl.RESPONSE_CODE),
            headers=headers.last(),
            body=body.getvalue(),
            url=curl.getinfo(pycurl.EFFECTIVE_URL),
            http_version=headers.version,
            timings=_timings(curl),
            earlier_headers=headers.earlier(),
        )

    def close(self) -> None:
        """Give the session back."""
        self._sender.give_back(self._curl)


def _timings(curl: pycurl.Curl) -> Timings:
    info = curl.getinfo
    return Timings(
        dns_s=info(pycurl.NAMELOOKUP_TIME),
        connect_s=info(pycurl.CONNECT_TIME),
        tls_s=info(pycurl.APPCONNECT_TIME),
        first_byte_s=info(pycurl.STARTTRANSFER_TIME),
        total_s=info(pycurl.TOTAL_TIME),
    )


def _chain(curl: pycurl.Curl) -> str | None:
    url: Any = curl.getinfo(pycurl.EFFECTIVE_URL)
    return str(url) if url else None


def _told(error: pycurl.error, request: Request, last_url: str | None) -> ShallError:
    """Say a libcurl failure in our words; ``last_url`` is where the redirects had led."""
    code, text = error.args
    host, port = host_and_port(last_url or request.url)
    address = f"{host}:{port}"
    if code == _TIMED_OUT:
        return TimedOut(
            f"{address} did not answer within {request.timeout_s:g} s.",
            details={"address": address, "timeout_s": request.timeout_s},
        )
    if code in {pycurl.E_FILESIZE_EXCEEDED, pycurl.E_WRITE_ERROR}:
        reason = f"{address} sent more than {MAX_BODY_BYTES >> 20} MiB"
    else:
        reason = _REASONS.get(code, f"{address}: {text}").format(host=host, address=address)
    return TargetUnreachable(f"{reason}.", details={"address": address, "curl_code": code})
