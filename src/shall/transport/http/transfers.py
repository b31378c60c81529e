"""The transfers of a loop: libcurl's multi interface, its connections, and who waits for one."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pycurl

from shall.errors import ShallError
from shall.transport.exchange import Request, Response
from shall.transport.http.gate import Targets
from shall.transport.http.jar import Jar
from shall.transport.http.options import Options, Receiver
from shall.transport.http.origin import NEXT_AFTER_S, UNANSWERED, Origin
from shall.transport.http.transfer import Transfer
from shall.transport.poller import Poller
from shall.transport.target_policy import TargetPolicy

if TYPE_CHECKING:
    from shall.transport.http.websocket import WebSocket

MAX_CONNECTIONS = 64
"""The number of connections that stay open for later requests."""

_MANY_ORIGINS = 256

_now = time.monotonic

Done = Callable[[Any, Response | None, ShallError | None], None]
"""Is called with who sent, and what came back or what went wrong."""


class Handle:
    """A libcurl handle of one sender: its cookies, and the transfer that is under way on it."""

    __slots__ = (
        "curl",
        "jar",
        "opened",
        "options",
        "origin",
        "receiver",
        "sender",
        "socket",
        "transfer",
    )

    def __init__(self) -> None:
        self.curl = pycurl.Curl()
        self.receiver = Receiver()
        self.options = Options(self.curl, self.receiver)
        self.jar = Jar(self.curl)
        self.transfer: Transfer | None = None
        self.socket: WebSocket | None = None
        self.sender: Any = None
        self.origin = Origin()
        self.opened = False


class Transfers:
    """Sends requests over shared connections; belongs to the thread of its loop."""

    def __init__(self, poller: Poller, policy: TargetPolicy, done: Done, processes: int) -> None:
        self.act_at: float | None = None
        """When libcurl wants to be called, whatever its sockets say."""
        self._poller = poller
        self._targets = Targets(policy)
        self._done = done
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, MAX_CONNECTIONS)
        self._flying: dict[pycurl.Curl, Handle] = {}
        self._idle: list[Handle] = []
        self._origins: dict[str, Origin] = {}
        self._unanswered = max(1, UNANSWERED // processes)
        self._held_back: deque[Origin] = deque()
        self.next_at: float | None = None
        """When those that are held back may start."""
        self._may_look_up = False
        """Whether libcurl may still look up a name for a transfer that was broken off."""

    def handle(self) -> Handle:
        """Return a handle without cookies."""
        if not self._idle:
            return Handle()
        handle = self._idle.pop()
        if handle.receiver.has_cookies:
            handle.receiver.has_cookies = False
            handle.curl.setopt(pycurl.COOKIELIST, "ALL")
            handle.jar = Jar(handle.curl)
        return handle

    def give_back(self, handle: Handle) -> None:
        """Store a handle for another sender."""
        self._idle.append(handle)

    def begin(self, handle: Handle, request: Request, sender: Any) -> Transfer:
        """Send a request, as soon as its service is open to another connection.

        Raises:
            ShallError: It cannot be sent.
        """
        if handle.socket is not None:
            self.close_socket(handle)
        handle.transfer = transfer = Transfer(
            handle.curl, handle.options, handle.receiver, handle.jar, request, self._targets
        )
        handle.sender = sender
        self._go(handle, request.url)
        return transfer

    def _go(self, handle: Handle, url: str) -> None:
        """Start a transfer, or hold it back."""
        handle.origin = origin = self._origin(url)
        now = _now()
        if origin.may_start(now):
            self._send(handle, now)
        else:
            if not origin.waiting:
                self._held_back.append(origin)
            origin.waiting.append(handle)
            self.next_at = self.next_at or now + NEXT_AFTER_S

    def cancel(self, handle: Handle) -> None:
        """Break a transfer off; its connection is closed."""
        transfer, handle.transfer = handle.transfer, None
        if self._flying.pop(handle.curl, None) is not None:
            self._may_look_up = True
            self._multi.remove_handle(handle.curl)
            self._left(handle, keeps=False)
        else:
            with suppress(ValueError):
                handle.origin.waiting.remove(handle)
        if transfer is not None:
            transfer.break_off()

    def expire(self, handle: Handle, transfer: Transfer) -> None:
        """Break a transfer off whose time is over, if it is still under way."""
        if handle.transfer is transfer:
            self.cancel(handle)
            self._done(handle.sender, None, transfer.expired())

    def close_socket(self, handle: Handle) -> None:
        """Close the WebSocket that a request opened."""
        if handle.socket is not None:
            handle.socket.say_goodbye()
            self._multi.remove_handle(handle.curl)
            handle.socket = None

    def act(self, fd: int, mask: int) -> None:
        """Let libcurl act on a socket that is ready."""
        self._multi.socket_action(fd, mask)

    def act_on_time(self, now: float) -> bool:
        """Let libcurl act where its time has come."""
        if self.next_at is not None and self.next_at <= now:
            self._start_held_back(now)
        if self.act_at is None or self.act_at > now:
            return False
        self.act_at = None
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return True

    def settle(self) -> None:
        """Report the transfers that ended."""
        left = 1
        while left:
            left, done, failed = self._multi.info_read()
            for curl in done:
                self._finish(curl, None)
            for curl, code, text in failed:
                self._finish(curl, (code, text))

    def close(self, patience_s: float) -> None:
        """Close every connection; transfers under way are broken off.

        libcurl waits for names that it looks up, which nothing can stop: that is awaited at most
        ``patience_s``.
        """
        self._may_look_up = self._may_look_up or bool(self._flying)
        for curl, handle in self._flying.items():
            self._multi.remove_handle(curl)
            handle.options.close_uploads()
        self._flying.clear()
        for origin in self._held_back:
            for handle in origin.waiting:
                handle.options.close_uploads()
        for handle in self._idle:
            handle.curl.close()
        if self._may_look_up:
            import threading  # few runs break a transfer off

            self._multi.setopt(pycurl.M_SOCKETFUNCTION, lambda *_: None)  # the poller is closed
            closing = threading.Thread(target=self._multi.close, daemon=True)
            closing.start()
            closing.join(patience_s)
        else:
            self._multi.close()

    def _origin(self, url: str) -> Origin:
        name = url[: url.find("/", len("https://"))]
        origin = self._origins.get(name)
        if origin is None:
            if len(self._origins) >= _MANY_ORIGINS:
                self._origins = {key: it for key, it in self._origins.items() if it.flying}
            origin = self._origins[name] = Origin(self._unanswered)
        return origin

    def _send(self, handle: Handle, now: float) -> None:
        handle.opened = handle.origin.start(now)
        self._flying[handle.curl] = handle
        self._multi.add_handle(handle.curl)

    def _left(self, handle: Handle, *, keeps: bool) -> None:
        """Count a transfer that ended, and start those that it held back."""
        origin = handle.origin
        origin.end(opened=handle.opened, keeps=keeps)
        if origin.waiting:
            self._start_waiting(origin, _now())

    def _start_waiting(self, origin: Origin, now: float) -> None:
        while origin.waiting and origin.may_start(now):
            self._send(origin.waiting.popleft(), now)

    def _start_held_back(self, now: float) -> None:
        for origin in self._held_back:
            self._start_waiting(origin, now)
        self._held_back = deque(origin for origin in self._held_back if origin.waiting)
        self.next_at = now + NEXT_AFTER_S if self._held_back else None

    def _finish(self, curl: pycurl.Curl, fault: tuple[int, str] | None) -> None:
        handle = self._flying.pop(curl)
        transfer = handle.transfer
        if fault is not None and fault[0] == pycurl.E_OPERATION_TIMEDOUT:
            self._may_look_up = True
        opens = fault is None and transfer is not None and transfer.is_websocket
        if opens and not handle.receiver.status:  # libcurl is content with a closed connection
            fault, opens = (pycurl.E_GOT_NOTHING, ""), False
        if opens:
            from shall.transport.http.websocket import WebSocket  # few requests open one

            handle.socket = WebSocket(curl)
        else:
            self._multi.remove_handle(curl)
        if transfer is None:
            return
        self._left(handle, keeps=fault is None and transfer.keeps_connection)
        try:
            response = transfer.ended(fault)
        except ShallError as error:
            handle.transfer = None
            self._done(handle.sender, None, error)
            return
        if response is None:
            self._go(handle, transfer.request.url)
            return
        handle.transfer = None
        self._done(handle.sender, response, None)

    def _on_socket(self, what: int, fd: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._poller.forget(fd)
        else:
            self._poller.watch(fd, what)

    def _on_timer(self, timeout_ms: int) -> None:
        self.act_at = None if timeout_ms < 0 else _now() + timeout_ms / 1000
