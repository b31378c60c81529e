"""Brings a database to this release's schema: each migration once, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

from shall.errors import StoreTooNew


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    version: int
    sql: str


class Database(Protocol):
    """What migrating needs of a database; everything happens inside one exclusive transaction."""

    def version(self) -> int:
        """Give the version of the schema; 0 for a new database."""
        ...

    def apply(self, migration: Migration) -> None:
        """Run one migration and note its version."""
        ...


def migrations() -> tuple[Migration, ...]:
    """Give every migration of this release in order."""
    folder = resources.files("shall.store.migrations")
    return tuple(
        Migration(int(name.split("_", 1)[0]), (folder / name).read_text("utf-8"))
        for name in sorted(entry.name for entry in folder.iterdir())
        if name.endswith(".sql")
    )


def migrate(database: Database, steps: Iterable[Migration]) -> None:
    """Apply what the database lacks. Call it inside an exclusive transaction.

    Raises:
        StoreTooNew: A newer release wrote the database.
    """
    known = tuple(steps)
    newest = known[-1].version
    version = database.version()
    if version > newest:
        raise StoreTooNew(
            f"The state has schema {version}, this release of shall knows {newest}.",
            hint="Use the release that wrote it, or name another folder with SHALL_STATE_DIR.",
        )
    for migration in known:
        if migration.version > version:
            database.apply(migration)
