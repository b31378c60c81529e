"""Imports libraries without the parts of theirs that no command uses.

A command imports for longer than it runs one case, and some libraries import much to offer little.
"""

import sys
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def left_out(name: str, **members: Any) -> Iterator[None]:
    """Leave a module out of what the block imports, unless it is imported already.

    The block finds only ``members`` in it; where none are named, its import fails, as if it were
    not installed. Afterwards it can be imported as ever. For one thread.
    """
    if name in sys.modules:
        yield
        return
    stand_in = None
    if members:
        stand_in = ModuleType(name)
        vars(stand_in).update(members)
    sys.modules[name] = stand_in  # type: ignore[assignment]  # None: it cannot be found
    try:
        yield
    finally:
        del sys.modules[name]


@contextmanager
def forward_references_unread() -> Iterator[None]:
    """Compile no forward reference in the block, which may only try how one is made.

    The first ``compile`` of a process makes a type for each kind of node of a syntax tree: 9 M
    instructions. For one thread.
    """
    forward_reference = typing.ForwardRef
    vars(typing)["ForwardRef"] = lambda _text, **_options: None
    try:
        yield
    finally:
        vars(typing)["ForwardRef"] = forward_reference
