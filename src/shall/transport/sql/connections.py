"""The connections of one run to its databases: opened when needed, closed with the run."""

import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, CursorResult, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from shall.errors import QueryFailed, TargetUnreachable, TimedOut
from shall.results.records import Timings
from shall.transport.exchange import Response
from shall.transport.sql.connect import Close, Stop, connect_to, reason_of
from shall.transport.sql.statement import missing_extra
from shall.transport.sql.values import plain
from shall.transport.target_policy import TargetPolicy
from shall.transport.waits import Statement

MAX_ROWS = 10_000
"""Rows of one answer."""

MAX_BYTES = 16 << 20
"""Bytes of one answer as JSON."""

_AT_ONCE = 100
"""Rows that are fetched together: what is too large is seen after so many."""

_DIALECTS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}

_TIMED_OUT = frozenset({"57014", 1969, 3024})
"""What servers call a statement that took too long: PostgreSQL, MariaDB, MySQL."""

_READS = re.compile(r"\s*(?:select|values|table|with)\b", re.IGNORECASE)
_CAST = re.compile(r"(?<![:\w\\])(:\w+)::")
"""SQLAlchemy takes no name before a cast of PostgreSQL for one of a value."""

_WRITES = re.compile(r"\b(?:insert|update|delete|merge|into)\b", re.IGNORECASE)


class Execution:
    """One statement that is carried out in a thread; any thread may stop it."""

    def __init__(self, connections: "Connections", statement: Statement) -> None:
        self._connections = connections
        self.statement = statement
        self._guard = threading.Lock()
        self._stop: Stop | None = None
        self._ends_at = math.inf
        self._is_done = False
        self.is_stopped = False

    def __call__(self) -> Response:
        """Execute the statement; return its rows as the body of a response.

        Raises:
            QueryFailed: The database refuses it, or the answer is too large.
            TargetDenied: The policy lets nothing connect there.
            TargetUnreachable: The database cannot be connected to.
            TimedOut: It took too long, or was stopped.
        """
        self._ends_at = time.monotonic() + self.statement.timeout_s
        try:
            return self._connections.execute(self.statement, self)
        finally:
            self._is_done = True
            with self._guard:
                self._stop = None

    @property
    def left_s(self) -> float | None:
        """How long it may go on; None: it is done. Waiting for a thread does not count."""
        if self._is_done:
            return None
        return min(self._ends_at - time.monotonic(), self.statement.timeout_s)

    def stop(self) -> None:
        """Break off what the database does, if that has begun; else do not begin it."""
        with self._guard:
            self.is_stopped = True
            if self._stop is not None:
                self._stop()

    def stop_with(self, stop: Stop) -> None:
        """Call ``stop`` when the work is stopped. Raises ``TimedOut`` if it is stopped already."""
        with self._guard:
            if self.is_stopped:
                raise self.timed_out()
            self._stop = stop

    @contextmanager
    def stoppable(self, stop: Stop) -> Iterator[None]:
        """Call ``stop`` when the statement is stopped. Raises ``TimedOut`` if it is already."""
        self.stop_with(stop)
        try:
            yield
        finally:
            with self._guard:
                self._stop = None

    def timed_out(self) -> TimedOut:
        """Return the error of a statement that took too long."""
        statement = self.statement
        return TimedOut(
            f"The database {statement.name} did not answer within {statement.timeout_s:g} s.",
            details={"address": str(statement.database), "timeout_s": statement.timeout_s},
        )


class Connections:
    """Pools of connections, one for each database. ``execute`` is called by several threads."""

    def __init__(self, policy: TargetPolicy) -> None:
        self._policy = policy
        self._engines: dict[tuple[Any, ...], Engine] = {}
        self._guard = threading.Lock()
        self._opened: list[Close] = []
        self._current = threading.local()  # the execution of each thread

    def execute(self, statement: Statement, execution: Execution) -> Response:
        """Execute a statement in a transaction of its own, which is committed."""
        started = time.perf_counter()
        self._current.execution = execution
        try:
            with self._engine(statement).connect() as connection:
                try:
                    with execution.stoppable(connection.info["stop"]), connection.begin():
                        body = _answer(connection, statement)
                except BaseException:
                    connection.invalidate()  # its state is unknown, as within COPY
                    raise
        except TargetUnreachable:
            left_s = execution.left_s
            if execution.is_stopped or (left_s is not None and left_s <= 0):
                raise execution.timed_out() from None
            raise
        except (SQLAlchemyError, msgspec.EncodeError) as error:
            if execution.is_stopped or _is_timeout(error):
                raise execution.timed_out() from None
            raise _failed(statement, error) from None
        took_s = time.perf_counter() - started
        timings = Timings(first_byte_s=took_s, total_s=took_s)
        return Response(0, (), body, statement.name, "", timings)

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            engines, opened = list(self._engines.values()), self._opened
            self._engines, self._opened = {}, []
        for engine in engines:
            engine.dispose()
        for free in opened:
            free()

    def _engine(self, statement: Statement) -> Engine:
        database = statement.database
        key = (database, statement.password, statement.path)
        with self._guard:
            engine = self._engines.get(key)
            if engine is None:
                engine = self._engines[key] = self._make(statement)
        return engine

    def _make(self, statement: Statement) -> Engine:
        database = statement.database
        url = URL.create(
            _DIALECTS[database.kind],
            username=database.user or None,
            host=database.host or None,
            port=database.port or None,
            database=database.name or None,
            query=dict(database.options),
        )
        try:
            engine = create_engine(
                url,
                poolclass=QueuePool,
                pool_size=4,
                pool_reset_on_return=None,  # it would wait for a server where nothing stops it
                hide_parameters=True,
            )
        except (ImportError, NoSuchModuleError):
            raise missing_extra(database.kind) from None

        def connect(dialect: Any, record: Any, _: Any, options: dict[str, Any]) -> Any:
            execution: Execution = self._current.execution
            connection, record.info["stop"], free = connect_to(
                execution.statement, self._policy, dialect, options, execution.stop_with
            )
            with self._guard:
                self._opened.append(free)
            return connection

        event.listen(engine, "do_connect", connect)
        event.listen(engine, "handle_error", _close_cursor)
        return engine


def _close_cursor(failure: Any) -> None:
    """Close the cursor of a connection that broke, which SQLAlchemy leaves open."""
    context = failure.execution_context
    if failure.is_disconnect and context is not None:
        with suppress(Exception):
            context.cursor.close()


def _answer(connection: Connection, statement: Statement) -> bytes:
    _limit_time(connection, statement)
    reads = _READS.match(statement.text) and not _WRITES.search(statement.text)
    clause = text(_CAST.sub(r"\1\\:\\:", statement.text))
    options = {"stream_results": True, "max_row_buffer": _AT_ONCE} if reads else {}
    result = connection.execute(clause, dict(statement.parameters), execution_options=options)
    try:
        return _rows(result, statement) if result.returns_rows else _count(result)
    finally:
        result.close()


def _limit_time(connection: Connection, statement: Statement) -> None:
    """Let the server end the statement at its timeout: it is cancelled a little later."""
    timeout_ms = max(1, int(statement.timeout_s * 1000))
    kind = statement.database.kind
    if kind == "postgresql":
        setting = text("SELECT set_config('statement_timeout', :timeout, true)")
        connection.execute(setting, {"timeout": str(timeout_ms)})
    elif kind == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {timeout_ms}")
    elif connection.dialect.is_mariadb:  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"SET SESSION max_statement_time = {timeout_ms / 1000}")
    else:
        connection.exec_driver_sql(f"SET SESSION max_execution_time = {timeout_ms}")


def _count(result: CursorResult[Any]) -> bytes:
    counted = {"rowcount": result.rowcount} if result.rowcount >= 0 else {}
    return msgspec.json.encode({"rows": [], **counted})


def _rows(result: CursorResult[Any], statement: Statement) -> bytes:
    names = list(result.keys())
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"The query of {statement.name} returns two columns that are named {twice}."
        raise QueryFailed(message, hint="Name them with AS.")
    encoded: list[bytes] = []
    size = 0
    for part in result.partitions(_AT_ONCE):
        for row in part:
            encoded.append(msgspec.json.encode(dict(zip(names, map(plain, row), strict=True))))
            size += len(encoded[-1])
        if len(encoded) > MAX_ROWS or size > MAX_BYTES:
            limit = f"{MAX_ROWS:,} rows" if len(encoded) > MAX_ROWS else f"{MAX_BYTES >> 20} MiB"
            message = f"The query of {statement.name} returns more than {limit}."
            raise QueryFailed(message, hint="Select less, or count.")
    rows = b",".join(encoded)
    first = b""
    if encoded and names:
        value = msgspec.json.encode(msgspec.json.decode(encoded[0])[names[0]])
        first = b',"row":' + encoded[0] + b',"value":' + value
    return b'{"rows":[' + rows + b'],"rowcount":' + str(len(encoded)).encode() + first + b"}"


def _is_timeout(error: Exception) -> bool:
    cause = getattr(error, "orig", None)
    number = cause.args[0] if cause is not None and cause.args else None
    return getattr(cause, "sqlstate", None) in _TIMED_OUT or number in _TIMED_OUT


def _failed(statement: Statement, error: Exception) -> QueryFailed:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return QueryFailed(f"The query of {statement.name} failed: {reason_of(cause)}.")
