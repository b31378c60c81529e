"""How unit cases run: in which interpreter, and what may be installed there."""

import threading
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field


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
    installing: threading.Lock = field(default_factory=threading.Lock)
