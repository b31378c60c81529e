"""Addresses that a caller names, and what a browser says about where a form comes from."""

import re
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.types import Scope

from shall.serve.limits.addresses import prefix_of

LOGIN = "/login"
LOGOUT = "/logout"
HOME = "/"

MAX_FIELDS = 100
"""How many fields a form may have."""

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]{0,4095}")
"""A path of this server, perhaps with a query. Not ``//host``; and no backslash, blank, control
character or letter beyond ASCII: browsers take the first for a slash, and drop or encode others."""


def local_address(text: str) -> str:
    """Return an address where it is one of this server, else that of the first page."""
    return text if _LOCAL.fullmatch(text) else HOME


def address_of(scope: Scope) -> str:
    """Return the address that a request names, with its query, without a proxy's prefix."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    path = path.partition(b"?")[0]
    query: bytes = scope.get("query_string", b"")
    return (path + b"?" + query if query else path).decode("latin-1")


def after_login(text: str) -> str:
    """Return where to go after the login: never back to it."""
    wanted = local_address(text)
    return HOME if wanted.partition("?")[0] in {LOGIN, LOGOUT} else wanted


def login_address(scope: Scope) -> str:
    """Return where a caller logs in who wants to see what a request names."""
    login = f"{prefix_of(scope)}{LOGIN}"
    if scope["method"] not in {"GET", "HEAD"}:
        return login
    wanted = after_login(address_of(scope))
    return login if wanted == HOME else f"{login}?next={quote(wanted, safe='/')}"


def accepts_html(scope: Scope) -> bool:
    """Return whether a request names HTML among what it accepts, as browsers do."""
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def is_of_our_page(scope: Scope) -> bool:
    """Return whether a form comes from a page of this server, by what the browser says.

    ``Origin`` is compared with the server in front of every route (``serve/hosts.py``); here it
    only has to be there.
    """
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    return headers.get("origin", "null") != "null" and site in {None, "same-origin"}


def form_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form; none where the body is not a form."""
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:  # too many fields, or no UTF-8
        return {}
    return dict(fields)
