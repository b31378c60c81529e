"""Bounds on a request's body: its size, its time, and the depth of its JSON."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.serve.limits.depth import is_deeper
from shall.serve.problem import problem
from shall.settings import Settings

LINGER_S = 2.0
"""How long a client whose body is too large may go on sending, in seconds; it is discarded.

Closing at once would reset the connection, and the client might never read why.
"""


FREE_BYTES = 64 << 10
"""What each body may hold beside the budget: small requests are served whatever others send."""

RETRY_AFTER_S = 2


class TooLarge(Exception):
    """The body has more bytes than it may."""


class Gone(Exception):
    """The client left before it had sent the body."""


class Busy(Exception):
    """The process holds as many bytes of bodies as it may."""


class BodyBudget:
    """The bytes that the bodies of one process hold together, beyond ``FREE_BYTES`` each."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes

    def check(self, size: int) -> None:
        """Check whether there are so many left; nothing is taken for what was only announced.

        Raises:
            Busy: There are not.
        """
        if size > self._left:
            raise Busy

    def take(self, size: int) -> None:
        """Count bytes that have come.

        Raises:
            Busy: There are not so many left.
        """
        self.check(size)
        self._left -= size

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        self._left += size


class SizeGate:
    """Reads the body before the application is called, and answers 408, 413, 503 or 400 instead.

    A body is held in memory up to the limit; answers pass untouched, streams among them. It has
    ``body_timeout_s`` and a second more for every ``body_min_rate`` bytes that came, but not more
    than ``body_deadline_s``, and no pause longer than ``body_timeout_s``.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._max_depth = settings.max_json_depth
        self._pause_s = settings.body_timeout_s
        self._deadline_s = settings.body_deadline_s
        self._min_rate = settings.body_min_rate
        self._budget = BodyBudget(settings.max_buffered_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on with its body read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length, is_chunked = _described(scope["headers"])
        if not length and not is_chunked and scope["http_version"] in {"1.0", "1.1"}:
            await self._app(scope, receive, send)  # no body (RFC 9112, 6.3)
            return
        try:
            body = await self._body(length, receive)
        except TooLarge:
            await _refuse_unread(self._too_large(scope), receive, send)
        except Busy:
            await _refuse_unread(_busy(scope), receive, send)
        except TimeoutError:
            await self._too_slow(scope)(scope, receive, send)
        except Gone:
            return
        else:
            try:
                await self._pass_on(scope, body, receive, send)
            finally:
                self._budget.give_back(_counted(len(body)))

    async def _pass_on(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        if is_deeper(body, self._max_depth):  # whatever its type: routes read JSON of any
            await self._too_deep(scope)(scope, receive, send)
        else:
            await self._app(scope, replayed(body, receive), send)

    async def _body(self, length: int, receive: Receive) -> bytes:
        """Read the body; what it holds beyond ``FREE_BYTES`` stays taken from the budget."""
        self._check(length)
        self._budget.check(_counted(length))  # refused at once, and not when it has come
        parts: list[bytes] = []
        size = taken = 0
        started = asyncio.get_running_loop().time()
        more = True
        try:
            while more:
                async with asyncio.timeout_at(self._until(started, size)):
                    part, more = _part(await receive())
                size += len(part)
                self._check(size)
                if _counted(size) > taken:
                    self._budget.take(_counted(size) - taken)
                    taken = _counted(size)
                parts.append(part)
        except BaseException:
            self._budget.give_back(taken)
            raise
        return b"".join(parts)

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise TooLarge

    def _until(self, started: float, size: int) -> float:
        now = asyncio.get_running_loop().time()
        earned = started + self._pause_s + size / self._min_rate
        return min(now + self._pause_s, earned, started + self._deadline_s)

    def _too_large(self, scope: Scope) -> Response:
        return problem(
            scope,
            413,
            "MCP_BODY_TOO_LARGE",
            f"The body is larger than {self._max_bytes} bytes.",
            headers={"connection": "close"},
        )

    def _too_slow(self, scope: Scope) -> Response:
        """Answer that the client took too long (RFC 9110, 15.5.9)."""
        return problem(
            scope,
            408,
            "MCP_REQUEST_TIMEOUT",
            f"The body paused for longer than {self._pause_s:g} s, came at less than "
            f"{self._min_rate} bytes a second or took longer than {self._deadline_s:g} s.",
            headers={"connection": "close"},
        )

    def _too_deep(self, scope: Scope) -> Response:
        return problem(
            scope,
            400,
            "MCP_JSON_TOO_DEEP",
            f"The JSON is nested deeper than {self._max_depth} levels, or is not UTF-8.",
        )


def _busy(scope: Scope) -> Response:
    return problem(
        scope,
        503,
        "MCP_BUSY",
        f"Too many large bodies are being sent. Try again in {RETRY_AFTER_S} s.",
        headers={"connection": "close", "Retry-After": str(RETRY_AFTER_S)},
    )


async def _refuse_unread(answer: Response, receive: Receive, send: Send) -> None:
    """Answer before the body has come, and drop what still comes for a moment."""
    status, headers = answer.status_code, answer.raw_headers
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while _has_more(await receive()):
                pass
    await send({"type": "http.response.body", "body": b""})


def _counted(size: int) -> int:
    return max(0, size - FREE_BYTES)


def _described(headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, bool]:
    """Return the body's length (0: unknown), and whether it comes in chunks."""
    length, is_chunked = 0, False
    for name, value in headers:
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            is_chunked = True
    return length, is_chunked


def _part(message: Message) -> tuple[bytes, bool]:
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), message.get("more_body", False)


def _has_more(message: Message) -> bool:
    return message["type"] == "http.request" and bool(message.get("more_body"))


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once, then whatever comes: the client's leaving."""
    unread = [body]

    async def replay() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replay
