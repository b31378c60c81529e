"""``shall attest``: criteria that a person verified, because no test can."""

import argparse

from shall.actions.decisions import attest, withdraw
from shall.cli.options import project_of
from shall.cli.output import OK, say
from shall.errors import BadValue
from shall.specs.decisions import DecisionKind, Method


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    if arguments.remove:
        for key in withdraw(workspace, arguments.keys, DecisionKind.ATTESTATION, arguments.by):
            say(f"The attestation of {key} is withdrawn.")
        return OK
    if arguments.method is None or arguments.record is None:
        raise BadValue("An attestation needs --method and --record.")
    recorded = attest(
        workspace,
        arguments.keys,
        Method(arguments.method),
        arguments.record,
        arguments.until,
        arguments.by,
    )
    for it in recorded:
        say(f"{it.row.criterion.key} is verified by {arguments.method}: {it.decisions[0].reason}")
    return OK
