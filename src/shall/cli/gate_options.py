"""The arguments of the commands that guard the coverage of a project."""

import argparse
from collections.abc import Callable
from typing import Any

GATE_FORMATS = ("text", "json", "markdown", "junit", "sarif", "github", "gitlab", "concise")

Add = Callable[[Any, str, str], argparse.ArgumentParser]


def add_gate(commands: Any, add: Add) -> None:
    """Add ``shall gate``."""
    command = add(commands, "gate", "Check the coverage of the requirements, for CI.")
    command.add_argument(
        "--base",
        metavar="FILE|COMMIT",
        help="compare with this baseline or commit, instead of the committed baseline",
    )
    command.add_argument("--format", choices=GATE_FORMATS, default="text")
    command.add_argument(
        "--output", metavar="FILE", help="write it here, and a line to the terminal"
    )
    command.add_argument(
        "--environment",
        action="append",
        metavar="NAME",
        help="count only outcomes in this environment; may be repeated",
    )


def add_baseline(commands: Any, add: Add) -> None:
    """Add ``shall baseline``."""
    add(commands, "baseline", "Record what is proved, so that the gate reports what is lost.")


def add_diff(commands: Any, add: Add) -> None:
    """Add ``shall diff``."""
    command = add(commands, "diff", "Show what changed between two baselines or commits.")
    command.add_argument(
        "before", nargs="?", metavar="A", help="a baseline file or a commit (the baseline)"
    )
    command.add_argument(
        "after", nargs="?", metavar="B", help="a baseline file or a commit (the project as it is)"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")


def add_impact(commands: Any, add: Add) -> None:
    """Add ``shall impact``."""
    command = add(commands, "impact", "Show which criteria, cases and tests a change touches.")
    command.add_argument("names", nargs="*", metavar="NAME", help="files or criteria")
    command.add_argument("--since", metavar="COMMIT", help="changes since this commit (HEAD)")
    command.add_argument("--format", choices=("text", "json"), default="text")
