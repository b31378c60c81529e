"""How unit cases run: in which interpreter, and what may be installed there."""

from _thread import allocate_lock
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from threading import Lock


class UnitOptions(Struct, frozen=True):
    """What the settings say about unit cases.

    ``root`` is the workspace, ``python`` the interpreter where that has no virtual environment of
    its own, and ``named`` one that a caller names and may start. Of ``environment`` a child sees
    little. Only one ``installing`` runs at once.
    """

    root: Path = Path()
    python: Path | None = None
    named: Path | None = None
    is_allowed: bool = True
    may_install: bool = False
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    installing: "Lock" = field(default_factory=allocate_lock)
