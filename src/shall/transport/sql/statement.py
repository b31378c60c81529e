"""One statement for a database, as data."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shall.database_source import Database
from shall.errors import QueryFailed

_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sql"}


class Statement(Struct, frozen=True):
    """SQL with the values of its ``:names``. ``path`` is the open path of an SQLite file.

    It is answered with a response whose body is the JSON object ``rows``, ``rowcount`` and, where
    there is a row, ``row`` and ``value``.
    """

    name: str
    database: Database
    text: str
    parameters: Mapping[str, Any]
    password: str = ""
    path: str = ""
    timeout_s: float = 30.0


def missing_extra(kind: str) -> QueryFailed:
    """Return the error for what is not installed."""
    extra = _EXTRAS[kind]
    return QueryFailed(
        f"SQL needs the extra {extra}, which is not installed.",
        hint=f"Install it: pip install 'shall[{extra}]'.",
    )
