"""The parser of the commands, and the settings that their arguments make."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shall import __version__
from shall.bootstrap import open_project, project_folder, unused_state, unused_state_notice
from shall.cli.output import notice, speak
from shall.cli.plain_arguments import plain_arguments
from shall.settings import Settings, Sources, process_environment, read_settings
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:  # most runs do without
    import argparse


def parsed(argv: Sequence[str]) -> "argparse.Namespace":
    """Return the arguments of a command, whose name comes first."""
    plain = plain_arguments(argv)
    return parser(argv[0]).parse_args(argv) if plain is None else plain


def parser(command: str | None = None) -> "argparse.ArgumentParser":
    """Return the parser of ``shall``: of one command, or of all where none has that name.

    ``--version`` needs none.
    """
    from shall.cli.parser import Parser
    from shall.cli.run_flags import add_run

    main = Parser(prog="shall", description="Write what the system shall do. Prove that it does.")
    main.add_argument(
        "--version",
        action="version",
        version=f"shall {__version__}",
        help="show program's version number and exit",
    )
    commands = main.add_subparsers(prog="shall", dest="command", metavar="COMMAND", required=True)
    if command == "run":
        add_run(commands)
    elif command != "--version":
        from shall.cli.command_flags import ADDERS  # which the command that runs most does without

        chosen = ADDERS.get(command or "")
        for add in [chosen] if chosen else dict.fromkeys(ADDERS.values()):
            add(commands)
    main.chosen = commands.choices.get(command or "")
    for each in commands.choices.values():
        each.add_argument(
            "--debug", action="store_true", help="show the traceback of an internal error"
        )
    return main


def folder_of(named: str | None) -> Path:
    """Return the root of the project: as named, else the one around the current folder."""
    if named is not None:
        return Path(named).resolve()
    current = Path.cwd()
    root, unused = project_folder(current), unused_state(current)
    if unused is not None:
        notice(unused_state_notice(unused, root))
    return root


def settings_of(
    folder: Path, flags: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
) -> tuple[Settings, Sources]:
    """Read the settings for a command, and show what follows in their language.

    Raises:
        InvalidSetting: Values cannot be used.
    """
    settings, sources = read_settings(flags, process_environment(), folder, defaults)
    speak(settings.language)
    return settings, sources


def project_of(arguments: "argparse.Namespace", **flags: Any) -> tuple[Workspace, Settings]:
    """Open the project of a command with its settings. Raises ``InvalidSetting``."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, flags)
    return open_project(folder, settings), settings
