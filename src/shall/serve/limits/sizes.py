"""Bounds on a request's body: its size, its pauses, and the depth of its JSON."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.serve.limits.depth import is_deeper
from shall.serve.problem import problem
from shall.settings import Settings

LINGER_S = 2.0
"""How long a client whose body is too large may go on sending, in seconds; nothing is kept.

Closing at once would reset the connection, and the client might never read why.
"""


class TooLarge(Exception):
    """The body has more bytes than it may."""


class Gone(Exception):
    """The client left before it had sent the body."""


class SizeGate:
    """Reads the body before the application is called, and answers 408, 413 or 400 instead.

    A body is kept in memory up to the limit; answers pass untouched, streams among them.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._max_depth = settings.max_json_depth
        self._pause_s = settings.body_timeout_s

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
            await self._refuse_large(scope, receive, send)
        except TimeoutError:
            await self._refuse_slow(scope, receive, send)
        except Gone:
            return
        else:
            if is_deeper(body, self._max_depth):  # whatever its type: routes read JSON of any
                await self._refuse_deep(scope, receive, send)
                return
            await self._app(scope, _replay(body, receive), send)

    async def _body(self, length: int, receive: Receive) -> bytes:
        if length > self._max_bytes:
            raise TooLarge
        parts: list[bytes] = []
        size = 0
        while True:
            async with asyncio.timeout(self._pause_s):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_bytes:
                raise TooLarge
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    async def _refuse_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(
            scope,
            413,
            "MCP_BODY_TOO_LARGE",
            f"The body is larger than {self._max_bytes} bytes.",
            headers={"connection": "close"},
        )
        await send(
            {
                "type": "http.response.start",
                "status": answer.status_code,
                "headers": answer.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while _has_more(await receive()):
                    pass
        await send({"type": "http.response.body", "body": b""})

    async def _refuse_slow(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(
            scope,
            408,
            "MCP_REQUEST_TIMEOUT",
            f"The body paused for longer than {self._pause_s:g} s.",
            headers={"connection": "close"},
        )
        await answer(scope, receive, send)

    async def _refuse_deep(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(
            scope,
            400,
            "MCP_JSON_TOO_DEEP",
            f"The JSON is nested deeper than {self._max_depth} levels, or is not UTF-8.",
        )
        await answer(scope, receive, send)


def _described(headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, bool]:
    """Give the body's length (0: not told), and whether it comes in chunks."""
    length, is_chunked = 0, False
    for name, value in headers:
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            is_chunked = True
    return length, is_chunked


def _has_more(message: Message) -> bool:
    return message["type"] == "http.request" and bool(message.get("more_body"))


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once, then whatever comes: the client's leaving."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
