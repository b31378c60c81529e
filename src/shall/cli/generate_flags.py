"""The arguments of ``shall generate``."""

import argparse


def add_generate(command: argparse.ArgumentParser) -> None:
    """Add them."""
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
