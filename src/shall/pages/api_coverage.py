"""What a run touched of the project's OpenAPI documents."""

from collections.abc import Sequence

from msgspec import Struct

from shall.messages import translated
from shall.openapi.coverage import Coverage
from shall.pages.markup import Html, joined, tag
from shall.pages.parts import short
from shall.pages.words import word
from shall.report.coverage import notes, shares

MOST_UNTOUCHED = 100
"""Operations that are listed; the others are only counted."""


class ApiCoverage(Struct, frozen=True):
    """What a run touched of a document; ``fault`` is why it is not known."""

    source: str
    found: Coverage | None
    fault: str = ""


def api_section(documents: Sequence[ApiCoverage], language: str) -> Html:
    """Make the section of all documents; nothing where there are none."""
    if not documents:
        return Html()
    heading = tag("h2", word("api", language), id="api")
    parts = [_document(it, language) for it in documents]
    return tag("section", heading, *parts, aria_labelledby="api")


def _document(document: ApiCoverage, language: str) -> Html:
    name = tag("h3", tag("code", short(document.source)))
    if document.found is None:
        text = word("api.unread", language, reason=short(document.fault))
        return joined(name, tag("p", text, class_="soft"))
    counted = [f"{what} {seen} ({share})" for what, seen, share in shares(document.found, language)]
    lines = [tag("p", " · ".join(counted))]
    lines += [tag("p", translated(it, language), class_="soft") for it in notes(document.found)]
    return joined(name, *lines, _untouched(document.found, language))


def _untouched(found: Coverage, language: str) -> Html:
    left = [f"{it.method} {it.path}" for it in found.operations if not it.requests]
    if not left:
        return Html()
    rows = [tag("li", tag("code", short(it))) for it in left[:MOST_UNTOUCHED]]
    if len(left) > MOST_UNTOUCHED:
        rows.append(tag("li", word("api.more", language, count=len(left) - MOST_UNTOUCHED)))
    summary = tag("summary", word("api.untouched", language, count=len(left)))
    return tag("details", summary, tag("ul", *rows))
