"""Wraps the whole application: assigns each request its id, and logs how it ended.

One gate does both: every gate costs a share of each call.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.actions.request_ids import CURRENT
from shall.redaction.shapes import mask_path
from shall.serve.observe.ids import IDS, ids_of
from shall.serve.problem import REQUEST_ID, principal_of, problem

CLIENT_CLOSED = 499
"""The status that is noted where nobody waits for an answer any more, as nginx does."""

PROBES = frozenset({"/health", "/ready"})
"""Paths that are asked every few seconds: the access log leaves them out."""

Observe = Callable[[Scope, int, float], None]
"""Takes the scope of a request, the status of its answer and its duration in seconds."""

_log = logging.getLogger(__name__)
_access = logging.getLogger("shall.access")

_LONGEST_PATH = 1024


class ExchangeGate:
    """The outermost middleware: adds ``X-Request-ID``, and reports every request to the observers.

    They are called when the response has ended. An exception that no other middleware handles is
    answered here with 500, so that it has an id too.
    """

    def __init__(self, app: ASGIApp, observers: Sequence[Observe] = ()) -> None:
        self._app = app
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its ids, and measure it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, time.perf_counter()
        # Blanks around a value are none of it (RFC 9110, 5.5); not every parser drops them.
        scope["headers"] = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        ids = scope[IDS] = ids_of(scope)
        scope[REQUEST_ID] = ids.request_id
        # Not taken back at the end: each request has a task of its own, and the server logs there
        # when the application raised.
        CURRENT.set(ids)

        def answer(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-request-id", ids.request_id.encode("ascii"))
                message = {**message, "headers": [*message.get("headers", ()), own]}
            return send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            if status:
                raise
            await _apologise(scope, receive, answer)
        finally:
            duration_s = time.perf_counter() - started
            for observe in self._observers:
                observe(scope, status or CLIENT_CLOSED, duration_s)


async def _apologise(scope: Scope, receive: Receive, answer: Send) -> None:
    _log.exception("a request could not be answered")
    detail = f"Internal error. The log has the traceback under {scope[REQUEST_ID]}."
    await problem(scope, 500, "MCP_INTERNAL_ERROR", detail)(scope, receive, answer)


def log_access(scope: Scope, status: int, duration_s: float) -> None:
    """Write one line about a request, without its query and what looks like a token."""
    path = scope["path"]
    if path in PROBES or not _access.isEnabledFor(logging.INFO):
        return
    client = scope.get("client")
    fields = {
        "method": scope["method"],
        "path": mask_path(path[:_LONGEST_PATH]),
        "status": status,
        "duration_ms": round(duration_s * 1000, 3),
        "principal": principal_of(scope).name,
        "client": client[0] if client else "",
    }
    # The caller comes last: after a name such as "token" an address would be masked as a secret.
    _access.info(
        "%(method)s %(path)s %(status)d %(duration_ms).1f ms %(client)s %(principal)s",
        fields,
        extra={"fields": fields},
    )
