"""Applies the files of ``migrations/`` once, in order."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shall.errors import StoreTooNew

if TYPE_CHECKING:
    import sqlite3


_FOLDER = os.path.join(os.path.dirname(__file__), "migrations")  # noqa: PTH118, PTH120


@lru_cache(maxsize=1)
def migrations() -> Mapping[int, str]:
    """Return the file of each migration by its number, in order."""
    names = sorted(it for it in os.listdir(_FOLDER) if it.endswith(".sql"))  # noqa: PTH208 - glob compiles a pattern
    return {int(name.partition("_")[0]): f"{_FOLDER}/{name}" for name in names}


def schema_version(connection: "sqlite3.Connection") -> int:
    """Return the number of the migration that was applied last; 0 for a new database."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def refuse_newer(connection: "sqlite3.Connection", name: str) -> None:
    """Refuse a database that this release does not know. Changes nothing.

    Raises:
        StoreTooNew: A newer release wrote it.
    """
    version, newest = schema_version(connection), max(migrations())
    if version > newest:
        raise StoreTooNew(
            f"{name} has schema version {version}; this release of shall knows versions up to "
            f"{newest}.",
            hint="Upgrade shall, or choose another state folder with SHALL_STATE_DIR.",
            details={"found": version, "known": newest},
        )


def migrate(connection: "sqlite3.Connection", newest: int | None = None) -> None:
    """Migrate a database to this release's schema, or to that of version ``newest``.

    Each migration is one transaction that also writes its number, and the number is read again
    inside it: of two processes that start at once, the second finds the work done.
    """
    applied = schema_version(connection)
    missing = {number: file for number, file in migrations().items() if number > applied}
    if not missing:
        return
    from shall.store.call_statistics import bucket_of  # most databases are up to date
    from shall.store.fill_columns import listed

    connection.create_function("latency_bucket", 1, bucket_of, deterministic=True)
    connection.create_function("listed", 2, listed, deterministic=True)
    for number, file in missing.items():
        if newest is not None and number > newest:
            break
        connection.execute("BEGIN IMMEDIATE")
        try:
            if schema_version(connection) < number:
                for statement in Path(file).read_text(encoding="utf-8").split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
