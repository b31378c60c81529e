"""Reads ``data``: the rows with which a case runs, written in the case or in a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shall.cases.expect import Report
from shall.cases.fields import Keys, kind_of

MAX_ROWS = 100_000
"""Rows of one case."""

ENDINGS = (".csv", ".json", ".yaml", ".yml")
"""Of files of rows."""

_NAME_LENGTH = 60


class Rows(Struct, frozen=True):
    """The rows of a case. With ``columns`` a row is the list of their values, else a mapping.

    ``has_expressions``: the rows are written in the case, so their texts may hold expressions.
    """

    values: Sequence[Any]
    columns: tuple[str, ...] = ()
    has_expressions: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def row(self, number: int) -> Mapping[str, Any]:
        """Return a row, counted from 0."""
        values: Any = self.values[number]
        return dict(zip(self.columns, values, strict=True)) if self.columns else values


def row_name(number: int, row: Mapping[str, Any]) -> str:
    """Return how results call a row: its number from 1, and its field ``name`` where it has one.

    >>> row_name(1, {"name": "two books"})
    '2 two books'
    """
    name = row.get("name")
    if not isinstance(name, str) or not name.strip() or "{{" in name:
        return str(number + 1)
    return f"{number + 1} {' '.join(name.split())[:_NAME_LENGTH]}"


def read_data_field(
    value: Any, keys: Keys, report: Report
) -> str | tuple[Mapping[str, Any], ...] | None:
    """Read ``data``: the path of a file, or a list of rows."""
    if type(value) is str:
        if "{{" in value or not value.endswith(ENDINGS):
            message = f"`data` must be rows, or the path of a file of rows, not {value!r:.80}."
            hint = f"The name of the file ends with {', '.join(ENDINGS)}."
            report.add("case.bad-value", keys, message, hint)
            return None
        return value
    if type(value) is not list:
        message = f"`data` must be a list of rows or the path of a file, not {kind_of(value)}."
        report.add("case.bad-type", keys, message, "Write `data: rows.csv`, or a list of mappings.")
        return None
    if len(value) > MAX_ROWS:
        report.add("case.bad-value", keys, too_many())
    for index, row in enumerate(value):
        if type(row) is not dict:
            message = f"A row of `data` must be a mapping, not {kind_of(row)}."
            report.add("case.bad-type", (*keys, index), message, "Write `- {item: book, qty: 2}`.")
    return tuple(value)


def too_many() -> str:
    """Return what is wrong with more rows."""
    return f"The data has more than {MAX_ROWS:,} rows."
