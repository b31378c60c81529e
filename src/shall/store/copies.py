"""Copies of the database file: taken while it is in use, examined, saved from a damaged one."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shall.errors import StoreUnavailable
from shall.store.migrate import migrate, migrations, refuse_newer, schema_version
from shall.store.rows import case_from_text

_MAX_FINDINGS = 20
_MAX_ID = 1 << 40
_MAX_FAILURES = 10_000

# Each table after those that it refers to: its key, and how it refers to another.
_TABLES = {
    "runs": ("id", None),
    "cases": ("id", ("run", "runs")),
    "steps": ("id", ("case", "cases")),
    "checks": ("id", ("step", "steps")),
    "criteria": ("case", ("case", "cases")),
    "calls": ("id", None),
}


@dataclass(frozen=True, slots=True)
class Recovered:
    """Rows that were saved from a damaged database, by table; ``complete`` False: some were not."""

    rows: Mapping[str, int]
    complete: bool


def library_version() -> str:
    """Give the version of SQLite itself."""
    return sqlite3.sqlite_version


def known_schema() -> int:
    """Give the newest schema version that this release knows."""
    return max(migrations())


def copy_database(source: Path, target: Path) -> int:
    """Copy a database that may be in use to a new file; give its schema version.

    The copy is the whole database as of one moment, in one file.

    Raises:
        StoreUnavailable: It cannot be read, or the copy cannot be written.
    """
    with _translated(source), _reading(source) as held, closing(_made(target)) as copy:
        held.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # so that nothing of it is in a -wal
        return schema_version(copy)


def examine_database(path: Path) -> tuple[int, list[str]]:
    """Give the schema version of a database file, and what is damaged in it.

    Nothing is changed. Version -1: not even that can be read.
    """
    version = -1
    try:
        with _reading(path) as connection:
            version = schema_version(connection)
            rows = connection.execute(f"PRAGMA quick_check({_MAX_FINDINGS})").fetchall()
    except sqlite3.Error as error:
        return version, [str(error)]
    return version, [line for (text,) in rows if text != "ok" for line in text.splitlines()]


def recover_database(damaged: Path, new: Path) -> Recovered:
    """Make a new database of what can be read in a damaged one, which is not changed.

    A row is left behind where it cannot be read, or where the row that it belongs to cannot.

    Raises:
        StoreUnavailable: The new one cannot be written.
        StoreTooNew: A newer release wrote the damaged one.
    """
    with _translated(new), closing(_made(new)) as target:
        migrate(target)
        target.execute("PRAGMA foreign_keys = OFF")
        try:
            with _reading(damaged) as source:
                refuse_newer(source, str(damaged))
                return _save_tables(source, target)
        except sqlite3.DatabaseError:  # not a database at all, or its first page is gone
            return Recovered({}, complete=False)


def _save_tables(source: sqlite3.Connection, target: sqlite3.Connection) -> Recovered:
    saved = {}
    complete = True
    target.execute("BEGIN")
    for table, (key, parent) in _TABLES.items():
        columns = [row[1] for row in target.execute(f'PRAGMA table_info("{table}")')]
        reader = _Reader(source, table, key, columns)
        places = ", ".join("?" * len(columns))
        insert = f'INSERT OR IGNORE INTO "{table}" VALUES ({places})'  # noqa: S608 - our own names
        target.executemany(insert, reader.rows())
        without = 0
        if parent is not None:
            column, other = parent
            orphans = f'DELETE FROM "{table}" WHERE "{column}" NOT IN (SELECT id FROM "{other}")'  # noqa: S608 - our own names
            without = target.execute(orphans).rowcount
        saved[table] = target.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - our own names
        complete = complete and not without and not reader.failures
    target.execute("COMMIT")
    return Recovered(saved, complete)


class _Reader:
    """Reads a table around its damage: a range of keys that fails is tried again in halves."""

    def __init__(
        self, connection: sqlite3.Connection, table: str, key: str, columns: list[str]
    ) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self._query = (
            f'SELECT {names} FROM "{table}" WHERE "{key}" BETWEEN ? AND ? ORDER BY "{key}"'  # noqa: S608 - our own names
        )
        self._connection = connection
        self._document = columns.index("document") if "document" in columns else None
        self.failures = 0

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Give each row that can be read; some come twice."""
        ranges = [(0, _MAX_ID)]
        while ranges and self.failures < _MAX_FAILURES:
            low, high = ranges.pop()
            try:
                for row in self._connection.execute(self._query, (low, high)):
                    if self._is_sound(row):
                        yield row
            except sqlite3.Error:
                self.failures += 1
                if low < high:
                    middle = (low + high) // 2
                    ranges += [(middle + 1, high), (low, middle)]

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
        raise StoreUnavailable(
            f"The database {path} cannot be copied: {error}.", hint="Run `shall doctor`."
        ) from error
