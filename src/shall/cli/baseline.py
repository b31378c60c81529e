"""``shall baseline``: write down what is proved."""

import argparse

from shall.actions.baseline import write_baseline
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, say
from shall.specs.baseline import proved_percent


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {})
    rows, path = write_baseline(open_project(folder, settings))
    proved = sum(row.is_proved for row in rows.values())
    say(f"{path}: {proved} of {len(rows)} criteria are proved ({int(proved_percent(rows))} %).")
    say("Commit it: `shall gate` fails where one of them is not proved any more.")
    return OK
