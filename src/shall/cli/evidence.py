"""``shall evidence``: shorten what is committed."""

import argparse

from shall.actions.compaction import compact_evidence
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import OK, say


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    workspace = open_project(folder, settings_of(folder, {})[0])
    dropped, originals = compact_evidence(workspace)
    if dropped:
        say(f"Dropped {dropped} lines that newer ones replaced; the originals are in {originals}.")
    else:
        say("No line is replaced by a newer one.")
    return OK
