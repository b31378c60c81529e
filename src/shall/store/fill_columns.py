"""Makes the columns of ``case_columns`` from stored results: of an older release, or repaired."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from shall.errors import BadValue
from shall.results.encoding import decode_case
from shall.results.reason import reason_of, reason_text
from shall.results.records import CaseResult, CriterionRef
from shall.store.case_columns import list_text
from shall.store.lines import SHOWN

if TYPE_CHECKING:
    import sqlite3

_FILL = """
    UPDATE cases SET
        is_bad = outcome IN ('failed', 'error')
            OR coalesce(teardown_outcome, '') IN ('failed', 'error'),
        verifies = listed(document, 'verifies'),
        tags = listed(document, 'tags'),
        reason = listed(document, 'reason'),
        retries = listed(document, 'retries'),
        worker = listed(document, 'worker')
"""
_COUNT_ALL = f"""
    INSERT INTO case_counts
    SELECT run, 'outcome', {SHOWN}, count(*) FROM cases GROUP BY 1, 3
    UNION ALL
    SELECT run, 'tag', value, count(DISTINCT cases.id)
    FROM cases, json_each(tags) GROUP BY 1, 3
    UNION ALL
    SELECT run, 'feature', substr(value, 1, instr(value || '#', '#') - 1), count(DISTINCT cases.id)
    FROM cases, json_each(verifies) GROUP BY 1, 3
"""  # noqa: S608 - our own expression


def listed(document: str, column: str) -> str | int | None:
    """Return a column of ``line_row`` from a stored result; an empty one if it is damaged."""
    return _listed(document)[column]


class _Passed(Struct):
    """What lists show of a case that passed: its steps are not decoded."""

    outcome: Literal["passed"]
    teardown_outcome: Literal["passed"] | None = None
    criteria: tuple[CriterionRef, ...] = ()
    tags: tuple[str, ...] = ()
    retries: int = 0
    worker: int | None = None


_passed_decoder = msgspec.json.Decoder(_Passed)


@lru_cache(maxsize=1)  # each row asks for several columns of one document
def _listed(document: str) -> Mapping[str, str | int | None]:
    try:
        case: CaseResult | _Passed = _passed_decoder.decode(document)
    except (msgspec.DecodeError, UnicodeEncodeError):
        try:
            case = decode_case(document)
        except BadValue:
            case = _Passed("passed")
    reason = reason_of(case) if isinstance(case, CaseResult) else None
    return {
        "verifies": list_text([ref.key for ref in case.criteria]),
        "tags": list_text(case.tags),
        "reason": None if reason is None else reason_text(reason),
        "retries": case.retries or 0,
        "worker": case.worker or None,
    }


def fill(connection: "sqlite3.Connection") -> None:
    """Make what lists show from the stored results, after rows were lost."""
    connection.create_function("listed", 2, listed, deterministic=True)
    connection.execute(_FILL)
    connection.execute("DELETE FROM case_counts")
    connection.execute(_COUNT_ALL)
