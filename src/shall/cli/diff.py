"""``shall diff``: what changed between two baselines or commits."""

import argparse

from shall.actions.baseline import compare
from shall.cli.options import project_of
from shall.cli.output import OK, notice, write
from shall.report.changes import changes_json, changes_text


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    compared = compare(workspace, arguments.before, arguments.after)
    for note in compared.notes:
        notice(note)
    if arguments.format == "json":
        write(changes_json(compared.changes, compared.names, compared.removed).rstrip("\n"))
    else:
        language = settings.language
        write(changes_text(compared.changes, compared.names, language, compared.removed))
    return OK
