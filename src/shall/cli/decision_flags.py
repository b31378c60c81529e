"""The flags of the commands that record decisions about criteria."""

import argparse
from datetime import date

from shall.specs.decisions import Method, Verdict


def add_waive_arguments(command: argparse.ArgumentParser) -> None:
    """Add what ``shall waive`` takes."""
    _add_keys(command)
    command.add_argument("--reason", metavar="TEXT", help="why it need not be proved for a while")
    _add_until(command)
    _add_remove(command)


def add_attest_arguments(command: argparse.ArgumentParser) -> None:
    """Add what ``shall attest`` takes."""
    _add_keys(command)
    command.add_argument(
        "--method", choices=[it.value for it in Method], help="how a person verified it"
    )
    command.add_argument("--record", metavar="TEXT", help="where the record of it is")
    _add_until(command)
    _add_remove(command)


def add_review_arguments(command: argparse.ArgumentParser) -> None:
    """Add what ``shall review`` takes."""
    _add_keys(command)
    command.add_argument("--source", metavar="SOURCE", help="only this case or test (all linked)")


def add_approve_arguments(command: argparse.ArgumentParser) -> None:
    """Add what ``shall approve`` takes."""
    command.add_argument("paths", nargs="+", metavar="PATH", help="requirements, design or tasks")
    chosen = command.add_mutually_exclusive_group()
    for flag, verdict, meaning in (
        ("--request", Verdict.REQUESTED.value, "ask for it instead"),
        ("--reject", Verdict.REJECTED.value, "reject it instead"),
        ("--status", None, "only show it; exit with 1 unless all are approved"),
    ):
        chosen.add_argument(flag, dest="verdict", action="store_const", const=verdict, help=meaning)
    command.set_defaults(verdict=Verdict.APPROVED.value)
    command.add_argument("--note", metavar="TEXT", help="why, or what to change")
    _add_by(command)


def _add_keys(command: argparse.ArgumentParser) -> None:
    command.add_argument("keys", nargs="+", metavar="KEY", help="criteria, such as auth#1.2")
    _add_by(command)


def _add_by(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", metavar="NAME", help="who decides (git's user.name)")


def _add_until(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--until", type=_day, metavar="DATE", help="the last day on which it counts: 2027-01-31"
    )


def _add_remove(command: argparse.ArgumentParser) -> None:
    command.add_argument("--remove", action="store_true", help="withdraw what was recorded")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date such as 2027-01-31") from None


def add_link_arguments(command: argparse.ArgumentParser) -> None:
    """Add what ``shall link`` takes."""
    command.add_argument("criterion", nargs="?", metavar="CRITERION", help="such as auth#1.2")
    command.add_argument("test", nargs="?", metavar="TEST", help="a case file")
    command.add_argument(
        "--moved", action="store_true", help="follow the criteria whose text has another key now"
    )
    command.add_argument("--dry-run", action="store_true", help="show the edits and write nothing")
