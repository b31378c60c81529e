"""Applies the files of ``migrations/`` once, in order."""

from importlib.resources import files
from typing import TYPE_CHECKING

from shall.errors import StoreTooNew
from shall.store.call_statistics import bucket_of

if TYPE_CHECKING:
    import sqlite3


def migrations() -> dict[int, str]:
    """Return the SQL text of each migration by its number, in order."""
    found = {
        int(entry.name.partition("_")[0]): entry.read_text(encoding="utf-8")
        for entry in files("shall.store").joinpath("migrations").iterdir()
        if entry.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


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
    """Bring a database to this release's schema, or to that of version ``newest``.

    Each migration is one transaction that also writes its number, and the number is read again
    inside it: of two processes that start at once, the second finds the work done.
    """
    connection.create_function("latency_bucket", 1, bucket_of, deterministic=True)
    for number, text in migrations().items():
        if number <= schema_version(connection) or (newest is not None and number > newest):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            if schema_version(connection) < number:
                for statement in text.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
