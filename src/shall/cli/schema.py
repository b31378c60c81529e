"""``shall schema``: the JSON Schema of case files, for editors."""

import argparse
import json

from shall.actions.case_schema import write_schema
from shall.cases.json_schema import json_schema
from shall.cli.options import project_of
from shall.cli.output import OK, say, write


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    if not arguments.write:
        write(json.dumps(json_schema(), indent=2))
        return OK
    workspace, _ = project_of(arguments)
    say(f"Written: {write_schema(workspace)}.")
    return OK
