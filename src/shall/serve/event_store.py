"""What was sent on the event streams of sessions, for clients that come back.

A client whose stream broke off names the last event it saw in ``Last-Event-ID`` and gets what
came after it. (MCP specification 2025-11-25, Transports, Resumability and Redelivery.)
"""

from collections import deque
from contextvars import ContextVar
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http import GET_STREAM_KEY, EventCallback, EventMessage, EventStore
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import JSONRPCMessage, jsonrpc_message_adapter
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from shall.mcp.server import TOOLS
from shall.serve.one_url import UNCHECKED

MAX_EVENTS = 10_000
MAX_BYTES = 32 << 20
RETRY_MS = 500
"""How long a client waits before it comes back."""

_TELLS_PROGRESS = "run_tests"

_BRIEF = frozenset(
    function.__name__.encode() for function in TOOLS if function.__name__ != _TELLS_PROGRESS
)
"""Tools that report no progress and end soon, as ``Mcp-Name`` names them."""

_is_brief: ContextVar[bool] = ContextVar("is_brief", default=False)


class _StoredEvent(Struct, frozen=True):
    number: int
    session: object
    stream: str
    text: bytes | None


class EventRing:
    """The newest events of all sessions: at most ``max_events``, and ``max_bytes`` of them."""

    def __init__(self, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._kept: deque[_StoredEvent] = deque()
        self._bytes = 0
        self._last = 0

    def add(self, session: object, stream: str, text: bytes | None) -> int:
        """Store an event, and drop the oldest ones beyond the bounds; return its number."""
        self._last += 1
        self._kept.append(_StoredEvent(self._last, session, stream, text))
        self._bytes += len(text or b"")
        while len(self._kept) > self._max_events or self._bytes > self._max_bytes:
            self._bytes -= len(self._kept.popleft().text or b"")
        return self._last

    def after(self, session: object, number: int) -> tuple[str, list[_StoredEvent]] | None:
        """Return the stream of a session's event and what followed on it; None if it is gone."""
        own = [kept for kept in self._kept if kept.session is session and kept.number >= number]
        if not own or own[0].number != number:
            return None
        stream = own[0].stream
        return stream, [kept for kept in own[1:] if kept.stream == stream]


class SessionEvents(EventStore):
    """One session's view of the ring: streams of other sessions bear the same names."""

    def __init__(self, ring: EventRing) -> None:
        self._ring = ring
        self._session = object()

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        """Store an event; return its id."""
        text = None
        if message is not None:
            text = message.model_dump_json(by_alias=True, exclude_unset=True).encode("utf-8")
        return str(self._ring.add(self._session, stream_id, text))

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str:
        """Send what followed an event on its stream; return the stream.

        Where the event is no longer stored, return the session's own stream, as to a client that
        names none: a stream that ends at once would be asked for again and again.
        """
        is_number = last_event_id.isascii() and last_event_id.isdigit()
        if not is_number or len(last_event_id) > 18:
            return GET_STREAM_KEY
        found = self._ring.after(self._session, int(last_event_id))
        if found is None:
            return GET_STREAM_KEY
        stream, events = found
        for event in events:
            if event.text is not None:
                message = jsonrpc_message_adapter.validate_json(event.text, by_name=False)
                await send_callback(EventMessage(message, str(event.number)))
        return stream


class Sessions(StreamableHTTPSessionManager):
    """The SDK's sessions, each with events of its own.

    The SDK hands one event store to all sessions, and names a stream by its request's id, which
    every client chooses: one would be sent what another missed.

    A call of 2026-07-28 that has nothing to stream is answered without the tasks that wait for a
    first event, which cost as much as the call.
    """

    def __init__(self, server: Server[Any], *, stateless: bool, max_body_bytes: int) -> None:
        self._ring = EventRing()
        super().__init__(
            server,
            stateless=stateless,
            security_settings=UNCHECKED,
            retry_interval=RETRY_MS,
            max_request_body_size=max_body_bytes,
        )

    @property
    def event_store(self) -> EventStore:
        """Make the event store of one more session: the SDK reads this once for each."""
        return SessionEvents(self._ring)

    @event_store.setter
    def event_store(self, _: EventStore | None) -> None:
        """Take no store: the SDK sets the one it was given."""

    async def handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _is_brief.set(_calls_brief_tool(scope))
        await super().handle_request(scope, receive, send)

    @property
    def json_response(self) -> bool:
        """Whether this request is answered with one JSON document whatever happens."""
        return _is_brief.get()

    @json_response.setter
    def json_response(self, _: bool) -> None:
        """Take no choice for all requests: the SDK sets the one it was given."""


def _calls_brief_tool(scope: Scope) -> bool:
    # The SDK refuses headers that differ from the body. Clients of 2025 send none of them.
    headers = dict(scope["headers"])
    return headers.get(b"mcp-name") in _BRIEF and headers.get(b"mcp-method") == b"tools/call"
