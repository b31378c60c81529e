"""A bearer token in front of every route but the public ones (RFC 6750)."""

import hmac
import json

from starlette.types import ASGIApp, Receive, Scope, Send

from shall.errors import InvalidSetting
from shall.settings import Settings

PUBLIC = frozenset({"/health"})


def token_of(settings: Settings) -> str:
    """Give the bearer token that is asked for; empty: none.

    Raises:
        InvalidSetting: The token file cannot be read or is empty.
    """
    if settings.auth_token or settings.token_file is None:
        return settings.auth_token
    try:
        token = settings.token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(
            f"The token file {settings.token_file} cannot be read: {error}."
        ) from None
    if not token:
        raise InvalidSetting(f"The token file {settings.token_file} is empty.")
    return token


class BearerGate:
    """Lets through whoever sends ``Authorization: Bearer <token>``; no token lets all through."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode("utf-8")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or pass the request on."""
        if scope["type"] != "http" or scope["path"] in PUBLIC or self._is_known(scope):
            await self._app(scope, receive, send)
            return
        body = json.dumps(
            {
                "type": "about:blank",
                "title": "Unauthorized",
                "status": 401,
                "code": "MCP_UNAUTHORIZED",
                "detail": "Send the header `Authorization: Bearer <token>`.",
            }
        ).encode("utf-8")
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode("ascii")),
            (b"www-authenticate", b'Bearer realm="shall"'),
        ]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _is_known(self, scope: Scope) -> bool:
        if not self._token:
            return True
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(b" ")
        same = hmac.compare_digest(token.strip(), self._token)  # in constant time
        return same and scheme.lower() == b"bearer"
