"""The pages of a server: how browsers log in, and which address shows what."""

from collections.abc import Iterable

from msgspec import Struct
from starlette.routing import BaseRoute, Route

from shall.serve.auth.authenticator import Authenticator
from shall.serve.pages.browser_login import BrowserLogin
from shall.serve.pages.cookie import LoginCookie
from shall.serve.pages.routes import page_routes
from shall.serve.pages.table import PAGES
from shall.serve.rest.context import RestContext


class Pages(Struct, frozen=True):
    """The routes of the pages, and their login; None where nobody is asked who calls."""

    routes: list[Route]
    login: BrowserLogin | None


def make_pages(
    context: RestContext,
    key: bytes,
    authenticator: Authenticator | None,
    others: Iterable[BaseRoute],
) -> Pages:
    """Make the pages beside the ``others``. ``key`` seals the cookies of logins."""
    settings = context.settings
    cookie = LoginCookie(key, settings.public_url)
    routes = page_routes(context, cookie, others, PAGES)
    login = None
    if authenticator is not None:
        login = BrowserLogin(routes, authenticator, cookie, settings.language)
    return Pages(routes, login)
