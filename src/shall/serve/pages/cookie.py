"""The cookie of somebody who logged in: sealed, so that only a server with the key reads it.

It holds what let the caller in (``Grant``) and no token. Whether that still holds is looked up at
each request: a revoked token ends its logins in every worker and instance.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from shall.serve.auth.grant import Grant

LOGIN = "shall.login"
"""The key of the ASGI scope that holds the login of a page's caller, where there is one."""

LIFETIME_S = 12 * 3600
"""How long a login lasts, whatever the caller does meanwhile."""


class Login(msgspec.Struct, frozen=True, array_like=True):
    """One login. ``nonce`` distinguishes it from others of the same caller."""

    grant: Grant
    nonce: str


class LoginCookie:
    """Writes and reads the cookie.

    ``key`` is that of the state, which workers and instances share. ``public_url`` is how browsers
    reach a server that does not know its proxies.
    """

    def __init__(
        self, key: bytes, public_url: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(key, b"login")))
        self._form_key = _derived(key, b"form")
        # Browsers send cookies to every port of a host: servers with other keys do not meet.
        self._name = f"shall-{_derived(key, b'name').hex()[:8]}"
        self._is_public_https = public_url.startswith("https://")
        self._clock = clock

    def write(self, response: Response, scope: Scope, grant: Grant) -> None:
        """Set the cookie of a new login."""
        login = Login(grant, secrets.token_urlsafe(16))
        value = self._fernet.encrypt_at_time(msgspec.json.encode(login), int(self._clock()))
        self._set(response, scope, value.decode("ascii"), LIFETIME_S)

    def clear(self, response: Response, scope: Scope) -> None:
        """Delete the cookie in the browser."""
        self._set(response, scope, "", 0)

    def read(self, scope: Scope) -> Login | None:
        """Return the login of a request; None where there is none that lasts."""
        name, _ = self._named(scope)
        value = cookie_parser(Headers(scope=scope).get("cookie", "")).get(name)
        if not value:
            return None
        try:
            now = int(self._clock())
            text = self._fernet.decrypt_at_time(value.encode(), LIFETIME_S, now)
            return msgspec.json.decode(text, type=Login)
        except (InvalidToken, msgspec.MsgspecError):  # the second: of another release
            return None

    def form_token(self, subject: str) -> str:
        """Return what a form must hold to act for a login (its nonce), or for a caller."""
        return hmac.digest(self._form_key, subject.encode(), "sha256").hex()

    def _named(self, scope: Scope) -> tuple[str, bool]:
        """Return the name of the cookie, and whether it is sent over HTTPS alone."""
        is_https = self._is_public_https or scope.get("scheme") == "https"
        # The prefix keeps other hosts of the domain from setting it (RFC 6265bis, 4.1.3.2).
        return (f"__Host-{self._name}" if is_https else self._name), is_https

    def _set(self, response: Response, scope: Scope, value: str, max_age_s: int) -> None:
        name, is_https = self._named(scope)
        # Lax, not Strict: who follows a link from elsewhere is still logged in. GET changes
        # nothing, and what does needs a token of the login in its form.
        response.set_cookie(
            name, value, max_age=max_age_s, secure=is_https, httponly=True, samesite="lax"
        )


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"shall pages " + purpose, "sha256")
