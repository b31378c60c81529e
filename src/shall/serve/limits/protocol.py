"""The HTTP/1.1 protocol of uvicorn with bounds on what a connection may take.

llhttp, the parser, refuses a request whose length is ambiguous (two Content-Length, or one beside
Transfer-Encoding: RFC 9112, 6.3), but waits for a head for ever and has no limit on its size.
uvicorn reads on while nobody takes what came, and for ever after it has answered.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shall.serve.limits.unknown_connections import ADMIT, UnknownConnections, unknown_connections
from shall.serve.problem import problem
from shall.settings import Settings

LINGER_S = 2.0
"""How long a client that was answered may go on sending before it is cut off, in seconds.

Closing at once would reset the connection, and the client might never read the answer.
"""

MAX_PIPELINED = 32
"""Requests that may wait on one connection for the answer to an earlier one."""

MAX_QUEUED_BYTES = 1 << 20
"""What a body may hold whose request waits for the answer to an earlier one, in bytes."""

RETRY_AFTER_S = 2


class Refusal(NamedTuple):
    """What is answered instead of calling the application."""

    status: int
    code: str
    detail: str


BAD_REQUEST = Refusal(400, "MCP_BAD_REQUEST", "This is not a valid HTTP/1.1 request.")
BUSY = Refusal(
    503,
    "MCP_BUSY",
    f"Too many connections are open whose callers are not known. Try again in {RETRY_AFTER_S} s.",
)


class BoundedProtocol(HttpToolsProtocol):
    """A connection whose requests must begin in time and with a head of bounded size.

    The head has ``header_timeout_s`` from the start of the connection, or on a connection that is
    kept open from the first byte of the next request. A body is taken from the network as fast as
    the application reads it; what is left of it after the answer is dropped for ``LINGER_S``
    (RFC 9112, 9.3: read it or close). Not for WebSockets: use ``ws="none"``.
    """

    max_header_bytes: ClassVar[int]
    header_timeout_s: ClassVar[float]
    budget: ClassVar[UnknownConnections]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = False
        self._in_body = False
        self._moved = False  # whether the bytes being parsed made such a step
        self._overhead = 0  # bytes since the last step: a head, a part of a body, an end
        self._fed = 0
        self._timer: asyncio.TimerHandle | None = None
        self._refusal = BAD_REQUEST
        self._refused = False
        self._is_unknown = False
        self._running: Any = None  # the cycle that the application answers

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._is_unknown = True
        self.budget.enter(self)
        self._timer = self.loop.call_later(self.header_timeout_s, self._is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting, and inform the application that its answer is not read."""
        self._disarm()
        self.admit()
        super().connection_lost(exc)
        running = self._running
        if running is not None and running is not self.cycle:  # uvicorn informs only the last one
            running.disconnected = True
            running.message_event.set()
        if not self._is_answering():
            self._free()

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse a head, a trailer or chunk extensions that never end."""
        if self._refused:
            return
        self._moved = False
        self._fed = self._overhead + len(data)
        super().data_received(data)
        self._overhead = 0 if self._moved else self._fed
        if self._overhead > self.max_header_bytes and not self._refused:
            self._refuse(self._too_large())
        if (self._in_body or self._is_unknown) and not self._refused:
            self._hold(len(data))
        self._watch()

    def on_message_begin(self) -> None:
        """Record that a head begins."""
        self._in_head = True
        super().on_message_begin()
        if self._is_unknown:
            self.scope[ADMIT] = self.admit  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        """Start the request, unless its head is too large."""
        self._in_head, self._in_body, self._moved = False, True, True
        if self._fed > self.max_header_bytes and self._head_size() > self.max_header_bytes:
            self._refusal = self._too_large()
            raise HttpParserError(self._refusal.detail)  # uvicorn calls send_400_response
        if len(self.pipeline) >= MAX_PIPELINED:
            raise HttpParserError("too many requests wait for their answers")
        super().on_headers_complete()
        self.headers = []  # trailers go here and nowhere: a proxy may have checked headers only

    def on_body(self, body: bytes) -> None:
        """Receive a part of the body."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Record that the body ends."""
        self._in_body, self._moved = False, True
        if not self._is_answering():
            self._disarm()  # it was dropped in time, and the connection goes on
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Drop what is left of the body, and what was not read of it."""
        if not self.pipeline:
            if self.cycle.body:
                self.cycle.body = bytearray()
            if self._is_unknown:
                self.budget.release(self)
        super().on_response_complete()
        if self._in_body and not self.transport.is_closing():
            self._watch()

    def admit(self) -> None:
        """Remove the connection from the budget of unknown callers."""
        if self._is_unknown:
            self._is_unknown = False
            self.budget.leave(self)

    def turn_away(self) -> None:
        """Answer 503 where a request was begun, and close: others need the room."""
        self.admit()
        if self._in_head or self._is_answering():
            self._refuse(BUSY, {"Retry-After": str(RETRY_AFTER_S)})
        else:
            self._refused = True
            self._disarm()
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer what the parser did not accept."""
        self._refuse(self._refusal)

    def _watch(self) -> None:
        """Have a deadline exactly while a head, or the end of an answered body, is waited for."""
        if self._refused:
            return  # the timer ends the connection
        if not self._in_head and self._is_answering():
            self._disarm()
        elif self._timer is None:
            wait_s = LINGER_S if self._in_body else self.header_timeout_s
            self._timer = self.loop.call_later(wait_s, self._is_late)

    def _hold(self, size: int) -> None:
        """Bound what came and was not taken yet."""
        if self._in_body:
            if self.cycle.body:
                self.flow.pause_reading()  # until the application takes it
                if self.pipeline and len(self.cycle.body) > MAX_QUEUED_BYTES:
                    self._refuse(BAD_REQUEST)
            if not self._is_answering():
                return  # the request is answered: the rest of its body is dropped
        if self._is_unknown:
            self.budget.hold(self, size)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _free(self) -> None:
        """Release what refers back to a closed connection.

        Reference counting then frees it: in cycles, connections that serve one request each would
        keep the garbage collector busy.
        """
        self._running = None
        self.cycle = self.scope = None  # type: ignore[assignment]

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _is_answering(self) -> bool:
        # uvicorn's type leaves out that there is no cycle before the first request
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]

    def _is_late(self) -> None:
        self._timer = None
        if self._is_answering():
            self._watch()  # a piece of the next request: it waits for the answer to this one
        elif self._in_head:
            seconds = f"{self.header_timeout_s:g}"
            self._refuse(
                Refusal(408, "MCP_REQUEST_TIMEOUT", f"The headers took longer than {seconds} s.")
            )
        else:
            self.transport.close()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_large(self) -> Refusal:
        return Refusal(
            431,
            "MCP_HEADERS_TOO_LARGE",
            f"The headers are larger than {self.max_header_bytes} bytes.",
        )

    def _refuse(self, refusal: Refusal, headers: Mapping[str, str] | None = None) -> None:
        """Answer, and close when the client has read it."""
        self._refused = True
        self._disarm()
        self._unset_keepalive_if_required()
        if self._is_answering():
            if self.cycle.response_started or self.pipeline:
                self._close()  # a second answer would be read as a part of the first
                return
            self.cycle.disconnected = True  # the application can answer no more
            self.cycle.message_event.set()
        answer = problem({}, *refusal, headers={"connection": "close", **(headers or {})})
        lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
        status = b"HTTP/1.1 %d %s\r\n" % (refusal.status, _phrase(refusal.status))
        self.transport.write(b"".join([status, *lines, b"\r\n", bytes(answer.body)]))
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._timer = self.loop.call_later(LINGER_S, self.transport.abort)
        else:  # TLS
            self._close()

    def _close(self) -> None:
        """Close; cut off a client that does not even read what it was sent."""
        self.transport.close()
        self._timer = self.loop.call_later(LINGER_S, self.transport.abort)


def _phrase(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode("ascii")


def protocol_class(settings: Settings) -> type[BoundedProtocol]:
    """Make the class for ``uvicorn.Config(http=...)``; each process makes its own."""

    class Protocol(BoundedProtocol):
        max_header_bytes = settings.max_header_bytes
        header_timeout_s = settings.header_timeout_s

    Protocol.budget = unknown_connections(settings)
    return Protocol
