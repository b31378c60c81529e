"""``shall config``: each setting, its value, source and meaning."""

import argparse
import json

from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, local, printable, write
from shall.settings import settings_table


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    table = settings_table(*settings_of(folder_of(arguments.workspace), {}))
    names = ("setting", "value", "source", "meaning")
    if arguments.format == "json":
        rows = [dict(zip(names, row, strict=True)) for row in table]
        write(json.dumps(rows, ensure_ascii=False, indent=2))
        return OK
    rows_with_head = [names, *table]
    widths = [max(len(row[column]) for row in rows_with_head) for column in range(3)]
    for row in rows_with_head:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        write(printable(f"{'  '.join(cells)}  {local(row[3])}"))
    return OK
