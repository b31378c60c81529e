"""WebSockets (RFC 6455) of a loop: libcurl opens them and frames their messages.

A handle whose request opened one belongs to it until it is closed. Loaded with the first one.
"""

import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pycurl

from shall.errors import BadValue, ShallError, TargetUnreachable
from shall.transport.http.transfer import MAX_BODY_BYTES
from shall.transport.poller import READ, WRITE
from shall.transport.waits import Receive, Received, Send

if TYPE_CHECKING:
    from shall.transport.ports import Poller

_PART = 65_536
_CLOSED = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR})
_NORMAL, _NONE, _ABNORMAL = 1000, 1005, 1006  # RFC 6455, section 7.4.1

_now = time.monotonic

Done = Callable[[Any, int, Any, ShallError | None], None]
"""Is called with who waits, the token of the wait, and what came or went wrong."""


class WebSocket:
    """An open WebSocket of a handle. ``waits`` is what its task waits for."""

    __slots__ = ("_left", "_parts", "_sent", "closed", "curl", "fd", "waits")

    def __init__(self, curl: pycurl.Curl) -> None:
        self.curl = curl
        self.fd: int = curl.getinfo(pycurl.ACTIVESOCKET)
        self.closed: Received | None = None
        self.waits: tuple[Any, int, Send | Receive] | None = None
        self._parts: list[bytes] = []
        self._left = MAX_BODY_BYTES
        self._sent = 0

    def act(self, wait: Send | Receive) -> Any:
        """Send or receive what can be; return None where that is not all yet.

        Raises:
            ShallError: The connection is closed or broken, or more came than may.
        """
        try:
            return self._send(wait) if isinstance(wait, Send) else self._receive()
        except BlockingIOError:
            return None
        except pycurl.error as error:
            if isinstance(wait, Receive) and error.args[0] in _CLOSED:
                self.closed = Received(b"", closed=_ABNORMAL)
                return self.closed
            message = f"The service aborted the WebSocket: {error.args[1]}."
            raise TargetUnreachable(message, details={"curl_code": error.args[0]}) from None

    def _send(self, wait: Send) -> bool:
        data = memoryview(wait.data)
        kind = pycurl.WS_TEXT if wait.is_text else pycurl.WS_BINARY
        while True:
            self._sent += self.curl.ws_send(data[self._sent :], kind)
            if self._sent >= len(data):
                self._sent = 0
                return True

    def _receive(self) -> Received:
        while self.closed is None:
            data, frame = self.curl.ws_recv(_PART)
            if frame.flags & pycurl.WS_PING:
                self._answer(data)
            elif frame.flags & pycurl.WS_CLOSE:
                self.closed = _end_of(data)
            elif frame.flags & (pycurl.WS_TEXT | pycurl.WS_BINARY):
                self._left -= len(data)
                if self._left < 0:
                    limit = MAX_BODY_BYTES >> 20
                    raise BadValue(f"The messages of the WebSocket are larger than {limit} MiB.")
                self._parts.append(data)
                if not frame.bytesleft and not frame.flags & pycurl.WS_CONT:
                    whole, self._parts = b"".join(self._parts), []
                    return Received(whole, is_text=bool(frame.flags & pycurl.WS_TEXT))
        return self.closed

    def _answer(self, ping: bytes) -> None:
        """Answer a ping at once; libcurl would do it with the next message that is sent."""
        with suppress(BlockingIOError, pycurl.error):
            self.curl.ws_send(ping, pycurl.WS_PONG)

    def say_goodbye(self) -> None:
        """Send the closing frame, if that goes at once."""
        if self.closed is None:
            with suppress(BlockingIOError, pycurl.error):
                self.curl.ws_send(struct.pack("!H", _NORMAL), pycurl.WS_CLOSE)


def _end_of(data: bytes) -> Received:
    if len(data) < struct.calcsize("!H"):
        return Received(b"", closed=_NONE)
    return Received(data[2:], closed=struct.unpack_from("!H", data)[0])


class WebSockets:
    """The tasks of a loop that wait for a message, or to send one."""

    def __init__(
        self, poller: "Poller", at: Callable[[float, Callable[[], None]], None], done: Done
    ) -> None:
        self._poller = poller
        self._at = at
        self._done = done
        self._waiting: dict[int, WebSocket] = {}

    def begin(self, socket: WebSocket, wait: Send | Receive, task: Any, token: int) -> None:
        """Wait for a message, or until one is sent.

        Raises:
            ShallError: The connection is closed or broken.
        """
        found = socket.act(wait)
        if found is not None:
            self._done(task, token, found, None)
            return
        socket.waits = task, token, wait
        self._waiting[socket.fd] = socket
        self._poller.watch(WRITE if isinstance(wait, Send) else READ, socket.fd)
        self._at(_now() + wait.timeout_s, partial(self._over, socket, token))

    def act(self, fd: int) -> bool:
        """Continue with a socket that is ready; False where nobody waits for it."""
        socket = self._waiting.get(fd)
        if socket is None or socket.waits is None:
            return False
        task, token, wait = socket.waits
        try:
            found = socket.act(wait)
        except ShallError as error:
            self.forget(socket)
            self._done(task, token, None, error)
            return True
        if found is not None:
            self.forget(socket)
            self._done(task, token, found, None)
        return True

    def _over(self, socket: WebSocket, token: int) -> None:
        if socket.waits is not None and socket.waits[1] == token:
            task = socket.waits[0]
            self.forget(socket)
            self._done(task, token, None, None)

    def forget(self, socket: WebSocket) -> None:
        """Wait for a socket no longer."""
        if socket.waits is not None:
            socket.waits = None
            del self._waiting[socket.fd]
            self._poller.watch(0, socket.fd)
