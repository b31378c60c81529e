"""``shall export``: a case for another tool."""

import argparse

from shall.actions.export_case import export_case
from shall.cli.options import project_of
from shall.cli.output import OK, notice, write, write_file
from shall.cli.run import path_in


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    path = path_in(workspace.root, arguments.case)
    exported = export_case(workspace, path, arguments.kind)
    if arguments.output is None:
        write(exported.text.rstrip("\n"))
    else:
        write_file(arguments.output, exported.text)
    names = ", ".join(exported.variables)
    if names and arguments.kind == "hurl":
        notice(f"Pass these variables to hurl with --variable or --secret: {names}.")
    elif names:
        notice(f"Set these environment variables: {names}.")
    for name, place in exported.replacements():
        notice(f"{name} replaces {place}.")
    for part in exported.left_out:
        notice(f"Left out: {part}.")
    return OK
