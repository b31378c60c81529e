"""How a setting is declared: ``name: type = project("name", default, ...)``.

A call is cheaper than ``Annotated``: nearly a hundred settings are declared whenever a command
starts.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Setting(Struct, frozen=True):
    """One setting. ``key`` is its place in shall.yaml, ``flag`` its flag on the command line.

    ``metavar`` names what the flag takes; without one it is named like the flag.
    ``read`` converts a given value and raises ValueError. ``fallbacks`` are environment names that
    count only if no flag, no name in ``environment`` and no key in shall.yaml is given.
    """

    name: str
    default: Any
    read: Callable[[Any], Any]
    meaning: str
    environment: tuple[str, ...] = ()
    key: str | None = None
    flag: str = ""
    short_flag: str = ""
    metavar: str = ""
    fallbacks: tuple[str, ...] = ()
    is_secret: bool = False
    is_server: bool = False


_declared: dict[str, Setting] = {}


def declared() -> Mapping[str, Setting]:
    """Return the settings that were declared until now, by name."""
    return _declared


def project(
    name: str,
    default: T,
    read: Callable[[Any], Any],
    meaning: str,
    *environment: str,
    key: str | None = "",
    **more: Any,
) -> T:
    """Declare a setting of a project; return its default. Without a ``key``, that is its name."""
    key = name if key == "" else key
    _declared[name] = Setting(name, default, read, meaning, environment, key, **more)
    return default


def server(
    name: str,
    default: T,
    read: Callable[[Any], Any],
    meaning: str,
    *environment: str,
    key: str | None = "",
    **more: Any,
) -> T:
    """Declare a setting of a server; its key is its name in the section ``server``."""
    key = f"server.{name.removeprefix('server_')}" if key == "" else key
    return project(name, default, read, meaning, *environment, key=key, is_server=True, **more)
