"""What pages are answered with: documents, and the headers of all of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from shall.pages.frame import SERVED_POLICY, Look, Viewer
from shall.pages.links import Links, ServedLinks
from shall.pages.login import notice_page
from shall.serve.limits.addresses import prefix_of
from shall.serve.pages.assets import digests
from shall.serve.pages.cookie import LOGIN, LoginCookie
from shall.serve.pages.languages import language_of
from shall.serve.problem import principal_of

HEADERS = {
    "Content-Security-Policy": SERVED_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not no-referrer: browsers would then send forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every page and download."""


def document(text: str, status: int = 200) -> Response:
    """Answer a whole document, which is not stored anywhere."""
    body = text.encode("utf-8", "backslashreplace")
    return protected(Response(body, status_code=status, media_type="text/html"))


def download(body: bytes, kind: str, name: str) -> Response:
    """Answer a file of a media type, which a browser stores under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)


def protected(response: Response) -> Response:
    """Add the headers of pages to a response; those that it has stay."""
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
        response.headers.setdefault(name, value)
    return response


def anonymous_look(scope: Scope, default_language: str, query: str = "") -> Look:
    """Return how a page is drawn for somebody who is not known: it links to no other page."""
    language = language_of(scope, default_language)
    return Look(language, datetime.now(UTC), Links(digests(), prefix_of(scope)), query=query)


def look_of(request: Request, default_language: str, cookie: LoginCookie) -> Look:
    """Return how a page is drawn for its caller."""
    caller = principal_of(request.scope)
    login = request.scope.get(LOGIN)
    token = cookie.form_token(login.nonce if login else f"caller {caller.name}")
    viewer = Viewer("" if login is None else caller.name, caller.scopes, token)
    links = ServedLinks(
        digests(), prefix_of(request.scope), request.query_params.get("workspace", "")
    )
    query = request.scope["query_string"].decode("latin-1")
    language = language_of(request.scope, default_language)
    return Look(language, datetime.now(UTC), links, viewer, query)


def notice(
    look: Look, status: int, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer a page that says why another one is not shown."""
    answer = document(notice_page(look, status, text), status)
    answer.headers.update(headers or {})
    return answer
