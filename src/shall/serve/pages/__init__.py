"""The pages of a server: how a browser comes in, and which address shows what."""

from collections.abc import Iterable

from msgspec import Struct
from starlette.routing import BaseRoute, Route

from shall.serve.auth.authenticator import Authenticator
from shall.serve.pages.cookie import LoginCookie
from shall.serve.pages.door import BrowserDoor
from shall.serve.pages.routes import page_routes
from shall.serve.pages.table import PAGES
from shall.serve.rest.context import RestContext


class Pages(Struct, frozen=True):
    """The routes of the pages, and what lets browsers in; None where nobody is asked who calls."""

    routes: list[Route]
    door: BrowserDoor | None


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
    door = None
    if authenticator is not None:
        door = BrowserDoor(routes, authenticator, cookie, settings.language)
    return Pages(routes, door)
