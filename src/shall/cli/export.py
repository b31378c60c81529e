"""``shall export``: a case for another tool."""

import argparse
from typing import TYPE_CHECKING

from shall.actions.cases import get_case
from shall.cases.model import Case
from shall.cli.options import project_of
from shall.cli.output import OK, notice, write, write_file
from shall.cli.run import path_in
from shall.errors import InvalidCase, InvalidInput

if TYPE_CHECKING:
    from shall.exports.names import Exported


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    found = get_case(workspace, path_in(workspace.root, arguments.case))
    if found.problems:
        raise InvalidCase(list(found.problems))
    if found.case is None:
        raise InvalidInput(f"{found.path} is not an API case, so it cannot be exported.")
    exported = _exported(arguments.kind, found.case, found.path)
    if arguments.output is None:
        write(exported.text.rstrip("\n"))
    else:
        write_file(arguments.output, exported.text)
    names = ", ".join(exported.variables)
    if names and arguments.kind == "hurl":
        notice(f"Pass these variables to hurl with --variable or --secret: {names}.")
    elif names:
        notice(f"Set these environment variables: {names}.")
    for part in exported.left_out:
        notice(f"Left out: {part}.")
    return OK


def _exported(kind: str, case: Case, path: str) -> "Exported":
    """Return a case as a text of another tool; each writer is loaded where it is used."""
    if kind == "curl":
        from shall.exports.curl import to_curl

        return to_curl(case, path)
    if kind == "hurl":
        from shall.exports.hurl import to_hurl

        return to_hurl(case, path)
    from shall.exports.pytest_file import to_pytest

    return to_pytest(case, path)
