"""``shall baseline``: write down what is proved."""

import argparse

from shall.actions.baseline import write_baseline
from shall.cli.options import project_of
from shall.cli.output import OK, say
from shall.specs.baseline import proved_percent


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    rows, path = write_baseline(workspace)
    proved = sum(row.is_proved for row in rows.values())
    say(f"{path}: {proved} of {len(rows)} criteria are proved ({int(proved_percent(rows))} %).")
    say("Commit it: `shall gate` fails if one of them is no longer proved.")
    return OK
