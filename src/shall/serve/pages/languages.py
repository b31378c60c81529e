"""The language of a page: the reader's choice, else what the browser prefers."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from shall.pages.frame import LANGUAGES
from shall.serve.limits.addresses import prefix_of
from shall.serve.pages.addresses import address_of, local_address

COOKIE = "shall-language"

_CHOICE = "lang="
_YEAR_S = 365 * 24 * 3600


def language_of(scope: Scope, default: str) -> str:
    """Return the language in which a caller reads."""
    headers = Headers(scope=scope)
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return _preferred(headers.get("accept-language", "")) or default


def chosen_language(scope: Scope) -> Response | None:
    """Return what stores the language that an address names; None where it names none.

    It leads to the same address without the language.
    """
    path, _, query = address_of(scope).partition("?")
    parts = query.split("&")
    others = [part for part in parts if not part.startswith(_CHOICE)]
    if len(others) == len(parts) or scope["method"] not in {"GET", "HEAD"}:
        return None
    language = next(part for part in parts if part.startswith(_CHOICE)).removeprefix(_CHOICE)
    address = local_address(f"{path}?{'&'.join(others)}" if others else path)
    answer = RedirectResponse(f"{prefix_of(scope)}{address}", 303)
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
    return answer


def _preferred(accepted: str) -> str:
    """Return the language of ours that a browser likes best; empty where it likes none."""
    liked: list[tuple[float, str]] = []
    for part in accepted[:1000].split(","):
        name, _, weight = part.partition(";q=")
        language = name.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            liked.append((_number(weight), language))
    best = max(liked, key=lambda it: it[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else ""


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
