"""``shall review``: linked cases and tests that still fit the text of their criterion."""

import argparse

from shall.actions.decisions import review
from shall.cli.options import project_of
from shall.cli.output import OK, say
from shall.specs.status import Status


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    for it in review(workspace, arguments.keys, arguments.source, arguments.by):
        sources = ", ".join(decision.source for decision in it.decisions)
        say(f"{it.row.criterion.key}: reviewed {sources}; it is {it.row.status}.")
        if it.row.status is Status.SUSPECT:
            say("Run it for this text: a review proves nothing.")
    return OK
