"""``shall approve``: documents whose text somebody asked for, approved or rejected."""

import argparse

from shall.actions.approvals import Approval, approval_of, decide_about
from shall.cli.options import project_of
from shall.cli.output import CHECK_FAILED, OK, say
from shall.cli.run import path_in
from shall.specs.decisions import Verdict


def execute(arguments: argparse.Namespace) -> int:
    """Run the command; ``--status`` fails where a present text is not approved."""
    workspace, _ = project_of(arguments)
    paths = [path_in(workspace.root, it) for it in arguments.paths]
    if arguments.verdict is None:
        found = [approval_of(workspace, it) for it in paths]
    else:
        verdict = Verdict(arguments.verdict)
        found = [
            decide_about(workspace, it, verdict, arguments.by, arguments.note or "") for it in paths
        ]
    for it in found:
        say(_sentence(it))
    is_asked = arguments.verdict is None
    return CHECK_FAILED if is_asked and not all(it.is_approved for it in found) else OK


def _sentence(approval: Approval) -> str:
    path, last = approval.path, approval.last
    if last is None:
        return f"Nobody approved {path}."
    by, day = last.by, last.at.date()
    if not approval.is_current:
        return f"{path} was changed since {day}: what {by} decided about it no longer counts."
    if last.verdict is Verdict.REQUESTED:
        return f"{by} asked for the approval of {path} on {day}."
    if last.verdict is Verdict.REJECTED:
        return f"{path} was rejected by {by} on {day}."
    return f"{path} was approved by {by} on {day}."
