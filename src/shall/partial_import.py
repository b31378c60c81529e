"""Imports libraries without the parts of theirs that no command uses.

A command imports for longer than it runs one case, and some libraries import much to offer little.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

TYPE_CHECKING = False  # typing is one of those libraries
if TYPE_CHECKING:
    from typing import Any


@contextmanager
def left_out(name: str, **members: "Any") -> Iterator[None]:
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
        if sys.modules.get(name) is stand_in:  # else it was imported after all
            sys.modules.pop(name, None)


@contextmanager
def imported_late(name: str, *functions: str, **members: "Any") -> Iterator[None]:
    """Let what the block imports find ``members`` in a module, and import it when it uses others.

    ``functions`` of the module are found without importing it: they do so when they are called.
    What is imported already stays. For one thread.
    """

    def other_member(attribute: str) -> "Any":
        module = sys.modules.get(name)
        if module is not None and vars(module).get("__getattr__") is other_member:
            del sys.modules[name]
        return getattr(__import__(name), attribute)

    def called_late(function: str) -> "Any":
        return lambda *arguments: other_member(function)(*arguments)

    found = {it: called_late(it) for it in functions}
    with left_out(name, __getattr__=other_member, **found, **members):
        yield


@contextmanager
def forward_references_unread() -> Iterator[None]:
    """Compile no forward reference in the block, which may only try how one is made.

    The first ``compile`` of a process makes a type for each kind of node of a syntax tree: 9 M
    instructions. For one thread.
    """
    import typing

    forward_reference = typing.ForwardRef
    vars(typing)["ForwardRef"] = lambda _text, **_options: None
    try:
        yield
    finally:
        vars(typing)["ForwardRef"] = forward_reference
