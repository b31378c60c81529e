"""What ``config.yaml`` of an earlier tool defines: projects by environment, and their logins."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall.bounded import CONFIG_NAME

if TYPE_CHECKING:
    from shall.database_source import Database
    from shall.diagnostics import Diagnostic


TOKEN = "token"  # noqa: S105 - the name of a variable
"""The key below the variable of a project at which cases read the token of its login."""


class Login(Struct, frozen=True):
    """How the token of a project is fetched. ``line`` and ``column`` are where that is written.

    ``url`` is empty where the project needs a login and the file has none.
    """

    line: int
    column: int
    url: str = ""
    method: str = "POST"
    headers: Mapping[str, Any] = {}
    data: Any = None

    @property
    def place(self) -> str:
        """Where the login is written."""
        return f"{CONFIG_NAME}:{self.line}:{self.column}"


class ConfigEnvironment(Struct, frozen=True):
    """The projects of one environment, each under its name.

    ``variables`` holds all that the file has of a project, as cases read it:
    ``{{ merchant.host }}``. ``passwords`` are those of ``databases``.
    """

    hosts: Mapping[str, str]
    variables: Mapping[str, Mapping[str, Any]]
    databases: "Mapping[str, Database]"
    passwords: Mapping[str, str]
    logins: Mapping[str, Login]


class Config(Struct, frozen=True):
    """The file. ``scenes`` are projects that consist of others, ``addresses`` those of robots.

    ``notes`` are what has no effect here, each with its place.
    """

    title: str = ""
    environments: Mapping[str, ConfigEnvironment] = {}
    scenes: Mapping[str, tuple[str, ...]] = {}
    addresses: Mapping[str, str] = {}
    notes: "tuple[Diagnostic, ...]" = ()
