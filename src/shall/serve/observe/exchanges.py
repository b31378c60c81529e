"""Measures each HTTP request and tells whoever wants to know: the access log, the metrics."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.serve.problem import principal_of

CLIENT_CLOSED = 499
"""The status that is noted where nobody waits for an answer any more, as nginx does."""

PROBES = frozenset({"/health", "/ready"})
"""Paths that are asked every few seconds: the access log leaves them out."""

Observe = Callable[[Scope, int, float], None]
"""Takes the scope of a request, the status of its answer and its duration in seconds."""

_log = logging.getLogger("shall.access")

_LONGEST_PATH = 1024


class ExchangeGate:
    """Tells the observers of every HTTP request when its answer has ended."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observe]) -> None:
        self._app = app
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except asyncio.CancelledError:
            status = status or CLIENT_CLOSED
            raise
        except Exception:
            status = 500
            raise
        finally:
            duration_s = time.perf_counter() - started
            for observe in self._observers:
                observe(scope, status or CLIENT_CLOSED, duration_s)


def log_access(scope: Scope, status: int, duration_s: float) -> None:
    """Write one line about a request, without its query: that may hold secrets."""
    path = scope["path"]
    if path in PROBES or not _log.isEnabledFor(logging.INFO):
        return
    client = scope.get("client")
    fields = {
        "method": scope["method"],
        "path": path[:_LONGEST_PATH],
        "status": status,
        "duration_ms": round(duration_s * 1000, 3),
        "principal": principal_of(scope).name,
        "client": client[0] if client else "",
    }
    _log.info(
        "%(method)s %(path)s %(status)d %(duration_ms).1f ms %(principal)s %(client)s",
        fields,
        extra={"fields": fields},
    )
