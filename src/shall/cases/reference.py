"""The tables of the case format as Markdown, for its documentation."""

from collections.abc import Sequence

from shall.cases.filters import FILTERS
from shall.cases.predicates import PREDICATES
from shall.cases.selector import JSON_PATH, WITH_ARGUMENT, WORDS


def selector_table() -> str:
    """Return the table of selectors."""
    rows = [
        *((f"`{word}`", meaning) for word, meaning in WORDS.items()),
        ("`$...`", JSON_PATH),
        *((f"`{word} ...`", meaning) for word, meaning in WITH_ARGUMENT.items()),
    ]
    return _table(("selector", "value"), rows)


def predicate_table() -> str:
    """Return the table of predicates."""
    rows = [
        (
            f"`{it.name}`",
            it.doc,
            it.takes.value,
            ", ".join(f"`{spelling}`" for spelling in it.spellings),
        )
        for it in PREDICATES
    ]
    return _table(("predicate", "holds if", "is compared with", "also written"), rows)


def filter_table() -> str:
    """Return the table of filters."""
    rows = [
        (f"`{f'{name} {arguments}'.strip()}`", meaning)
        for name, (arguments, meaning) in FILTERS.items()
    ]
    return _table(("filter", "value"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )
