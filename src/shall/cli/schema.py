"""``shall schema``: the JSON Schema of case files, for editors."""

import argparse
import json

from shall.cases.json_schema import json_schema
from shall.cli.output import OK, write


def execute(_: argparse.Namespace) -> int:
    """Carry out the command."""
    write(json.dumps(json_schema(), indent=2))
    return OK
