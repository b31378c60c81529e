"""``shall waive``: criteria that need not be proved for a while."""

import argparse

from shall.actions.decisions import waive, withdraw
from shall.cli.options import project_of
from shall.cli.output import OK, say
from shall.errors import BadValue
from shall.specs.decisions import DecisionKind


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    if arguments.remove:
        for key in withdraw(workspace, arguments.keys, DecisionKind.WAIVER, arguments.by):
            say(f"The waiver of {key} is withdrawn.")
        return OK
    if arguments.reason is None or arguments.until is None:
        raise BadValue("A waiver needs --reason and --until.")
    recorded = waive(workspace, arguments.keys, arguments.reason, arguments.until, arguments.by)
    for it in recorded:
        say(
            f"{it.row.criterion.key} is waived until {arguments.until}"
            f" (its evidence: {it.row.evidence_status})."
        )
    return OK
