"""The cases of a saved page: the first as HTML, all of them as data that its script searches."""

from collections.abc import Sequence
from typing import Any

from shall.pages.index import Index, cell, searched_rows
from shall.pages.markup import Content, Html, tag, wrapped
from shall.pages.parts import glyph, short
from shall.pages.run_parts import line_name, place_text
from shall.report.wording import duration
from shall.results.listing import CaseLine
from shall.results.records import Outcome

SEARCHED_FROM = 20
"""A page of more cases than this offers a search."""

FORM = "case-form"
"""The ``id`` of the form of the search, for fields that are outside of it."""

OUTCOMES = tuple(Outcome)
"""The outcomes in the order of their numbers in the data."""

_COLUMNS = ("case", "outcome", "name", "duration", "place", "tags")


def searched_cases(
    filters: Html, rows: Sequence[Html], lines: Sequence[CaseLine], language: str
) -> tuple[Content, ...]:
    """Make the list of cases, of which ``rows`` are the first ones; few are not searched."""
    if len(lines) <= SEARCHED_FROM:
        return (filters, *rows)
    template = tag(
        "div",
        cell("outcome", "values"),
        cell("name", "", "h3"),
        cell("duration", class_="soft num"),
        cell("place", class_="place"),
        class_="case row",
        data_row=True,
    )
    index = Index(
        (filters, *wrapped("div", *rows, data_rows=True)),
        _COLUMNS,
        (_row(line, language) for line in lines),
        len(lines),
        ("name", "place", "tags"),
        {"row": template},
        values={"outcome": [glyph(it, language) for it in OUTCOMES]},
        key="case",
    )
    return searched_rows(index, language)


def _row(line: CaseLine, language: str) -> list[Any]:
    return [
        f"case-{line.number}",
        OUTCOMES.index(line.shown_outcome),
        short(line_name(line)),
        duration(line.duration_s),
        place_text(line, language),
        short(" ".join(line.tags)),
    ]
