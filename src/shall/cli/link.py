"""``shall link``: writes which criterion a case verifies."""

import argparse

from shall.actions.linking import LinkEdit, differences, follow_moved, link_criterion
from shall.cli.options import project_of
from shall.cli.output import CHECK_FAILED, OK, notice, printable, say, write
from shall.errors import BadValue
from shall.workspace.workspace import Workspace


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    if arguments.moved:
        if arguments.criterion is not None:
            raise BadValue("--moved takes no criterion: it follows all that moved.")
        return _follow(workspace, dry_run=arguments.dry_run)
    if arguments.criterion is None or arguments.test is None:
        raise BadValue("Name a criterion and a case: shall link auth#1.2 tests/cases/a.yaml.")
    edit = link_criterion(workspace, arguments.criterion, arguments.test, dry_run=arguments.dry_run)
    if edit.before == edit.after:
        say(f"{edit.path} verifies {arguments.criterion} already.")
    else:
        _show(edit, dry_run=arguments.dry_run)
    return OK


def _follow(workspace: Workspace, *, dry_run: bool) -> int:
    relinked = follow_moved(workspace, dry_run=dry_run)
    for edit in relinked.edits:
        _show(edit, dry_run=dry_run)
    for span, why in relinked.left:
        notice(f"{span}: {why}")
    if not relinked.edits and not relinked.left:
        say("No criterion that is verified has moved.")
    return CHECK_FAILED if relinked.left else OK


def _show(edit: LinkEdit, *, dry_run: bool) -> None:
    if dry_run:
        write("\n".join(map(printable, differences(edit))))
    else:
        say(f"{edit.path} is updated.")
