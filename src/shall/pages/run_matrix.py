"""The matrix in the file of a run: how many criteria are proved, and a row for each of them."""

from collections import Counter

from shall.actions.proof import Proof
from shall.pages.frame import Look
from shall.pages.markup import Html, tag
from shall.pages.matrix import notices, proved_text
from shall.pages.matrix_index import searched_table
from shall.pages.matrix_rows import matrix_table
from shall.pages.parts import link
from shall.pages.status import status_pill
from shall.report.wording import label
from shall.specs.matrix import Matrix

SEARCHED_FROM = 20
"""A matrix of more criteria than this offers a search."""


def matrix_link(matrix: Matrix | None, language: str) -> Html:
    """Make the line of the head that says how many criteria are proved, and leads to them."""
    if matrix is None or not matrix.rows:
        return Html()
    return tag("p", link("#coverage", proved_text(matrix, language)), class_="proved-count")


def matrix_section(matrix: Matrix | None, note: str, look: Look) -> Html:
    """Make the section of the matrix; ``note`` says of which time it is, or why there is none."""
    if matrix is None and not note:
        return Html()
    return tag(
        "section",
        tag("h2", label("coverage", look.language), id="coverage"),
        tag("p", note, class_="traced soft") if note else None,
        None if matrix is None else _counts(matrix, look.language),
        None if matrix is None else notices(Proof(matrix), look),
        None if matrix is None else _table(matrix, look),
        aria_labelledby="coverage",
    )


def _counts(matrix: Matrix, language: str) -> Html:
    counts = Counter(row.status for row in matrix.rows)
    pills = [
        tag("li", status_pill(status, language, count)) for status, count in sorted(counts.items())
    ]
    return tag("ul", *pills, class_="counts")


def _table(matrix: Matrix, look: Look) -> Html:
    proof = Proof(matrix)
    if len(matrix.rows) > SEARCHED_FROM:
        return searched_table(proof, look)
    return matrix_table(proof, matrix.rows, look) if matrix.rows else Html()
