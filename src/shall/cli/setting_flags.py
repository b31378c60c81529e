"""Flags that are made from the table of settings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shall import value_types
from shall.settings import RUN_SETTINGS, SETTINGS, Setting

if TYPE_CHECKING:  # most runs do without
    import argparse

_LISTS = (value_types.words, value_types.networks)
_SERVING = tuple(it for it in SETTINGS if it.is_server and it.flag)
_RUNNING = tuple(it for it in RUN_SETTINGS if it.flag)


def add_serving_flags(
    command: "argparse.ArgumentParser", aliases: Mapping[str, Sequence[str]] | None = None
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
    _add_flags(command, _SERVING, aliases or {})


def serving_flags(arguments: "argparse.Namespace") -> dict[str, Any]:
    """Return what was said of a server, by the names of the settings."""
    return {"workspaces": arguments.workspaces, **_flags_of(arguments, _SERVING)}


def add_run_flags(command: "argparse.ArgumentParser") -> None:
    """Add the flag of every option of a run."""
    _add_flags(command, _RUNNING, {})


def run_flags(arguments: "argparse.Namespace") -> dict[str, Any]:
    """Return what was said of a run, by the names of the settings."""
    return _flags_of(arguments, _RUNNING)


def _add_flags(
    command: "argparse.ArgumentParser",
    settings: Iterable[Setting],
    aliases: Mapping[str, Sequence[str]],
) -> None:
    for row in settings:
        metavar = row.metavar or row.flag.strip("-").upper().replace("-", "_")
        how: dict[str, Any] = {"metavar": metavar}
        if row.read is value_types.boolean:
            how = {"action": "store_false" if row.flag == f"--no-{row.name}" else "store_true"}
        elif row.read in _LISTS:
            how["action"] = "append"
        command.add_argument(
            row.flag,
            *filter(None, (row.short_flag,)),
            *aliases.get(row.name, ()),
            dest=row.name,
            default=None,
            help=row.meaning.replace("%", "%%"),
            **how,
        )


def _flags_of(arguments: "argparse.Namespace", settings: Iterable[Setting]) -> dict[str, Any]:
    return {it.name: getattr(arguments, it.name) for it in settings}
