"""Which clients are connected, by their heartbeats.

A client is expected every 30 s. A sweep every 30 s counts one error for a client that was silent
for two intervals, and drops it at the third error: that is after 120 s. No sweeper runs: errors
follow from the silence, and the next access to the table deletes what was dropped.

Silence is measured on the machine's monotonic clock, which all its processes share and which no
change of the date moves. It begins anew with the machine: a time that lies ahead was written
before that, and counts as heard when the machine began.
"""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import astuple

from shall.errors import TooManyConnections
from shall.store.base import ConnectionRecord
from shall.store.rows import plain, time_text

if TYPE_CHECKING:
    import sqlite3

INTERVAL_S = 30.0
"""How often a client sends its heartbeat, and how often silence is counted."""

MAX_ERRORS = 3

DROPPED_AFTER_S = 2 * INTERVAL_S + (MAX_ERRORS - 1) * INTERVAL_S
"""After this silence a connection is gone."""

MAX_CONNECTIONS = 10_000
MAX_PER_PRINCIPAL = 1_000

_TOLERANCE_S = 60.0
"""How far ahead a time may lie before it must be of an earlier start of the machine."""

Clock = Callable[[], float]

_INSERT = "INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?)"
_TOUCH = "UPDATE connections SET heard_s = ?, last_heartbeat = ? WHERE id = ? AND principal = ?"
_DELETE = "DELETE FROM connections WHERE id = ? AND principal = ?"
_ALL = """
    SELECT id, principal, protocol_version, created_at, last_heartbeat, heard_s, client_info
    FROM connections ORDER BY created_at, id
"""
_COUNT = "SELECT count(*), coalesce(sum(principal = ?), 0) FROM connections"


def errors_after(silent_s: float) -> int:
    """Count the errors of a client that was silent for so long."""
    if silent_s < 2 * INTERVAL_S:
        return 0
    return min(MAX_ERRORS, 1 + math.floor((silent_s - 2 * INTERVAL_S) / INTERVAL_S))


class _Row(Struct, frozen=True):
    """A row of ``connections``."""

    id: str
    principal: str
    protocol_version: str
    created_at: str
    last_heartbeat: str
    heard_s: float
    client_info: str


def insert(connection: "sqlite3.Connection", record: ConnectionRecord, clock: Clock) -> None:
    """Add a connection.

    Raises:
        TooManyConnections: Its principal has as many as one may have, or all together have.
    """
    now = _sweep(connection, clock)
    total, own = connection.execute(_COUNT, (plain(record.principal),)).fetchone()
    if own >= MAX_PER_PRINCIPAL or total >= MAX_CONNECTIONS:
        raise TooManyConnections(
            f"{own} connections are open for this caller, {total} for all.",
            hint=f"Disconnect unused connections; silent ones end after {DROPPED_AFTER_S:g} s.",
        )
    row = _Row(
        id=record.connection_id,
        principal=plain(record.principal),
        protocol_version=record.protocol_version,
        created_at=time_text(record.created_at),
        last_heartbeat=time_text(record.last_heartbeat),
        heard_s=now,
        client_info=json.dumps(dict(record.client_info)),
    )
    connection.execute(_INSERT, astuple(row))


def touch(
    connection: "sqlite3.Connection", connection_id: str, principal: str, clock: Clock
) -> bool:
    """Store a heartbeat; False where the principal has no such connection."""
    now = _sweep(connection, clock)
    values = (now, time_text(datetime.now(UTC)), plain(connection_id), plain(principal))
    return connection.execute(_TOUCH, values).rowcount > 0


def delete(
    connection: "sqlite3.Connection", connection_id: str, principal: str, clock: Clock
) -> bool:
    """End a connection; False where the principal has no such connection."""
    _sweep(connection, clock)
    return connection.execute(_DELETE, (plain(connection_id), plain(principal))).rowcount > 0


def everyone(connection: "sqlite3.Connection", clock: Clock) -> list[ConnectionRecord]:
    """Return all that are connected, the oldest first."""
    now = _sweep(connection, clock)
    return [_record(_Row(*row), now) for row in connection.execute(_ALL)]


def _sweep(connection: "sqlite3.Connection", clock: Clock) -> float:
    """Delete what was silent for too long; return the time.

    The clock is read inside the writing transaction: what others wrote lies before it.
    """
    now = clock()
    connection.execute(
        "UPDATE connections SET heard_s = 0 WHERE heard_s > ?", (now + _TOLERANCE_S,)
    )
    connection.execute("DELETE FROM connections WHERE heard_s <= ?", (now - DROPPED_AFTER_S,))
    return now


def _record(row: _Row, now: float) -> ConnectionRecord:
    return ConnectionRecord(
        connection_id=row.id,
        principal=row.principal,
        protocol_version=row.protocol_version,
        created_at=datetime.fromisoformat(row.created_at),
        last_heartbeat=datetime.fromisoformat(row.last_heartbeat),
        client_info=json.loads(row.client_info),
        errors=errors_after(now - row.heard_s),
    )
