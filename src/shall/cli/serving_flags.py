"""The flags of the commands that serve, made from the table of settings."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from shall.settings import SETTINGS, types

_LISTS = (types.words, types.networks)
_SERVING = tuple(row for row in SETTINGS if row.is_server and row.flag)


def add_serving_flags(
    command: argparse.ArgumentParser, aliases: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Add ``--workspace`` and the flag of every setting of a server.

    ``aliases`` maps names of settings to further flags of theirs.
    """
    command.add_argument(
        "--workspace",
        action="append",
        dest="workspaces",
        metavar="DIR",
        help="workspace folder of the clients; may be repeated",
    )
    for row in _SERVING:
        how: dict[str, Any] = {"metavar": row.flag.strip("-").upper().replace("-", "_")}
        if row.read is types.boolean:
            how = {"action": "store_true"}
        elif row.read in _LISTS:
            how["action"] = "append"
        command.add_argument(
            row.flag,
            *(aliases or {}).get(row.name, ()),
            dest=row.name,
            default=None,
            help=row.meaning.replace("%", "%%"),
            **how,
        )


def serving_flags(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what was said, by the names of the settings."""
    return {name: getattr(arguments, name) for name in ("workspaces", *(r.name for r in _SERVING))}
