"""Chooses rows of the matrix: by status, feature, owner, language, environment and text."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict

from shall.actions.proof import Proof
from shall.pages.status import ORDER
from shall.results.listing import search_words
from shall.specs.matrix import Row


class MatrixFilter(Struct, frozen=True):
    """What is asked for; an empty text asks for nothing.

    ``q`` are words that a row has, in any order; one behind a minus sign it has not.
    ``environment`` is one in which an outcome of a linked case was recorded.
    """

    q: str = ""
    status: str = ""
    feature: str = ""
    owner: str = ""
    language: str = ""
    environment: str = ""

    def query(self, **changes: str) -> dict[str, str]:
        """Return the query of an address, with some fields changed."""
        return {name: value for name, value in {**asdict(self), **changes}.items() if value}


def rows_of(proof: Proof, wanted: MatrixFilter) -> Sequence[Row]:
    """Return the rows that are asked for, in the order of the documents."""
    rows: Iterable[Row] = proof.matrix.rows
    if wanted.status:
        rows = [row for row in rows if row.status == wanted.status]
    if wanted.feature:
        rows = [row for row in rows if feature_of(row) == wanted.feature]
    if wanted.owner:
        rows = [row for row in rows if wanted.owner in owners(proof, row)]
    if wanted.language:
        rows = [row for row in rows if row.criterion.language == wanted.language]
    if wanted.environment:
        rows = [row for row in rows if wanted.environment in environments_of(row)]
    has, has_not = search_words(wanted.q.casefold())
    if has or has_not:
        rows = [row for row in rows if _matches(searched(proof, row), has, has_not)]
    return tuple(rows)


def _matches(text: str, has: Sequence[str], has_not: Sequence[str]) -> bool:
    return all(it in text for it in has) and not any(it in text for it in has_not)


def searched(proof: Proof, row: Row) -> str:
    """Return the text of a row that is searched."""
    heading = proof.headings.get(row.criterion.key)
    sources = [it.link.source for it in row.links]
    title = heading.title if heading is not None else ""
    return "\n".join((row.criterion.key, row.criterion.text, title, *sources)).casefold()


def feature_of(row: Row) -> str:
    """Return the feature of a criterion."""
    return row.criterion.key.partition("#")[0]


def owners(proof: Proof, row: Row) -> tuple[str, ...]:
    """Return the owners of the document of a criterion."""
    return proof.owners.get(row.criterion.span.file, ())


def environments_of(row: Row) -> tuple[str, ...]:
    """Return the environments in which outcomes of a criterion were recorded."""
    return tuple(dict.fromkeys(it.environment for it in row.links if it.latest and it.environment))


def choices(proof: Proof) -> Mapping[str, Sequence[str]]:
    """Return what occurs, and can be asked for, by the name of the field."""
    rows = proof.matrix.rows
    statuses = {row.status for row in rows}
    files = {row.criterion.span.file for row in rows}
    return {
        "status": [it.value for it in ORDER if it in statuses],
        "feature": list(dict.fromkeys(map(feature_of, rows))),
        "owner": sorted({it for file in files for it in proof.owners.get(file, ())}),
        "language": sorted({row.criterion.language for row in rows}),
        "environment": sorted(
            {it.environment for row in rows for it in row.links if it.latest and it.environment}
        ),
    }
