"""The rows of the matrix: one for each criterion, below the requirement that it belongs to."""

from collections.abc import Sequence

from msgspec import Struct

from shall.actions.proof import Proof
from shall.pages.criterion_text import marked_text
from shall.pages.frame import Look
from shall.pages.links import row_id
from shall.pages.markup import Content, Html, joined, tag
from shall.pages.matrix_filter import feature_of
from shall.pages.parts import age, link
from shall.pages.status import decisive, status_pill
from shall.pages.why import change_note, heading_text, notes
from shall.pages.words import word
from shall.report.wording import label
from shall.specs.matrix import Row
from shall.specs.status import Latest, LinkOutcome

MOST_LINKS = 10
"""Links of a row that are shown; the page of the criterion has all."""


class Cells(Struct, frozen=True):
    """What a row shows, each as HTML."""

    key: Html
    text: Html
    notes: Html
    status: Html
    facts: Html
    links: Html


def matrix_table(proof: Proof, rows: Sequence[Row], look: Look) -> Html:
    """Make the table of some rows; each group of them begins with its requirement."""
    drawn: list[Html] = []
    before = None
    for row in rows:
        group = group_of(proof, row)
        if group != before:
            feature = feature_of(row)
            name = link(look.links.matrix(feature=feature), feature)
            drawn.append(group_row(name, joined(group[1])))
            before = group
        drawn.append(_row(proof, row, look))
    return table_of(look.language, *drawn)


def table_of(language: str, *rows: Html) -> Html:
    """Make the table around rows."""
    names = [label(it, language) for it in ("criterion", "status", "proved_by")]
    head = tag("thead", tag("tr", *(tag("th", it, scope="col") for it in names)))
    return tag("table", head, tag("tbody", *rows, data_rows=True), class_="matrix")


def group_of(proof: Proof, row: Row) -> tuple[str, str]:
    """Return the feature and the requirement that a criterion is shown under."""
    heading = proof.headings.get(row.criterion.key)
    title = heading_text(heading.number, heading.title) if heading is not None else ""
    return feature_of(row), title


def group_row(feature: Html, title: Html) -> Html:
    """Make the row above the criteria of a requirement."""
    return tag(
        "tr",
        tag(
            "th", tag("span", feature, class_="feature"), " ", title, colspan="3", scope="colgroup"
        ),
        class_="group",
    )


def _row(proof: Proof, row: Row, look: Look) -> Html:
    key, language = row.criterion.key, look.language
    shown = [
        link_item(joined(status_pill(it.status, language)), source_text(it))
        for it in row.links[:MOST_LINKS]
    ]
    if len(row.links) > MOST_LINKS:
        shown.append(
            tag("li", word("matrix.more_links", language, count=len(row.links) - MOST_LINKS))
        )
    nothing = tag("span", label("nothing", language), class_="soft")
    found = decisive(row)
    change = change_note(row, language)
    cells = Cells(
        key=tag("a", key, href=look.links.criterion(key), class_="key"),
        text=marked_text(row.criterion),
        notes=joined(
            tag("p", change, class_="note") if change else None, *notes(proof, row, language)
        ),
        status=status_pill(row.status, language),
        facts=_facts(found, look) if found is not None else joined(),
        links=tag("ul", *shown, class_="links") if shown else nothing,
    )
    return row_of_cells(row_id(key), cells, language)


def row_of_cells(name: str, cells: Cells, language: str) -> Html:
    """Make a row; ``name`` is its id."""
    return tag(
        "tr",
        tag("td", cells.key, " ", tag("span", cells.text, class_="ears"), cells.notes),
        tag(
            "td",
            cells.status,
            tag("div", cells.facts, class_="when"),
            data_label=label("status", language),
        ),
        tag("td", cells.links, data_label=label("proved_by", language)),
        id=name,
        data_row=True,
    )


def link_item(pill: Html, source: Content) -> Html:
    """Make the entry of a case or test."""
    return tag("li", pill, " ", tag("code", source))


def source_text(found: LinkOutcome) -> str:
    """Return a case or test with the environment that its status is of."""
    return f"{found.link.source} ({found.environment})" if found.environment else found.link.source


def _facts(found: LinkOutcome, look: Look) -> Html:
    latest = found.latest
    if latest is None:
        return joined()
    return facts_of(
        age(latest.at, look.now, look.language),
        latest.environment or found.environment,
        short_commit(latest),
    )


def facts_of(at: Content, environment: Content, commit: Content) -> Html:
    """Make the line of when, where and at which commit."""
    return joined(
        at,
        tag("span", environment, class_="environment") if environment else None,
        tag("code", commit) if commit else None,
    )


def short_commit(latest: Latest) -> str:
    """Return the first digits of the commit; with ``+`` where tracked files differed from it."""
    return f"{latest.commit[:7]}{'+' if latest.is_dirty else ''}" if latest.commit else ""
