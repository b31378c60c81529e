"""``shall export``: a case for another tool."""

import argparse

from shall.actions.cases import get_case
from shall.cli.options import project_of
from shall.cli.output import OK, tell, write, write_file
from shall.cli.run import path_in
from shall.errors import InvalidCase, InvalidInput


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    workspace, _ = project_of(arguments)
    found = get_case(workspace, path_in(workspace.root, arguments.case))
    if found.problems:
        raise InvalidCase(list(found.problems))
    if found.case is None:
        raise InvalidInput(f"{found.path} is not an API case, so it cannot be exported.")
    if arguments.kind == "curl":
        from shall.exports.curl import to_curl

        exported = to_curl(found.case, found.path)
    else:
        from shall.exports.pytest_file import to_pytest

        exported = to_pytest(found.case, found.path)
    if arguments.output is None:
        write(exported.text.rstrip("\n"))
    else:
        write_file(arguments.output, exported.text)
    if exported.variables:
        tell(f"Set these environment variables: {', '.join(exported.variables)}.")
    for part in exported.left_out:
        tell(f"Left out: {part}.")
    return OK
