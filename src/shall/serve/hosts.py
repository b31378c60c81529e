"""Host and Origin checks in front of every route, against DNS rebinding.

A page of another site may make a browser send requests to a server on the user's machine. It
shows in ``Origin``; where the page's own name was rebound to 127.0.0.1, it shows in ``Host``.
(MCP specification 2025-06-18, Transports, Security Warning.)
"""

from urllib.parse import SplitResult, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class HostGate:
    """Refuses a foreign Origin always, and a foreign Host where ``strict``."""

    def __init__(self, app: ASGIApp, *, strict: bool) -> None:
        self._app = app
        self._strict = strict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 or 403, or pass the request on."""
        status = self._refusal(scope) if scope["type"] == "http" else None
        if status is None:
            await self._app(scope, receive, send)
            return
        body = b"This host is not served here.\n" if status == 421 else b"Foreign origin.\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode("ascii")),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, scope: Scope) -> int | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if self._strict and _split(f"//{host}").hostname not in LOOPBACK:
            return 421
        origin = headers.get(b"origin")
        if origin is None:
            return None
        named = _split(origin.decode("latin-1"))
        same = bool(host) and named.netloc == host
        from_here = self._strict and named.hostname in LOOPBACK
        return None if same or from_here else 403


def _split(url: str) -> SplitResult:
    """Split a URL; one that cannot be split names no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
