"""Features by status, as a table of counts: the darker a cell, the larger its part of the row."""

from collections import Counter
from math import ceil

from shall.pages.frame import Look
from shall.pages.markup import Html, tag
from shall.pages.matrix_filter import feature_of
from shall.pages.parts import link
from shall.pages.status import ORDER, status_word
from shall.pages.words import word
from shall.specs.matrix import Matrix
from shall.specs.status import UNCOUNTED, Status

MOST_FEATURES = 60
"""Rows of the table; features with the fewest proved criteria come first where there are more."""

_SHADES = 5


def heat_map(matrix: Matrix, look: Look) -> Html:
    """Make the table of features by status; nothing where there is no criterion."""
    counts: dict[str, Counter[str]] = {}
    for (feature, status), count in Counter(
        (feature_of(it), it.status) for it in matrix.rows
    ).items():
        counts.setdefault(feature, Counter())[status] = count
    if not counts:
        return Html()
    occurring = {status for found in counts.values() for status in found}
    statuses = [it for it in ORDER if it in occurring]
    shown = list(counts)
    if len(shown) > MOST_FEATURES:
        shown = sorted(shown, key=lambda name: -_missing(counts[name]))[:MOST_FEATURES]
    language = look.language
    heading = word("matrix.heat", language)
    names = [status_word(it, language) for it in statuses]
    columns = (word("matrix.heat.feature", language), *names, word("matrix.heat.total", language))
    left_out = len(counts) - len(shown)
    return tag(
        "section",
        tag("h2", heading, id="features"),
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", it, scope="col") for it in columns))),
            tag("tbody", *(_row(it, counts[it], statuses, look) for it in shown)),
            class_="heat",
        ),
        tag("p", word("matrix.heat.left_out", language, count=left_out), class_="soft")
        if left_out
        else None,
        aria_labelledby="features",
    )


def _missing(counts: Counter[str]) -> int:
    return sum(count for it, count in counts.items() if it not in {Status.PROVED, *UNCOUNTED})


def _row(feature: str, counts: Counter[str], statuses: list[Status], look: Look) -> Html:
    whole = counts.total()
    cells = [_cell(feature, it, counts[it], whole, look) for it in statuses]
    name = link(look.links.matrix(feature=feature), feature)
    total = tag(
        "td", f"{whole:,}", class_="num", data_label=word("matrix.heat.total", look.language)
    )
    return tag("tr", tag("th", name, scope="row"), *cells, total)


def _cell(feature: str, status: Status, count: int, whole: int, look: Look) -> Html:
    if not count:
        return tag("td", class_="num none")
    address = look.links.matrix(feature=feature, status=status.value)
    shade = ceil(_SHADES * count / whole)
    return tag(
        "td",
        link(address, f"{count:,}"),
        class_=f"num cell {status.value} shade-{shade}",
        data_label=status_word(status, look.language),
    )
