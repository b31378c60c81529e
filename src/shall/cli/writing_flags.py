"""The arguments of the commands that write cases, from something else or for something else."""

import argparse
from collections.abc import Callable
from typing import Any

IMPORT_FORMATS = ("curl", "postman", "har", "openapi", "hurl", "tavern", "runn")

Add = Callable[[Any, str, str], argparse.ArgumentParser]


def add_schema(commands: Any, add: Add) -> None:
    """Add ``shall schema``."""
    command = add(commands, "schema", "Print the JSON Schema of case files, for editors.")
    command.add_argument(
        "--write", action="store_true", help="write it to the folder of cases instead"
    )


def add_generate(commands: Any, add: Add) -> None:
    """Add ``shall generate``."""
    command = add(commands, "generate", "Write drafts of tests from criteria.")
    command.add_argument(
        "criteria", nargs="*", metavar="CRITERION", help="criteria or features (default: all)"
    )
    command.add_argument(
        "--openapi", metavar="FILE", help="take bodies of requests from this OpenAPI document"
    )
    command.add_argument(
        "--output", metavar="DIR", help="folder of the cases (default: tests/cases)"
    )
    command.add_argument(
        "--again", action="store_true", help="also for criteria that have a case or test"
    )
    command.add_argument("--dry-run", action="store_true", help="print the drafts, write nothing")
    command.add_argument("--format", choices=("text", "json"), default="text")


def add_import(commands: Any, add: Add) -> None:
    """Add ``shall import``."""
    command = add(commands, "import", "Write requests and tests of other tools as cases.")
    command.add_argument("file", metavar="FILE", help="what is read; - is the standard input")
    command.add_argument(
        "--from", dest="kind", choices=IMPORT_FORMATS, help="the format (default: recognized)"
    )
    command.add_argument(
        "--output",
        metavar="DIR",
        help="folder of the cases (default: tests/cases); - prints them instead",
    )
    command.add_argument("--force", action="store_true", help="overwrite cases that exist")
    command.add_argument(
        "--environment",
        dest="environment_file",
        metavar="FILE",
        help="environment of Postman that a collection is read with",
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(command="importing")  # no module can be named import


def add_export(commands: Any, add: Add) -> None:
    """Add ``shall export``."""
    command = add(commands, "export", "Write a test case for another tool.")
    command.add_argument("case", metavar="CASE", help="a case file")
    command.add_argument("--to", dest="kind", choices=("curl", "hurl", "pytest"), required=True)
    command.add_argument("--output", metavar="FILE", help="write to FILE (default: print)")
