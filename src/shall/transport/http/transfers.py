"""The transfers of a loop: libcurl's multi interface, its connections, and who waits for one."""

import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pycurl

from shall.errors import ShallError
from shall.transport.exchange import OPENS_WEBSOCKET, Request, Response
from shall.transport.http.gate import Targets
from shall.transport.http.jar import Jar
from shall.transport.http.options import forget_sent
from shall.transport.http.pool import NEXT_AFTER_S, Pool
from shall.transport.http.receiver import forget_received
from shall.transport.http.transfer import Handle, Transfer
from shall.transport.target_policy import TargetPolicy

if TYPE_CHECKING:
    from shall.transport.ports import Poller

MAX_CONNECTIONS = 64
"""The number of connections that stay open for later requests."""


_now = time.monotonic

Done = Callable[[Any, Response | None, ShallError | None], None]
"""Is called with who sent, and what came back or what went wrong."""


class Transfers:
    """Sends requests over shared connections; belongs to the thread of its loop."""

    def __init__(self, poller: "Poller", policy: TargetPolicy, done: Done, processes: int) -> None:
        self._targets = Targets(policy, processes)
        self._done = done
        self._multi = pycurl.CurlMulti()
        self.act = self._multi.socket_action
        """Lets libcurl act on a socket that is ready for what a mask says."""
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, poller.watch)  # POLL_IN is READ, and so on
        self._multi.setopt(pycurl.M_MAXCONNECTS, MAX_CONNECTIONS)
        self._flying: dict[pycurl.Curl, Handle] = {}
        self._idle: list[Handle] = []
        self._held_back: deque[Pool] = deque()
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
        now = _now()
        handle.sender = sender
        handle.transfer = transfer = Transfer(handle, request, self._targets, now)
        pool = transfer.target.pool
        if not self._start(handle, pool, now):
            self._hold_back(handle, pool, now)
        return transfer

    def _start(self, handle: Handle, pool: Pool, now: float) -> bool:
        """Start a transfer where it may start now."""
        opens = pool.start(now)
        if opens is None:
            return False
        handle.opened = opens
        self._flying[handle.curl] = handle
        self._multi.add_handle(handle.curl)
        return True

    def _hold_back(self, handle: Handle, pool: Pool, now: float) -> None:
        if not pool.waiting:
            self._held_back.append(pool)
        pool.waiting.append(handle)
        self.next_at = self.next_at or now + NEXT_AFTER_S

    def cancel(self, handle: Handle) -> None:
        """Break a transfer off; its connection is closed."""
        transfer, handle.transfer = handle.transfer, None
        if transfer is None:
            return
        pool = transfer.target.pool
        if self._flying.pop(handle.curl, None) is not None:
            self._may_look_up = True
            self._multi.remove_handle(handle.curl)
            pool.end(opened=handle.opened, keeps=False)
            self._start_waiting(pool, _now())
        else:
            with suppress(ValueError):
                pool.waiting.remove(handle)
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

    def act_on_time(self, now: float) -> float | None:
        """Run what is due in libcurl; else return when it will be, inf for never."""
        if self.next_at is not None and self.next_at <= now:
            self._start_held_back(now)
        # What a timer callback would be told, which libcurl calls six times a request.
        timeout_ms = self._multi.timeout()
        if timeout_ms:
            return now + timeout_ms / 1000 if timeout_ms > 0 else math.inf
        self.act(pycurl.SOCKET_TIMEOUT, 0)
        return None

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
        forget_sent()
        forget_received()
        self._may_look_up = self._may_look_up or bool(self._flying)
        for curl, handle in self._flying.items():
            self._multi.remove_handle(curl)
            handle.options.close_uploads()
        self._flying.clear()
        for pool in self._held_back:
            for handle in pool.waiting:
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

    def _start_waiting(self, pool: Pool, now: float) -> None:
        while pool.waiting and self._start(pool.waiting[0], pool, now):
            pool.waiting.popleft()

    def _start_held_back(self, now: float) -> None:
        for pool in self._held_back:
            self._start_waiting(pool, now)
        self._held_back = deque(pool for pool in self._held_back if pool.waiting)
        self.next_at = now + NEXT_AFTER_S if self._held_back else None

    def _finish(self, curl: pycurl.Curl, fault: tuple[int, str] | None) -> None:
        handle = self._flying.pop(curl)
        transfer = handle.transfer
        assert transfer is not None  # noqa: S101 - it flew
        if fault is not None:
            self._may_look_up = self._may_look_up or fault[0] == pycurl.E_OPERATION_TIMEDOUT
        elif transfer.request.method == OPENS_WEBSOCKET:
            fault = self._keep_socket(handle)
        if handle.socket is None:
            self._multi.remove_handle(curl)
        pool = transfer.target.pool
        pool.end(opened=handle.opened, keeps=fault is None and not handle.receiver.closes)
        if pool.waiting:
            self._start_waiting(pool, _now())
        try:
            response = transfer.ended(fault)
        except ShallError as error:
            handle.transfer = None
            self._done(handle.sender, None, error)
            return
        if response is not None:
            handle.transfer = None
            self._done(handle.sender, response, None)
            return
        pool, now = transfer.target.pool, _now()
        if not self._start(handle, pool, now):
            self._hold_back(handle, pool, now)

    def _keep_socket(self, handle: Handle) -> tuple[int, str] | None:
        """Keep the WebSocket that a transfer opened; return the fault where it opened none."""
        if not handle.receiver.status:  # libcurl is content with a closed connection
            return pycurl.E_GOT_NOTHING, ""
        from shall.transport.http.websocket import WebSocket  # few requests open one

        handle.socket = WebSocket(handle.curl)
        return None
