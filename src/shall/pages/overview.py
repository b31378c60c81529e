"""The first page: how much is proved, what needs attention first, features by status."""

from collections.abc import Sequence

from shall.actions.proof import Proof
from shall.pages.criterion_text import marked_text
from shall.pages.frame import Look, served
from shall.pages.heat import heat_map
from shall.pages.markup import Html, joined, tag
from shall.pages.matrix import head_of, notices
from shall.pages.parts import age, link, table
from shall.pages.runs import runs_table
from shall.pages.status import decisive, status_pill
from shall.pages.why import reason_of
from shall.pages.words import word
from shall.report.wording import label
from shall.results.listing import RunLine
from shall.specs.matrix import Row
from shall.specs.status import UNSOUND, Status

MOST_ROWS = 20
"""Criteria that are listed as first to look at."""


def overview_page(
    proof: Proof, look: Look, name: str, runs: Sequence[RunLine] = (), most_runs: int = 0
) -> str:
    """Return the first page of a project with the newest of some runs."""
    return served(
        name,
        look,
        head_of(proof.matrix, look, name),
        tag(
            "main",
            notices(proof, look),
            _first(proof, look),
            _runs(runs, most_runs, look) if runs else None,
            heat_map(proof.matrix, look),
        ),
    )


def _runs(runs: Sequence[RunLine], most: int, look: Look) -> Html:
    heading = tag("h2", word("overview.runs", look.language), id="runs")
    every = tag("p", link(look.links.runs(), word("overview.all_runs", look.language)))
    return tag("section", heading, runs_table(runs, look, most), every, aria_labelledby="runs")


def _first(proof: Proof, look: Look) -> Html:
    language = look.language
    wanted = UNSOUND | {Status.UNREACHABLE}
    bad = [row for row in proof.matrix.worst_first() if row.status in wanted]
    columns = (
        label("criterion", language),
        label("status", language),
        word("overview.age", language),
    )
    heading = tag("h2", word("overview.worst", language), id="first")
    if not bad:
        is_all = proof.matrix.rows and proof.matrix.proved_percent == 100
        return tag("p", word("overview.well", language)) if is_all else joined()
    rows = [_row(row, look, columns) for row in bad[:MOST_ROWS]]
    every = link(look.links.matrix(), word("overview.all", language, count=len(proof.matrix.rows)))
    return tag(
        "section",
        heading,
        table("first", columns, rows),
        tag("p", every),
        aria_labelledby="first",
    )


def _row(row: Row, look: Look, columns: tuple[str, ...]) -> tuple[Html, ...]:
    key, language = row.criterion.key, look.language
    found = decisive(row)
    reason = reason_of(found, language) if found is not None else ""
    when = age(found.latest.at, look.now, language) if found and found.latest else None
    return (
        tag(
            "td",
            tag("a", key, href=look.links.criterion(key), class_="key"),
            " ",
            tag("span", marked_text(row.criterion), class_="ears"),
        ),
        tag(
            "td",
            status_pill(row.status, language),
            tag("span", reason, class_="why") if reason else None,
            data_label=columns[1],
        ),
        tag("td", when, data_label=columns[2]) if when else tag("td"),
    )
