"""Whole documents: the head with its policy, the navigation, and what a page shows between."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec import Struct

from shall.pages.links import Links
from shall.pages.markup import Content, Html, escaped, joined, tag, wrapped
from shall.pages.words import word

LANGUAGES = ("en", "zh")
_ASSETS = Path(__file__).with_name("assets")
_NAMES = {"en": "English", "zh": "中文"}
_BOTH_BELOW = 1_400_000
"""Bytes of a page from which on its file has one language: with the other, it would exceed 3 MB."""

_KEYS = (("/", "search"), ("j / k", "rows"), ("Enter", "open"), ("?", "help"))

SERVED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The header Content-Security-Policy of served pages."""


class Viewer(Struct, frozen=True):
    """Who reads a served page: the scopes, and what a form proves its origin with.

    ``name`` is empty where nobody is asked; then there is nothing to sign out of.
    """

    name: str = ""
    scopes: frozenset[str] = frozenset()
    form_token: str = ""


class Look(Struct, frozen=True):
    """How a page is drawn. ``now`` is aware UTC: ages are counted from it.

    ``query`` is that of the page's address: the choice of a language keeps it.
    """

    language: str
    now: datetime
    links: Links = Links()
    viewer: Viewer = Viewer()
    query: str = ""


class Body(Struct, frozen=True):
    """What a saved file shows, in the language of ``look``."""

    title: str
    look: Look
    content: tuple[Content, ...]


def served(title: str, look: Look, *content: Content, here: str = "") -> str:
    """Return a document of the server; ``here`` is the name of its entry in the navigation."""
    head = (
        tag("link", rel="stylesheet", href=look.links.asset("style.css")),
        tag("script", src=look.links.asset("script.js"), type="module"),
    )
    return "".join(_document(title, look, head, _navigation(look, here), content))


def saved(title: str, look: Look, *content: Content, here: str = "") -> str:
    """Return a document that needs no other file to be shown, and can load none."""
    return "".join(_saved(title, look, content, here=here))


def _saved(
    title: str,
    look: Look,
    content: tuple[Content, ...],
    *,
    here: str = "",
    other: Body | None = None,
) -> Iterator[str]:
    """Return what ``saved`` does, in parts.

    ``other`` is the page in the other language, which the script of the document switches to.
    """
    head = (
        tag("meta", http_equiv="Content-Security-Policy", content=_saved_policy()),
        tag("style", Html(asset("style.css"))),
    )
    script = tag("script", Html(asset("script.js")), type="module")
    if other is None:
        return _document(title, look, head, _navigation(look, here), (*content, script))
    navigation = _switch(look.language, hidden=True)  # until the script shows it
    return _document(title, look, head, navigation, (*content, *_template(other), script))


def saved_in_both(language: str, body_in: Callable[[str], Body]) -> Iterator[str]:
    """Return the parts of a document as ``saved`` makes it, in ``language`` and in the other one.

    A large page has ``language`` alone. ``body_in`` makes the page in a language.
    """
    body = body_in(language)
    other = None
    if sum(len((it or "").encode()) for it in body.content) < _BOTH_BELOW:
        other = body_in(_other(language))
    return _saved(body.title, body.look, body.content, other=other)


def _other(language: str) -> str:
    return next(it for it in LANGUAGES if it != language)


def _template(body: Body) -> tuple[Content, ...]:
    language = body.look.language
    return wrapped(
        "template",
        _switch(language),
        *body.content,
        _help(language),
        data_language=language,
        data_title=_full(body.title),
    )


def _switch(language: str, *, hidden: bool = False) -> Html:
    other = _other(language)
    button = tag("button", _NAMES[other], type="button", class_="plain", lang=other)
    return tag(
        "nav",
        tag("span", button, class_="settings"),
        aria_label=word("nav.language", language),
        data_switch=True,
        hidden=hidden,
    )


def embedded(title: str, *content: Content, script: str) -> str:
    """Return a document that an MCP client shows in a sandbox; its script fills it.

    The policy leaves trusted types alone: clients put scripts of their own into the document.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_own_assets_only(script)),
        tag("style", Html(asset("style.css"))),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
    )
    body = tag("body", *content, tag("script", Html(asset(script)), type="module"), class_="view")
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _document(
    title: str,
    look: Look,
    extra: tuple[Html, ...],
    navigation: Html,
    content: tuple[Content, ...],
) -> Iterator[str]:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        *extra,
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="same-origin"),
        tag("link", rel="icon", href="data:,"),
        tag("title", _full(title)),
    )
    body = wrapped("body", navigation, *content, _help(look.language))
    document = wrapped("html", head, *body, lang=look.language)
    return map(escaped, (Html("<!doctype html>\n"), *document, Html("\n")))


def _full(title: str) -> str:
    return f"{title} · shall"


def _navigation(look: Look, here: str) -> Html:
    links = look.links
    entries = {
        "matrix": links.matrix(),
        "runs": links.runs(),
        "history": links.history(),
        "server": links.server() if "admin" in look.viewer.scopes else "",
    }
    drawn = [
        tag(
            "a",
            word(f"nav.{name}", look.language),
            href=address,
            aria_current="page" if name == here else False,
        )
        for name, address in entries.items()
        if address
    ]
    if not drawn:
        return joined()
    home = tag("a", "shall", href=links.overview(), class_="home")
    return tag(
        "nav",
        home,
        *drawn,
        tag("span", *language_links(look), *_leave(look), class_="settings"),
        aria_label=word("nav", look.language),
    )


def language_links(look: Look) -> list[Html]:
    """Make the links to a page in its other languages."""
    return [
        tag("a", _NAMES[it], href=look.links.in_language(it, look.query), lang=it, hreflang=it)
        for it in LANGUAGES
        if it != look.language
    ]


def _leave(look: Look) -> list[Html]:
    if not look.viewer.name:
        return []
    token = tag("input", type="hidden", name="form_token", value=look.viewer.form_token)
    button = tag("button", word("nav.sign_out", look.language), class_="plain")
    return [tag("form", token, button, method="post", action=look.links.action("/logout"))]


def _help(language: str) -> Html:
    keys = [
        joined(tag("dt", tag("kbd", key)), tag("dd", word(f"keys.{name}", language)))
        for key, name in _KEYS
    ]
    close = tag("form", tag("button", word("keys.close", language)), method="dialog")
    heading = tag("h2", word("keys", language), id="keys")
    return tag("dialog", heading, tag("dl", *keys), close, id="help", aria_labelledby="keys")


@cache
def asset(name: str) -> str:
    """Return the text of a style or script of the pages."""
    return (_ASSETS / name).read_text(encoding="utf-8")


@cache
def asset_digest(name: str) -> str:
    """Return the SHA-256 of an asset, base64."""
    return base64.b64encode(hashlib.sha256(asset(name).encode()).digest()).decode()


def _saved_policy() -> str:
    trusted = "require-trusted-types-for 'script'; trusted-types 'none'"
    return f"{_own_assets_only('script.js')}; {trusted}"


def _own_assets_only(script: str) -> str:
    return (
        f"default-src 'none'; script-src 'sha256-{asset_digest(script)}'; "
        f"style-src 'sha256-{asset_digest('style.css')}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
