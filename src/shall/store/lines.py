"""Which cases of a run lists show.

Every function runs inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from shall.errors import StoreUnavailable
from shall.results.listing import (
    BAD,
    PAGE_LINES,
    CaseCounts,
    CaseFilter,
    CaseLine,
    CaseOrder,
    CasePage,
)
from shall.results.records import Outcome
from shall.store.reasons import reason_from_text
from shall.store.rows import plain

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = """
    number, case_key, name, outcome, started_at, duration_s, checks_executed, is_bad,
    teardown_outcome, data_row, attempt, shard, environment, fingerprint, verifies, tags, reason,
    retries, worker
"""
SHOWN = "CASE WHEN is_bad AND outcome NOT IN ('failed', 'error') THEN 'error' ELSE outcome END"
"""The outcome to show: a failed teardown of a case that passed is an error."""

_HAS_OUTCOME = SHOWN + " = ?"
_ORDERS = {
    CaseOrder.BAD_FIRST: "is_bad DESC, number",
    CaseOrder.NUMBER: "number",
    CaseOrder.SLOWEST: "duration_s DESC, number",
}
_DOCUMENT_AT = """
    SELECT document FROM cases
    WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND is_bad IN (0, 1) AND number = ?
"""
_DOCUMENTS_FROM = """
    SELECT document FROM cases
    WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND is_bad IN (0, 1)
        AND number >= ? AND number < ? ORDER BY number
"""


def case_counts(connection: "sqlite3.Connection", run_id: str) -> CaseCounts:
    """Return how many cases of a run have each outcome, tag and feature."""
    counts: dict[str, dict[str, int]] = {"outcome": {}, "tag": {}, "feature": {}}
    query = """
        SELECT kind, value, cases FROM case_counts
        WHERE run = (SELECT id FROM runs WHERE run_id = ?) ORDER BY kind, value
    """
    for kind, value, count in connection.execute(query, (plain(run_id),)):
        counts[kind][value] = count
    outcomes = {Outcome(value): count for value, count in counts["outcome"].items()}
    return CaseCounts(outcomes, counts["tag"], counts["feature"])


def case_page(
    connection: "sqlite3.Connection",
    run_id: str,
    wanted: CaseFilter,
    order: CaseOrder,
    limit: int,
    offset: int,
) -> CasePage:
    """Return some of the cases of a run that a filter lists."""
    counts = case_counts(connection, run_id)
    conditions, values = _conditions(wanted)
    where = " AND ".join(("run = (SELECT id FROM runs WHERE run_id = ?)", *conditions))
    values = [plain(run_id), *values]
    matching = counts.total
    if conditions:
        counted = f"SELECT count(*) FROM cases INDEXED BY cases_of_run WHERE {where}"  # noqa: S608 - our own conditions
        matching = connection.execute(counted, values).fetchone()[0]
    asked = (
        f"SELECT {_COLUMNS} FROM cases INDEXED BY cases_of_run WHERE {where}"  # noqa: S608 - as above
        f" ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"
    )
    bounds = (max(0, min(limit, PAGE_LINES)), max(0, offset))
    rows = connection.execute(asked, (*values, *bounds))
    return CasePage(tuple(map(line_from_row, rows)), matching, counts)


def document_at(connection: "sqlite3.Connection", run_id: str, number: int) -> str | None:
    """Return the stored result of one case of a run."""
    row = connection.execute(_DOCUMENT_AT, (plain(run_id), number)).fetchone()
    return None if row is None else row[0]


def documents_from(
    connection: "sqlite3.Connection", run_id: str, number: int, limit: int
) -> list[str]:
    """Return the stored results of the cases of a run that are numbered from ``number`` on."""
    rows = connection.execute(_DOCUMENTS_FROM, (plain(run_id), number, number + limit))
    return [document for (document,) in rows]


def line_from_row(row: Sequence[Any]) -> CaseLine:
    """Return a case from the columns of a line.

    Raises:
        StoreUnavailable: They are damaged.
    """
    (
        number,
        case_key,
        name,
        outcome,
        started_at,
        duration_s,
        checks,
        bad,
        teardown,
        data_row,
        attempt,
        shard,
        environment,
        fingerprint,
        verifies,
        tags,
        reason,
        retries,
        worker,
    ) = row
    try:
        return CaseLine(
            number,
            case_key,
            name,
            Outcome(outcome),
            datetime.fromisoformat(started_at),
            duration_s,
            checks,
            bool(bad),
            None if teardown is None else Outcome(teardown),
            data_row,
            attempt,
            shard,
            environment,
            fingerprint,
            _list_of(verifies),
            _list_of(tags),
            None if reason is None else reason_from_text(reason),
            retries,
            worker,
        )
    except ValueError as error:
        raise StoreUnavailable(f"A case of this run cannot be read: {error}.") from error


def _conditions(wanted: CaseFilter) -> tuple[list[str], list[Any]]:
    """Return the conditions of a filter and their values."""
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.outcome == BAD:
        conditions.append("is_bad = 1")
    elif wanted.outcome:
        conditions.append(_HAS_OUTCOME)
        values.append(plain(wanted.outcome))
    if wanted.tag:
        conditions.append("(instr(tags, ?) OR instr(tags, ?))")
        values += item_beginning(wanted.tag, '"')
    if wanted.feature:
        conditions.append("(instr(verifies, ?) OR instr(verifies, ?))")
        values += item_beginning(wanted.feature, "#")
    if wanted.slower_than_s is not None:
        conditions.append("duration_s > ?")
        values.append(wanted.slower_than_s)
    for word in wanted.words:
        conditions.append(_CONTAINS)
        values += _patterns(word)
    for word in wanted.excluded:
        conditions.append(f"NOT {_CONTAINS}")
        values += _patterns(word)
    return conditions, values


_CONTAINS = (
    r"(name LIKE ? ESCAPE '\' OR case_key LIKE ? ESCAPE '\'"
    r" OR coalesce(data_row, '') LIKE ? ESCAPE '\' OR verifies LIKE ? ESCAPE '\')"
)


def _patterns(word: str) -> tuple[str, ...]:
    in_text, in_list = _pattern(plain(word)), _pattern(_item(word))
    return in_text, in_text, in_text, in_list


def _pattern(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def item_beginning(text: str, end: str) -> tuple[str, str]:
    """Return how an item of a list of JSON begins that is a text up to ``end``."""
    return f'["{_item(text)}{end}', f',"{_item(text)}{end}'


def _item(text: str) -> str:
    return msgspec.json.encode(plain(text)).decode()[1:-1]


def _list_of(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
