"""How a setting is declared: ``name: Annotated[type, project(...)] = default``."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct


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


def project(
    read: Callable[[Any], Any], meaning: str, *environment: str, **more: Any
) -> Mapping[str, Any]:
    """Declare a setting of a project; unless ``key`` is given, its key is its name."""
    return {"read": read, "meaning": meaning, "environment": environment, **more}


def server(
    read: Callable[[Any], Any], meaning: str, *environment: str, **more: Any
) -> Mapping[str, Any]:
    """Declare a setting of a server; its key is its name in the section ``server``."""
    return project(read, meaning, *environment, is_server=True, **more)
