"""``shall evidence``: shorten what is committed."""

import argparse

from shall.actions.compaction import compact_evidence
from shall.cli.options import project_of
from shall.cli.output import OK, say
from shall.messages import plural


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    dropped, originals = compact_evidence(workspace)
    if dropped:
        lines = plural(dropped, "line", "lines")
        say(
            f"Dropped {dropped} {lines} that newer ones replaced; the originals are in {originals}."
        )
    else:
        say("No line is replaced by a newer one.")
    return OK
