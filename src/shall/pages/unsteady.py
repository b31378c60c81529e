"""The cases of a run that passed only sometimes, and those that took longest."""

from collections.abc import Sequence

from shall.pages.frame import Look
from shall.pages.markup import Html, tag
from shall.pages.parts import glyph, link, short, table
from shall.pages.run_parts import line_name, place_text
from shall.pages.words import word
from shall.report.case_wording import flaky_line, retried_line
from shall.report.survey import Survey
from shall.report.wording import duration, label
from shall.results.listing import CaseLine

SHOWN_CASES = 10
_LEAST_CASES = 5
"""A run of fewer cases has no list of the slowest ones."""


def unsteady_section(survey: Survey, language: str) -> Html:
    """Make the list of the cases that passed in some repetitions, or after a retry only."""
    lines = [flaky_line(it, language) for it in survey.flaky]
    lines += [retried_line(it, language) for it in survey.retried]
    if not lines:
        return Html()
    rows = [tag("li", short(line, 500)) for line in lines[:50]]
    if len(lines) > len(rows):
        rows.append(tag("li", label("outage.more", language, count=len(lines) - len(rows))))
    heading = tag("h2", f"{word('unsteady', language)} ({len(lines)})", id="flaky")
    return tag("section", heading, tag("ul", *rows, class_="groups"), aria_labelledby="flaky")


def slow_section(lines: Sequence[CaseLine], run_id: str, look: Look) -> Html:
    """Make the list of the cases that took longest."""
    if len(lines) < _LEAST_CASES:
        return Html()
    language = look.language
    slowest = sorted(lines, key=lambda it: (-it.duration_s, it.number))[:SHOWN_CASES]
    headings = tuple(label(it, language) for it in ("duration", "cases", "outcome"))
    rows = [
        (
            tag("td", duration(it.duration_s), class_="num"),
            tag(
                "td",
                link(look.links.case(run_id, it.number), short(line_name(it))),
                tag("span", place_text(it, language), class_="place"),
            ),
            tag("td", glyph(it.shown_outcome, language)),
        )
        for it in slowest
    ]
    drawn = table("slow", headings, rows)
    return tag(
        "details",
        tag("summary", tag("h2", word("slow", language), id="slow")),
        drawn,
        class_="folded",
    )
