"""A SQLite file: opened, brought to our schema, read and written in transactions.

The only module that imports sqlite3. Write-ahead logging lets several processes read and one
write at a time; each waits for the others. ``synchronous=NORMAL`` survives the death of the
process (``kill -9``); only a power failure may lose the last moments, never the whole.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shall.errors import StoreUnavailable
from shall.store.migrate import Migration, migrate, migrations

BUSY_TIMEOUT_S = 10.0

Row = sqlite3.Row

_NEXT_STEPS = {
    "locked": "Another process is writing; try again.",
    "disk is full": "Free some space.",
    "readonly": "Give this user the right to write it, or set SHALL_STATE_DIR.",
    "not a database": "Move the file away; a new one is made.",
    "malformed": "Move the file away; a new one is made.",
    "unable to open": "Check the folder, or set SHALL_STATE_DIR.",
}


class SqliteFile:
    """One connection, used by one thread at a time; every failure is a ``StoreUnavailable``."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it and its schema where needed.

        Raises:
            StoreUnavailable: It cannot be opened.
            StoreTooNew: A newer release wrote it.
        """
        self._path = path
        self._lock = threading.Lock()
        with self._told():
            self._db = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
        try:
            with self._told():
                path.chmod(0o600)
                self._db.execute("pragma journal_mode = wal")
                self._db.execute("pragma synchronous = normal")
                self._db.execute("pragma foreign_keys = on")
                with self._transaction():
                    migrate(_Schema(self._db), migrations())
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction: all of it is kept, or nothing."""
        with self._lock, self._told(), self._transaction():
            yield self._db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for reading."""
        with self._lock, self._told():
            yield self._db

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise
        self._db.execute("commit")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say a failure of the database in our words."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            text = str(error)
            hint = next((step for words, step in _NEXT_STEPS.items() if words in text), None)
            raise StoreUnavailable(f"{self._path}: {text}.", hint=hint) from error


class _Schema:
    """The schema's version, kept where SQLite has a place for it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def version(self) -> int:
        version: int = self._db.execute("pragma user_version").fetchone()[0]
        return version

    def apply(self, migration: Migration) -> None:
        for statement in migration.sql.split(";"):
            if statement.strip():
                self._db.execute(statement)
        self._db.execute(f"pragma user_version = {migration.version:d}")
