"""Which cases ``shall run`` chooses by a change, and what it promises to try."""

import argparse
from collections.abc import Sequence

from shall.actions.expectations import Expectations
from shall.cli.output import CHECK_FAILED, OK, notice
from shall.errors import InvalidInput
from shall.workspace.workspace import Workspace


def paths_to_run(
    workspace: Workspace, named: Sequence[str], arguments: argparse.Namespace
) -> Sequence[str] | None:
    """Return the paths to run: those that are named, or those of the cases that a change touches.

    None: no case is touched.

    Raises:
        InvalidInput: Paths are named beside a change that chooses them.
    """
    if not arguments.impacted:
        if arguments.since:
            raise InvalidInput("--since requires --impacted.")
        return named
    if named:
        raise InvalidInput("--impacted chooses the cases and cannot be combined with paths.")
    from shall.actions.impact import impact_since

    impact = impact_since(workspace, arguments.since or "HEAD")
    if impact.tests:
        notice(f"Run these tests with pytest: {', '.join(impact.tests)}.")
    if note := impact.unlinked_note():
        notice(note)
    if not impact.cases:
        notice("No case is touched, so none runs.")
    return impact.cases or None


class Promises:
    """What a run promises to try."""

    def __init__(self, workspace: Workspace, arguments: argparse.Namespace) -> None:
        self._expectations = Expectations(workspace, arguments.expect, arguments.expect_cases)
        self.take = self._expectations.take

    def status(self, status: int) -> int:
        """Report what was expected and did not happen; it fails a run that passed."""
        unmet = self._expectations.unmet()
        for sentence in unmet:
            notice(sentence)
        return CHECK_FAILED if unmet and status == OK else status
