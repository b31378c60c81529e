"""The arguments of ``shall run`` without flags, found without argparse.

To import it and to make the parser of the command takes 2 of the 50 ms of a run with one case.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from shall.cli.run_flags import add_run

if TYPE_CHECKING:
    import argparse

_DEFAULTS = {"store_true": False, "store_false": True}


class _Defaults:
    """Takes the declarations of a command as a parser does, and stores the defaults."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {"debug": False}

    def add_parser(self, name: str, **_: Any) -> "_Defaults":
        self.values["command"] = name
        return self

    def add_argument(
        self, *names: str, dest: str | None = None, action: str = "store", **more: Any
    ) -> None:
        if dest is None:
            flag = next((it for it in names if it.startswith("--")), names[0])
            dest = flag.lstrip("-").replace("-", "_")
        self.values[dest] = more.get("default", _DEFAULTS.get(action))


def plain_arguments(argv: Sequence[str]) -> "argparse.Namespace | None":
    """Return what argparse makes of ``run`` and paths; None where there is anything else."""
    if argv[0] != "run" or any(it.startswith("-") for it in argv):
        return None
    found = _Defaults()
    add_run(found)
    found.values["paths"] = list(argv[1:])
    return cast("argparse.Namespace", SimpleNamespace(**found.values))
