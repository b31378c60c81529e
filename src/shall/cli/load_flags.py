"""The arguments of ``shall load``, and how their values are read."""

import argparse
import re
from typing import get_origin

from shall.actions.run_request import ARGUMENTS
from shall.cases.times import milliseconds

_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?:/(s|min|h))?")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def add_load(command: argparse.ArgumentParser) -> None:
    """Add the arguments of a load."""
    command.add_argument("paths", nargs="*", help="case files or folders (default: tests/cases)")
    command.add_argument(
        "--rate", type=rate, required=True, metavar="N/s", help="cases that start in a second"
    )
    command.add_argument(
        "--duration", type=time, required=True, metavar="TIME", help="how long cases start: 10s"
    )
    command.add_argument(
        "--concurrency",
        type=count,
        default=100,
        metavar="N",
        help="number of cases that run concurrently at most (100)",
    )
    command.add_argument(
        "--max-p95",
        type=time,
        metavar="TIME",
        help="exit with status 1 if the 95th percentile of the cases is longer",
    )
    command.add_argument(
        "--max-p99",
        type=time,
        metavar="TIME",
        help="exit with status 1 if the 99th percentile of the cases is longer",
    )
    command.add_argument(
        "--max-errors",
        type=percent,
        default=0.0,
        metavar="PERCENT",
        help="exit with status 1 if more cases do not pass (0%%)",
    )
    for name in ("tags", "keyword", "host", "environment", "variables"):
        argument = ARGUMENTS[name]
        command.add_argument(
            *filter(None, (argument.short_flag, argument.flag)),
            dest=name,
            action="append" if get_origin(argument.kind) in (list, dict) else "store",
            metavar=argument.metavar,
            help=argument.meaning,
        )
    command.add_argument("--format", choices=("text", "json"), default="text")


def rate(text: str) -> float:
    """Read a rate such as ``50/s`` as cases a second."""
    found = _RATE.fullmatch(text.strip())
    number = float(found[1]) / _SECONDS[found[2] or "s"] if found else 0.0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a rate such as 50/s or 30/min")
    return number


def time(text: str) -> float:
    """Read a length of time such as ``300ms`` as seconds."""
    found = milliseconds(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is not a time such as 300ms, 10s or 2min")
    return found / 1000


def count(text: str) -> int:
    """Read a whole number above 0."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def percent(text: str) -> float:
    """Read a percentage such as ``1%``."""
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%?", text.strip())
    if found is None or float(found[1]) > 100:
        raise argparse.ArgumentTypeError(f"{text} is not a percentage from 0% to 100%")
    return float(found[1])
