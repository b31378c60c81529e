"""The gate in front of every route that asks who calls."""

import logging
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import Protocol

from msgspec import Struct
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import PRINCIPAL, Principal
from shall.errors import KeysUnavailable, NotAllowed
from shall.serve.auth.authenticator import Authenticator
from shall.serve.auth.metadata import PUBLIC
from shall.serve.auth.refusal import Refused
from shall.serve.limits.sizes import replayed
from shall.serve.limits.unknown_connections import admit
from shall.serve.problem import REQUEST_ID, problem

NOBODY = Principal("nobody", frozenset())
"""The caller of what needs no token, where other routes need one."""

RETRY_AFTER_S = 5

Count = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger(__name__)


class PageAuthenticator(Protocol):
    """Finds the callers of pages: browsers send no Authorization header."""

    def serves(self, scope: Scope) -> bool:
        """Return whether a request is for a page."""
        ...

    async def identify(self, scope: Scope) -> Principal:
        """Return the caller of a request for a page.

        Raises:
            Refused: The caller is not known, or has to be asked.
            KeysUnavailable: A JWT cannot be checked now.
        """
        ...

    def answer(self, scope: Scope) -> ASGIApp | None:
        """Return what answers a caller who is not known; None where it is 401 as elsewhere."""
        ...


class Callers(Struct, frozen=True):
    """What finds the callers of requests; without an authenticator nobody is asked."""

    authenticator: Authenticator | None
    pages: PageAuthenticator | None = None


class AuthGate:
    """Finds the caller of each request and lets nobody else through; None lets all through.

    It reads nothing of the body: who is not known cannot make the server hold one.

    ``public`` are the paths that need no token. ``count`` answers for those who are not let
    through, or refuses them beyond their rate; None answers whatever their number. ``pages``
    finds the callers of pages, and of nothing else: None where none are served.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator | None,
        public: AbstractSet[str] = PUBLIC,
        count: Count | None = None,
        pages: PageAuthenticator | None = None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._public = public
        self._count = count or _directly
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 503, or pass the request on with its caller."""
        if self._authenticator is None or scope["type"] == "lifespan":
            admit(scope)
            await self._app(scope, receive, send)
            return
        found = NOBODY
        if scope["path"] in self._public:
            receive = replayed(b"", receive)  # what is public takes no body: none is read
        else:
            pages = self._pages if self._pages and self._pages.serves(scope) else None
            try:
                found = await (pages or self._authenticator).identify(scope)
            except Refused as refused:
                answer = pages.answer(scope) if pages is not None else None
                if answer is None:
                    answer = self._unauthorized(scope, refused)
                await self._count(answer, scope, receive, send)
                return
            except KeysUnavailable as error:
                await _unavailable(scope, error)(scope, receive, send)
                return
            admit(scope)
        scope[PRINCIPAL] = found
        await self._app(scope, receive, send)

    def _unauthorized(self, scope: Scope, refused: Refused) -> Response:
        # At INFO: otherwise anybody who reaches the port could fill the log.
        _log.info("refused, request %s: %s", scope.get(REQUEST_ID), refused.reason)
        assert self._authenticator is not None  # noqa: S101 - only it refuses
        challenge = ['realm="shall"']
        if refused.error:
            challenge.append(f'error="{refused.error}"')
        if self._authenticator.metadata_url is not None:
            challenge.append(f'resource_metadata="{self._authenticator.metadata_url(scope)}"')
        headers = {"WWW-Authenticate": f"Bearer {', '.join(challenge)}"}
        return problem(scope, 401, NotAllowed.code, refused.detail, headers=headers)


async def _directly(answer: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await answer(scope, receive, send)


def _unavailable(scope: Scope, error: KeysUnavailable) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(scope, error.http_status, error.code, error.message, headers=headers)
