"""Looks at the cases of a run of which more must be known before it begins."""

from collections.abc import Callable, Mapping, Sequence

from shall.actions.data_rows import WHOLE, Table
from shall.actions.discovery import JobReader
from shall.cases.early_fields import Early
from shall.workspace.folders import shared_path


def look_ahead(
    reader: JobReader, keys: Sequence[str], early: Mapping[str, Early], go_on: Callable[[], None]
) -> tuple[Sequence[str], Sequence[int], frozenset[str]]:
    """Return keys, each as many times as its case has rows, the rows, and the shared steps.

    The rows are numbers, none where no case has rows; the shared steps are the paths of all that
    the cases use. A case whose text already answers the question is not read.
    """
    tables: list[Table | None] = []
    uses: set[str] = set()
    for key in keys:
        found = early.get(key)
        is_refused = reader.needs is not None and key in reader.needs.refused
        if found is None or is_refused:
            tables.append(None)
        elif found.use:
            tables.append(None)
            uses.update(shared_path(key, name) for name in found.use)
        else:
            tables.append(reader.table(key, go_on))
            uses.update(reader.uses(key))
    return *_divided(tables, keys), frozenset(uses)


def _divided(
    tables: Sequence[Table | None], keys: Sequence[str]
) -> tuple[Sequence[str], Sequence[int]]:
    if not any(tables):
        return keys, ()
    every: list[str] = []
    numbers: list[int] = []
    for key, table in zip(keys, tables, strict=True):
        rows = (WHOLE,) if table is None else table.numbers
        numbers.extend(rows)
        every.extend([key] * (len(numbers) - len(every)))
    return every, numbers
