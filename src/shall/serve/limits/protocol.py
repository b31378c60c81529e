"""The HTTP/1.1 protocol of uvicorn with bounds on a request's head: its time and its size.

llhttp, the parser, refuses a request whose length is ambiguous (two Content-Length, or one beside
Transfer-Encoding: RFC 9112, 6.3), but waits for a head for ever and has no limit on its size.
"""

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shall.serve.problem import problem
from shall.settings import Settings

LINGER_S = 2.0
"""How long a refused client may go on sending before it is cut off, in seconds.

Closing at once would reset the connection, and the client might never read why.
"""


class Refusal(NamedTuple):
    """What is answered instead of calling the application."""

    status: int
    code: str
    detail: str


BAD_REQUEST = Refusal(400, "MCP_BAD_REQUEST", "This is not a valid HTTP/1.1 request.")


class BoundedProtocol(HttpToolsProtocol):
    """A connection whose requests must begin in time and with a head of bounded size.

    The head has ``header_timeout_s`` from the start of the connection, or on a connection that is
    kept open from the first byte of the next request. Not for WebSockets: use ``ws="none"``.
    """

    max_header_bytes: ClassVar[int]
    header_timeout_s: ClassVar[float]

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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop to wait."""
        self._disarm()
        super().connection_lost(exc)

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
        self._watch()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the request, unless its head is too large."""
        self._in_head, self._in_body, self._moved = False, True, True
        if self._fed > self.max_header_bytes and self._head_size() > self.max_header_bytes:
            self._refusal = self._too_large()
            raise HttpParserError(self._refusal.detail)  # uvicorn calls send_400_response
        super().on_headers_complete()
        self.headers = []  # trailers go here and nowhere: a proxy may have checked headers only

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the body ends."""
        self._in_body, self._moved = False, True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer what the parser did not accept."""
        self._refuse(self._refusal)

    def _watch(self) -> None:
        """Have a deadline exactly while a head is waited for."""
        if self._refused:
            return  # the timer ends the connection
        if not self._in_head and (self._in_body or self._is_answering()):
            self._disarm()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.header_timeout_s, self._is_late)

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

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, and close when the client has read it."""
        self._refused = True
        self._disarm()
        self._unset_keepalive_if_required()
        if self._is_answering():
            if self.cycle.response_started or self.pipeline:
                self.transport.close()  # a second answer would be read as a part of the first
                return
            self.cycle.disconnected = True  # the application can answer no more
            self.cycle.message_event.set()
        answer = problem({}, *refusal, headers={"connection": "close"})
        lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
        status = b"HTTP/1.1 %d %s\r\n" % (refusal.status, _phrase(refusal.status))
        self.transport.write(b"".join([status, *lines, b"\r\n", bytes(answer.body)]))
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._timer = self.loop.call_later(LINGER_S, self.transport.close)
        else:  # TLS
            self.transport.close()


def _phrase(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode("ascii")


def protocol_class(settings: Settings) -> type[BoundedProtocol]:
    """Make the class for ``uvicorn.Config(http=...)``; each process makes its own."""

    class Protocol(BoundedProtocol):
        max_header_bytes = settings.max_header_bytes
        header_timeout_s = settings.header_timeout_s

    return Protocol
