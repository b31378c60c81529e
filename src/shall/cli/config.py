"""``shall config``: each setting, its value, source and meaning."""

import argparse
import json

from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, local, write, write_table
from shall.settings.page import settings_table


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    table = settings_table(*settings_of(folder_of(arguments.workspace), {}))
    names = ("setting", "value", "source", "meaning")
    if arguments.format == "json":
        rows = [dict(zip(names, row, strict=True)) for row in table]
        write(json.dumps(rows, ensure_ascii=False, indent=2))
        return OK
    shown = [(name, value, _local_source(source), local(it)) for name, value, source, it in table]
    write_table([tuple(map(local, names)), *shown])
    return OK


def _local_source(source: str) -> str:
    kind, _, name = source.partition(" ")
    return f"{local(kind)} {name}".rstrip()
