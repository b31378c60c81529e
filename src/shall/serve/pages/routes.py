"""The routes of the pages, from one table."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from shall.actions.calls import message_of
from shall.errors import ShallError
from shall.messages import translated
from shall.pages.frame import Look
from shall.pages.login import NOTICES
from shall.pages.words import word
from shall.serve.limits.addresses import prefix_of
from shall.serve.pages.addresses import (
    HOME,
    LOGIN,
    LOGOUT,
    accepts_html,
    form_of,
    is_of_our_page,
)
from shall.serve.pages.answers import document, look_of, notice, protected
from shall.serve.pages.assets import FOLDER, asset_response
from shall.serve.pages.cookie import LoginCookie
from shall.serve.pages.languages import chosen_language
from shall.serve.pages.page import Answer, Page, PageCall
from shall.serve.problem import REQUEST_ID
from shall.serve.rest.context import RestContext
from shall.serve.rest.perform import CLIENT_LEFT, session_of, unless_gone
from shall.serve.rest.responses import json_bytes

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
"""The field in which forms of our pages show that they are."""

_log = logging.getLogger(__name__)


class PageRoute(Route):
    """A route of a page. Where another route has its path, it is there for browsers only."""

    only_html = False

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare a request with the route."""
        match, child = super().matches(scope)
        if self.only_html and (match is Match.PARTIAL or not accepts_html(scope)):
            return Match.NONE, {}
        return match, child


class MissingRoute(PageRoute):
    """The route of every other address that a browser asks for: none of ``others`` has it."""

    only_html = True

    def __init__(self, endpoint: "Endpoint", others: Sequence[BaseRoute]) -> None:
        super().__init__("/{path:path}", endpoint, methods=["GET"])
        self._others = others

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Compare a request with the route."""
        found = super().matches(scope)
        if found[0] is Match.NONE or any(
            it.matches(scope)[0] is not Match.NONE for it in self._others
        ):
            return Match.NONE, {}
        return found


def page_routes(
    context: RestContext,
    cookie: LoginCookie,
    others: Iterable[BaseRoute],
    pages: Sequence[Page],
) -> list[Route]:
    """Return the routes of the ``pages``.

    What has one of the ``others``' paths, or was no address before there were pages, is answered
    to browsers only: programs get what they always got there.
    """
    serving = _Serving(context, cookie)
    others = [*others]
    leave = Page(LOGOUT, method="POST", make_async=serving.log_out)
    routes = [PageRoute(it.path, serving.endpoint(it), methods=[it.method]) for it in pages]
    routes.append(PageRoute(LOGOUT, serving.endpoint(leave), methods=["POST"]))
    routes.append(PageRoute(LOGIN, _home, methods=["GET", "POST"]))
    taken = {HOME, *(getattr(it, "path", "") for it in others)}
    for route in routes:
        route.only_html = route.path in taken
    assets = Route(f"{FOLDER}{{name}}", _answer_asset, methods=["GET"])
    missing = MissingRoute(serving.endpoint(Page("/", make_async=_missing)), others)
    return [*routes, assets, missing]


Endpoint = Callable[[Request], Awaitable[Response]]


class _Serving(Struct, frozen=True):
    """Answers requests for pages."""

    context: RestContext
    cookie: LoginCookie

    def endpoint(self, page: Page) -> Endpoint:
        """Return what answers requests for a page."""

        async def answer(request: Request) -> Response:
            chosen = chosen_language(request.scope)
            if chosen is not None:
                return protected(chosen)
            look = look_of(request, self.context.settings.language, self.cookie)
            try:
                return await self._answer(page, request, look)
            except ShallError as error:
                return _of_ours(error, look)
            except Exception:  # noqa: BLE001 - the last place before the browser
                _log.exception("a page could not be made")
                text = word("notice.log", look.language, request_id=request.scope[REQUEST_ID])
                return notice(look, 500, text)

        return answer

    async def _answer(self, page: Page, request: Request, look: Look) -> Response:
        session = session_of(self.context, request)
        if not session.caller.may(page.scope):
            return notice(look, 403, word("notice.scope", look.language, scope=page.scope))
        needed = "read" if page.method == "GET" else page.scope  # to look changes nothing
        for tool in page.tools:
            session.access.check(tool, needed, session.caller)
        form: dict[str, str] = {}
        if page.method == "POST":
            form = form_of(await request.body())
            if not (is_of_our_page(request.scope) and self._is_of(look, form)):
                return notice(look, 403, word("login.foreign", look.language))
        call = PageCall(request, self.context, session, look, dict(request.query_params), form)
        with self.context.count(), session.workspaces.in_use():
            if page.make_async is not None:
                return _response(_masked(await page.make_async(call), call))
            made = await unless_gone(request, _outcome(page, call))
        if isinstance(made, Exception):
            raise made
        return Response(status_code=CLIENT_LEFT) if made is None else _response(made)

    def _is_of(self, look: Look, form: Mapping[str, str]) -> bool:
        """Return whether a form holds the token of this caller's pages."""
        given = form.get(FORM_TOKEN, "").encode()
        return hmac.compare_digest(given, look.viewer.form_token.encode())

    async def log_out(self, call: PageCall) -> Response:
        """End the login of the browser that asks."""
        answer = RedirectResponse(f"{prefix_of(call.request.scope)}{LOGIN}", 303)
        self.cookie.clear(answer, call.request.scope)
        return answer


async def _outcome(page: Page, call: PageCall) -> Answer | Exception:
    try:
        return await call.session.workers.call(_make, page, call)
    except Exception as error:  # noqa: BLE001 - raised again outside of the task group
        return error


def _make(page: Page, call: PageCall) -> Answer:
    assert page.make is not None  # noqa: S101 - a page has one or the other
    return _masked(page.make(call), call)


def _masked(made: Answer, call: PageCall) -> Answer:
    """Mask the secrets of the settings in a document or a download, as in every answer.

    What is sent in parts has no body yet: whatever makes the parts masks them.
    """
    redactor = call.context.workspaces.redactor
    if not redactor.knows_any:
        return made
    if isinstance(made, str):
        return redactor.text(made)
    if isinstance(made, StreamingResponse) or not made.body:
        return made
    if made.media_type == "application/json":
        made.body = json_bytes(redactor.texts(json.loads(bytes(made.body))))
    else:
        text = bytes(made.body).decode("utf-8", "surrogateescape")
        made.body = redactor.text(text).encode("utf-8", "surrogateescape")
    made.headers["content-length"] = str(len(made.body))
    return made


def _response(made: Answer) -> Response:
    return protected(made) if isinstance(made, Response) else document(made)


def _of_ours(error: ShallError, look: Look) -> Response:
    status = error.http_status
    if status not in NOTICES:
        status = 400 if 400 <= status < 500 else 500
    headers = {"Retry-After": "5"} if status == 503 else {}
    return notice(look, status, translated(message_of(error), look.language), headers)


async def _home(request: Request) -> Response:
    """Answer the login where nobody is asked for a token."""
    return protected(RedirectResponse(f"{prefix_of(request.scope)}{HOME}", 303))


async def _missing(call: PageCall) -> Answer:
    """Answer a page where there is none."""
    return notice(call.look, 404, word("notice.missing", call.language))


async def _answer_asset(request: Request) -> Response:
    return asset_response(request.scope)
