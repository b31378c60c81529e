"""What the declarations of all commands share."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # most runs do without
    import argparse

Commands = Any  # argparse keeps the type of add_subparsers() to itself


def add_command(commands: Commands, name: str, text: str) -> "argparse.ArgumentParser":
    """Add a command with its description."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    return command


def add_workspace(command: "argparse.ArgumentParser") -> None:
    """Add the folder of the project to what a command takes."""
    command.add_argument(
        "--workspace",
        metavar="DIR",
        help="project folder (default: the one around the current folder)",
    )
