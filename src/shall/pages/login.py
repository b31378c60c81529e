"""The login, and the page that says why another one is not shown."""

from shall.pages.frame import Look, language_links, served
from shall.pages.markup import tag
from shall.pages.words import word

NOTICES = frozenset({400, 403, 404, 409, 500, 503})
"""The statuses that there is a notice for."""


def login_page(look: Look, wanted: str, problem: str = "") -> str:
    """Return the page on which a caller enters a token.

    ``wanted`` is the address to go to then, ``problem`` the name of why the last attempt failed.
    """
    language = look.language
    field = tag(
        "input",
        type="password",
        name="token",
        required=True,
        autofocus=True,
        autocomplete="current-password",
        aria_describedby="token-hint",
    )
    form = tag(
        "form",
        tag("label", word("login.token", language), field),
        tag("p", word("login.hint", language), id="token-hint", class_="soft"),
        tag("input", type="hidden", name="next", value=wanted),
        tag("button", word("login", language)),
        method="post",
        action=f"{look.links.prefix}/login",
        class_="login",
    )
    why = tag("p", word(problem, language), class_="notice", role="alert") if problem else None
    heading = tag("h1", word("login", language))
    languages = tag("p", *language_links(look), class_="settings")
    return served(word("login", language), look, tag("main", heading, why, form, languages))


def notice_page(look: Look, status: int, text: str) -> str:
    """Return the page that is shown instead of another one; ``text`` says why."""
    title = word(f"notice.{status}", look.language)
    home = look.links.overview()
    back = tag("p", tag("a", word("notice.home", look.language), href=home)) if home else None
    return served(title, look, tag("main", tag("h1", title), tag("p", text), back))
