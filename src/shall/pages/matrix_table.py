"""The coverage matrix of the HTML page: which criterion is proved, and by what."""

from collections import Counter

from shall.pages.links import row_id
from shall.pages.markup import Html, tag
from shall.pages.parts import glyph, table
from shall.pages.status import status_pill
from shall.report.wording import label
from shall.results.records import Outcome
from shall.specs.export import requirement_text
from shall.specs.matrix import Matrix, Row
from shall.specs.status import LinkOutcome

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def matrix_section(matrix: Matrix, language: str) -> Html:
    """Make the section of the coverage matrix."""
    counts = Counter(row.status for row in matrix.rows)
    pills = [
        tag("li", status_pill(status, language, count)) for status, count in sorted(counts.items())
    ]
    headings = tuple(label(it, language) for it in ("criterion", "status", "proved_by"))
    return tag(
        "section",
        tag("h2", label("coverage", language), id="coverage"),
        tag("ul", *pills, class_="counts"),
        table("coverage", headings, [_row(row, language) for row in matrix.rows]),
        _listed("unknown_links", [_unknown(link) for link in _unknown_pairs(matrix)], language),
        _listed("problems", [tag("li", str(problem)) for problem in matrix.problems], language),
        aria_labelledby="coverage",
    )


def _row(row: Row, language: str) -> tuple[Html, ...]:
    criterion = row.criterion
    links = [tag("li", _link(link, language)) for link in row.links]
    nothing = tag("span", label("nothing", language), class_="soft")
    return (
        tag(
            "td",
            tag("span", criterion.key, class_="key", id=row_id(criterion.key)),
            " ",
            requirement_text(row, language),
        ),
        tag("td", status_pill(row.status, language)),
        tag("td", tag("ul", *links, class_="links") if links else nothing),
    )


def _link(link: LinkOutcome, language: str) -> Html:
    outcome = _OUTCOMES.get(link.outcome or "")
    mark = glyph(outcome, language) if outcome else status_pill("not run", language)
    return tag("span", mark, " ", tag("code", link.link.source))


def _unknown_pairs(matrix: Matrix) -> list[tuple[str, str, str]]:
    return [
        (
            str(it.link.span),
            it.link.criterion,
            ", ".join(map(str, it.places or it.candidates)),
        )
        for it in matrix.unknown
    ]


def _unknown(link: tuple[str, str, str]) -> Html:
    place, key, near = link
    return tag("li", tag("code", place), f" {key}", f" → {near}?" if near else None)


def _listed(name: str, items: list[Html], language: str) -> Html:
    if not items:
        return Html()
    return tag("div", tag("p", label(name, language)), tag("ul", *items), class_="notice")
