"""The arguments of ``shall cover``."""

import argparse
from collections.abc import Callable

MEASURES = ("operations", "statuses", "content-types")


def add_cover(command: argparse.ArgumentParser, percent: Callable[[str], float]) -> None:
    """Add the arguments of the command; ``percent`` reads a percentage."""
    command.add_argument("run", nargs="?", default="latest", help="id of a run (the newest)")
    command.add_argument(
        "--openapi",
        required=True,
        metavar="FILE|URL",
        help="the document: OpenAPI 3 as YAML or JSON",
    )
    command.add_argument(
        "--base-url",
        metavar="URL",
        help="count only requests below this URL (default: below a server path of the document)",
    )
    command.add_argument(
        "--fail-under",
        type=percent,
        metavar="PERCENT",
        help="exit with status 1 if less was seen",
    )
    command.add_argument(
        "--of",
        choices=MEASURES,
        default="operations",
        help="what --fail-under is about (operations)",
    )
    command.add_argument("--format", choices=("text", "json", "markdown"), default="text")
