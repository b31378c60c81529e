"""The arguments of the commands about an OpenAPI document: ``cover`` and ``fuzz``."""

import argparse
from collections.abc import Callable
from typing import Any

from shall.cli.load_flags import count
from shall.cli.output_flags import FORMATS, add_report_files

MEASURES = ("operations", "statuses", "content-types")

Add = Callable[[Any, str, str], argparse.ArgumentParser]


def percentage(text: str) -> float:
    """Read a percentage from 0 to 100."""
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:  # NaN too, which no share is below
        raise argparse.ArgumentTypeError(f"{text} is not a percentage from 0 to 100")
    return percent


def add_cover(commands: Any, add: Add) -> None:
    """Add ``shall cover``."""
    command = add(commands, "cover", "Show what of an OpenAPI document a run touched.")
    command.add_argument("run", nargs="?", default="latest", help="id of a run (the newest)")
    _add_document(command)
    command.add_argument(
        "--base-url",
        metavar="URL",
        help="count only requests below this URL (default: below a server path of the document)",
    )
    command.add_argument(
        "--fail-under",
        type=percentage,
        metavar="PERCENT",
        help="exit with status 1 if the coverage is lower",
    )
    command.add_argument(
        "--of",
        choices=MEASURES,
        default="operations",
        help="what --fail-under applies to (operations)",
    )
    command.add_argument("--format", choices=("text", "json", "markdown"), default="text")


def add_fuzz(commands: Any, add: Add) -> None:
    """Add ``shall fuzz``."""
    command = add(commands, "fuzz", "Test an API by its OpenAPI document with Schemathesis.")
    _add_document(command)
    command.add_argument(
        "--base-url", metavar="URL", help="where the API is (default: `host` of shall.yaml)"
    )
    command.add_argument(
        "--max-examples",
        type=count,
        default=20,
        metavar="N",
        help="generated requests of an operation at most (20)",
    )
    command.add_argument(
        "--timeout",
        type=count,
        default=600,
        metavar="SECONDS",
        help="end after this many seconds, with the results until then (600)",
    )
    command.add_argument(
        "--seed", type=int, metavar="N", help="generate the requests of an earlier run again"
    )
    command.add_argument("--format", choices=("text", *FORMATS), default="text")
    command.add_argument(
        "--no-color", action="store_true", default=None, help="print without colours"
    )
    add_report_files(command, "report-")


def _add_document(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--openapi",
        metavar="FILE|URL",
        help="the document: OpenAPI 3 as YAML or JSON (`openapi` of shall.yaml)",
    )
