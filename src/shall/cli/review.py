"""``shall review``: linked cases and tests that still fit the text of their criterion."""

import argparse

from shall.actions.decisions import review
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, say
from shall.specs.status import Status


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    workspace = open_project(folder, settings_of(folder, {})[0])
    for it in review(workspace, arguments.keys, arguments.source, arguments.by):
        sources = ", ".join(decision.source for decision in it.decisions)
        needs_run = it.row.status is Status.SUSPECT
        rest = ". Run it for this text: a review proves nothing." if needs_run else "."
        say(f"{it.row.criterion.key}: reviewed {sources}; it is {it.row.status}{rest}")
    return OK
