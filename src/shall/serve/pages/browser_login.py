"""The login of browsers, in front of the pages."""

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import Principal
from shall.errors import KeysUnavailable
from shall.pages.login import login_page
from shall.serve.auth.authenticator import Authenticator
from shall.serve.auth.refusal import Refused
from shall.serve.limits.addresses import prefix_of
from shall.serve.pages.addresses import (
    LOGIN,
    accepts_html,
    after_login,
    form_of,
    is_of_our_page,
    login_address,
)
from shall.serve.pages.answers import anonymous_look, document, protected
from shall.serve.pages.assets import FOLDER, asset_response
from shall.serve.pages.cookie import LOGIN as LOGIN_KEY
from shall.serve.pages.cookie import LoginCookie
from shall.serve.pages.languages import chosen_language
from shall.serve.problem import REQUEST_ID

MAX_FORM_BYTES = 32 << 10
"""Size of the form of a login: the longest header that a token may come in has as many."""

FORM_TIMEOUT_S = 10.0
"""How long the form of a login may take to come, in seconds."""

_log = logging.getLogger(__name__)


class BrowserLogin:
    """Finds the callers of pages by their cookie, else as any other, and asks the rest for a token.

    Nothing but the ``routes`` of pages is looked at: the cookie opens neither MCP nor REST, so
    that no page of another site can make a browser use them.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        authenticator: Authenticator,
        cookie: LoginCookie,
        language: str,
    ) -> None:
        self._routes = routes
        self._first_segments = frozenset(_first_segment(route.path) for route in routes)
        self._authenticator = authenticator
        self._cookie = cookie
        self._language = language

    def serves(self, scope: Scope) -> bool:
        """Return whether a request is for a page."""
        if scope["type"] != "http":
            return False
        if _first_segment(scope["path"]) not in self._first_segments and not accepts_html(scope):
            return False
        return any(route.matches(scope)[0] is not Match.NONE for route in self._routes)

    async def identify(self, scope: Scope) -> Principal:
        """Return the caller of a request for a page.

        Raises:
            Refused: The caller is not known, or asks for the login.
            KeysUnavailable: A JWT cannot be checked now.
        """
        if scope["path"] == LOGIN:
            raise Refused("", reason="the login")
        login = self._cookie.read(scope)
        if login is not None:
            try:
                caller = await self._authenticator.holder(login.grant)
            except Refused as refused:
                _log.info("a login ended, request %s: %s", scope.get(REQUEST_ID), refused.reason)
            else:
                scope[LOGIN_KEY] = login
                return caller
        return await self._authenticator.identify(scope)

    def answer(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a caller who is not known; None where it is 401 as elsewhere."""
        if scope["path"] == LOGIN:
            return self._log_in
        if scope["path"].startswith(FOLDER):
            return asset_response(scope)
        if accepts_html(scope):
            return protected(RedirectResponse(login_address(scope), 303))
        return None

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            answer = await self._logged_in(scope, receive)
        else:
            answer = chosen_language(scope) or self._form(scope, _wanted(scope))
        await answer(scope, receive, send)

    async def _logged_in(self, scope: Scope, receive: Receive) -> Response:
        """Answer a form with a token."""
        if not is_of_our_page(scope):
            return self._form(scope, "/", 403, "login.foreign")
        form = form_of(await _body(receive))
        wanted = after_login(form.get("next", ""))
        try:
            grant = await self._authenticator.grant(form.get("token", "").strip().encode())
            caller = await self._authenticator.holder(grant)
        except Refused as refused:
            _log.info("login refused, request %s: %s", scope.get(REQUEST_ID), refused.reason)
            return self._form(scope, wanted, 401, "login.refused")
        except KeysUnavailable:
            return self._form(scope, wanted, 503, "login.unavailable")
        _log.info("%s logged in, request %s", caller.name, scope.get(REQUEST_ID))
        answer = protected(RedirectResponse(f"{prefix_of(scope)}{wanted}", 303))
        self._cookie.write(answer, scope, grant)
        return answer

    def _form(self, scope: Scope, wanted: str, status: int = 200, problem: str = "") -> Response:
        query = urlencode({"next": wanted}) if wanted != "/" else ""
        look = anonymous_look(scope, self._language, query)
        answer = document(login_page(look, wanted, problem), status)
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="shall", error="invalid_token"'
        return answer


def _first_segment(path: str) -> str:
    """Return the first segment of a path: most requests are for no page, and need no more."""
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _wanted(scope: Scope) -> str:
    fields = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None)
    return after_login(fields.get("next", [""])[0])


async def _body(receive: Receive) -> bytes:
    """Return the body of a login; empty where it is too large, too slow or incomplete."""
    parts: list[bytes] = []
    more = True
    try:
        async with asyncio.timeout(FORM_TIMEOUT_S):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return b""
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
                if sum(map(len, parts)) > MAX_FORM_BYTES:
                    return b""
    except TimeoutError:
        return b""
    return b"".join(parts)
