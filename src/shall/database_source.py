"""Where a database is: its address, and where its password is read."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shall.late_pattern import late_pattern
from shall.secret_source import SecretSource, secret_sources

SCHEMES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
"""What a URL may begin with, and the kind of database that it means."""

PORTS = {"postgresql": 5432, "mysql": 3306}

_OPTIONS = {
    "postgresql": frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"}),
    "mysql": frozenset({"charset", "ssl_ca", "ssl_cert", "ssl_key"}),
    "sqlite": frozenset[str](),
}
_KEYS = frozenset({"url", "password"})
_NAME = late_pattern(r"[\w.-]+")


class Database(Struct, frozen=True):
    """A database. ``path`` is that of an SQLite file, which has no host.

    ``kind`` is ``postgresql``, ``mysql`` or ``sqlite``; ``password`` None means that none is sent.
    """

    kind: str
    host: str = ""
    port: int = 0
    user: str = ""
    name: str = ""
    options: tuple[tuple[str, str], ...] = ()
    path: str = ""
    password: SecretSource | None = None

    def __str__(self) -> str:
        """Return the kind and the address, without a user: ``postgresql db:5432/shop``."""
        return f"{self.kind} {self.path or f'{self.host}:{self.port}/{self.name}'}"


def databases(value: Any) -> Mapping[str, Database]:
    """Read ``databases:``, a URL or ``{url: ..., password: ...}`` by name. Raises ``ValueError``.

    No message repeats a URL: it may hold a password.
    """
    if not isinstance(value, dict):
        raise ValueError("not names of databases with a URL each")
    return {str(name): _database(str(name), said) for name, said in value.items()}


def _database(name: str, said: Any) -> Database:
    if not _NAME.fullmatch(name):
        raise ValueError("the name of a database has letters, digits, `_`, `-` and `.`")
    given = {"url": said} if isinstance(said, str) else said
    if not isinstance(given, dict) or not isinstance(given.get("url"), str):
        raise ValueError(f"the database {name} has no url")
    for key in given:
        if key not in _KEYS:
            raise ValueError(
                f"the database {name} has an unknown key {key}; known are url, password"
            )
    password = None
    if given.get("password") is not None:
        secret = f"databases.{name}.password"
        password = secret_sources({secret: given["password"]})[secret]
    return read_url(name, given["url"], password)


def read_url(name: str, url: str, password: SecretSource | None = None) -> Database:
    """Read the URL of a database. Raises ``ValueError``."""
    from urllib.parse import parse_qsl, unquote, urlsplit  # few projects have databases

    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"the URL of {name} cannot be read") from None
    kind = SCHEMES.get(parts.scheme.lower())
    if kind is None:
        known = "postgresql://, mysql:// or sqlite:///"
        raise ValueError(f"the URL of {name} must begin with {known}")
    if parts.password is not None:
        how = "write password: {environment: NAME} beside url"
        raise ValueError(f"the URL of {name} has a password; {how}")
    options = tuple(parse_qsl(parts.query, keep_blank_values=True))
    for option, _ in options:
        if option not in _OPTIONS[kind]:
            raise ValueError(f"the URL of {name} has an option that is not supported: {option}")
    path = unquote(parts.path.removeprefix("/"))
    if kind == "sqlite":
        return _file(name, path, is_alone=not parts.netloc)
    if not parts.hostname or not path:
        raise ValueError(f"the URL of {name} must name a host and a database: {kind}://host/name")
    user = unquote(parts.username or "")
    return Database(
        kind, parts.hostname, port or PORTS[kind], user, path, options, password=password
    )


def _file(name: str, path: str, *, is_alone: bool) -> Database:
    if not is_alone or not path:
        raise ValueError(f"the URL of {name} must name a file: sqlite:///data/shop.db")
    return Database("sqlite", path=path)
