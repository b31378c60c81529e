"""Copies of the database file: taken while it is in use, examined, saved from a damaged one."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from shall.errors import StoreUnavailable
from shall.store.fill_columns import fill
from shall.store.migrate import migrate, migrations, refuse_newer, schema_version
from shall.store.rows import case_from_text

_MAX_FINDINGS = 20
_HINT = "Run `shall doctor`."
_MAX_KEY = 1 << 40
_MAX_FAILURES = 10_000

# Primary result codes that mean damage: all others say that a file cannot be read now.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Recovered(Struct, frozen=True):
    """Rows that were saved from a damaged database, by table; ``complete`` False: some were not."""

    rows: Mapping[str, int]
    complete: bool


def library_version() -> str:
    """Return the version of SQLite itself."""
    return sqlite3.sqlite_version


def known_schema() -> int:
    """Return the newest schema version that this release knows."""
    return max(migrations())


def copy_database(source: Path, target: Path) -> int:
    """Copy a database that may be in use to a new file; return its schema version.

    The copy is the whole database as of one moment, in one file.

    Raises:
        StoreUnavailable: It cannot be read, or the copy cannot be written.
    """
    with _translated(source), _reading(source) as held, closing(_made(target)) as copy:
        held.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # so that nothing of it is in a -wal
        return schema_version(copy)


def examine_database(path: Path) -> tuple[int, list[str]]:
    """Return the schema version of a database file, and what is damaged in it.

    Nothing is changed. Version -1: not even that can be read.

    Raises:
        StoreUnavailable: It cannot be read now: locked, not permitted.
    """
    version = -1
    try:
        with _translated(path), _reading(path) as connection:
            version = schema_version(connection)
            rows = connection.execute(f"PRAGMA quick_check({_MAX_FINDINGS})").fetchall()
    except _Damaged as error:
        return version, [error.message]
    return version, [line for (text,) in rows if text != "ok" for line in text.splitlines()]


def recover_database(damaged: Path, new: Path) -> Recovered:
    """Make a new database of what can be read in a damaged one, which is not changed.

    A row is left behind where it cannot be read, or where the row that it belongs to cannot.

    Raises:
        StoreUnavailable: The new one cannot be written.
        StoreTooNew: A newer release wrote the damaged one.
    """
    recovered = Recovered({}, complete=False)
    with _translated(new), closing(_made(new)) as target:
        with suppress(_Damaged), _reading(damaged) as source:
            with _translated(damaged):
                refuse_newer(source, str(damaged))
                version = schema_version(source)
            migrate(target, version)  # as the damaged one was: later steps may work on its rows
            recovered = _save_tables(source, target)
        migrate(target)
        fill(target)  # counts of cases that were lost would be wrong
    return recovered


def _save_tables(source: sqlite3.Connection, target: sqlite3.Connection) -> Recovered:
    target.execute("PRAGMA foreign_keys = OFF")  # in the order of the rows, not of the tables
    target.execute("BEGIN")
    rows = target.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = [name for (name,) in rows if not name.startswith("sqlite_")]
    whole = [_save_table(source, target, table) for table in tables]
    complete = all(whole)
    while sum(_drop_orphans(target, table) for table in tables):
        complete = False
    counts = {table: target.execute(_count(table)).fetchone()[0] for table in tables}
    target.execute("COMMIT")
    return Recovered(counts, complete)


def _save_table(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> bool:
    """Copy what can be read of a table; return whether that was all of it."""
    columns = [row[1] for row in target.execute(f'PRAGMA table_info("{table}")')]
    reader = _Reader(source, table, _key(target, table), columns)
    places = ", ".join("?" * len(columns))
    target.executemany(f'INSERT OR IGNORE INTO "{table}" VALUES ({places})', reader.rows())  # noqa: S608 - our own names
    return not reader.failures


def _key(target: sqlite3.Connection, table: str) -> str:
    """Return the column by whose order a table lies in the file, where that is a number."""
    keys = [row for row in target.execute(f'PRAGMA table_info("{table}")') if row[5] == 1]
    return f'"{keys[0][1]}"' if keys and keys[0][2] == "INTEGER" else ""


def _drop_orphans(target: sqlite3.Connection, table: str) -> int:
    """Leave behind the rows of a table that belong to a lost one; return how many."""
    dropped = 0
    for row in target.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
        _, _, other, column, key = row[:5]
        dropped += target.execute(
            f'DELETE FROM "{table}" WHERE "{column}" IS NOT NULL '  # noqa: S608 - our own names
            f'AND "{column}" NOT IN (SELECT "{key}" FROM "{other}")'
        ).rowcount
    return dropped


def _count(table: str) -> str:
    return f'SELECT count(*) FROM "{table}"'  # noqa: S608 - our own names


class _Damaged(StoreUnavailable):
    """The file is not a database, or pages of it are spoilt."""


class _Reader:
    """Reads a table around its damage: a range of keys that fails is tried again in halves."""

    def __init__(
        self, connection: sqlite3.Connection, table: str, key: str, columns: list[str]
    ) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._query = f'SELECT {names} FROM "{table}"'  # noqa: S608 - our own names
        self._key = key
        self._connection = connection
        self._document = columns.index("document") if "document" in columns else None
        self.failures = 0

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return each row that can be read; some come twice."""
        ranges = [(0, _MAX_KEY)]
        while ranges and self.failures < _MAX_FAILURES:
            low, high = ranges.pop()
            try:
                for row in self._between(low, high):
                    if self._is_sound(row):
                        yield row
            except sqlite3.Error:
                self.failures += 1
                if low < high and self._key:
                    middle = (low + high) // 2
                    ranges += [(middle + 1, high), (low, middle)]

    def _between(self, low: int, high: int) -> sqlite3.Cursor:
        if not self._key:
            return self._connection.execute(self._query)
        within = f"{self._query} WHERE {self._key} BETWEEN ? AND ? ORDER BY {self._key}"
        return self._connection.execute(within, (low, high))

    def _is_sound(self, row: tuple[Any, ...]) -> bool:
        if self._document is None:
            return True
        try:
            case_from_text(row[self._document])
        except (StoreUnavailable, TypeError):
            self.failures += 1
            return False
        return True


def _made(path: Path) -> sqlite3.Connection:
    path.touch(0o600, exist_ok=False)
    return sqlite3.connect(path, isolation_level=None)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    name = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(name, uri=True, isolation_level=None)) as connection:
        yield connection


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        kind = StoreUnavailable
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            kind = _Damaged
        raise kind(f"The database {path} cannot be used: {error}.", hint=_HINT) from error
