"""The arguments of every command, and the settings they make."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shall import __version__
from shall.actions.principal import SCOPES
from shall.bootstrap import project_folder, unused_state, unused_state_notice
from shall.cli.output import tell
from shall.cli.serving_flags import add_serving_flags
from shall.settings import Settings, Sources, process_environment, read_settings

MATRIX_FORMATS = ("json", "csv", "md")
PROBLEM_FORMATS = ("concise", "github", "gitlab", "junit", "sarif")


def parser() -> argparse.ArgumentParser:
    """Make the parser of the ``shall`` command."""
    main = argparse.ArgumentParser(
        prog="shall", description="Write what the system shall do. Prove that it does."
    )
    main.add_argument("--version", action="version", version=f"shall {__version__}")
    commands = main.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_init(commands)
    _add_run(commands)
    _add_trace(commands)
    _add_lint(commands)
    _add_serve(commands)
    _add_demo(commands)
    _add_config(commands)
    _add_install(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_doctor(commands)
    _add_token(commands)
    for command in commands.choices.values():
        command.add_argument(
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
        tell(unused_state_notice(unused, root))
    return root


def settings_of(
    folder: Path, flags: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
) -> tuple[Settings, Sources]:
    """Read the settings for a command. Raises ``InvalidSetting``."""
    return read_settings(flags, process_environment(), folder, defaults)


def _percent(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:  # NaN too, which no share is below
        raise argparse.ArgumentTypeError(f"{text} is not 0 to 100")
    return percent


_Commands = Any  # argparse keeps the type of add_subparsers() to itself


def _add(commands: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    return command


def _add_workspace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workspace", metavar="DIR", help="the project's folder (the current one)"
    )


def _add_init(commands: _Commands) -> None:
    command = _add(
        commands, "init", "Make a first requirement, a case that verifies it, and state."
    )
    _add_workspace(command)


def _add_run(commands: _Commands) -> None:
    command = _add(commands, "run", "Run test cases and keep the results.")
    command.add_argument("paths", nargs="*", help="case files or folders (tests/cases)")
    command.add_argument("--tag", action="append", default=[], help="only cases with this tag")
    command.add_argument("--host", help="host of the service, instead of what the cases name")
    command.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", help="a variable; JSON or text"
    )
    command.add_argument("--timeout", metavar="SECONDS", help="how long the run may take")
    command.add_argument("--concurrency", metavar="N", help="cases that run at once")
    command.add_argument(
        "--workers", "-j", metavar="N", help="processes that run cases, or auto (auto)"
    )
    command.add_argument("--environment", metavar="NAME", help="note results under this name")
    command.add_argument(
        "--keep", metavar="WHICH", help="store headers and bodies of failed cases (failed), or all"
    )
    command.add_argument("--report-html", metavar="FILE", help="write the HTML report here")
    command.add_argument("--report-junit", metavar="FILE", help="write JUnit XML here")
    command.add_argument("--report-json", metavar="FILE", help="write the results as JSON here")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--quiet", action="store_true", help="only what did not pass, and counts")
    command.add_argument("--no-color", action="store_true", default=None)
    _add_workspace(command)


def _add_trace(commands: _Commands) -> None:
    command = _add(commands, "trace", "Show which criterion is proved by which case or test.")
    command.add_argument(
        "--format",
        choices=("text", *MATRIX_FORMATS, *PROBLEM_FORMATS),
        default="text",
        help="the matrix (text, json, csv, md), or its problems alone",
    )
    command.add_argument(
        "--fail-under",
        type=_percent,
        metavar="PERCENT",
        help="exit status 1 when fewer criteria are proved",
    )
    command.add_argument("--feature", help="only this feature")
    command.add_argument(
        "--environment",
        action="append",
        metavar="NAME",
        help="count only outcomes in this environment; may be repeated",
    )
    command.add_argument("--why", metavar="KEY", help="show what proves one criterion, and when")
    command.add_argument(
        "--strict", action="store_true", help="exit status 1 where a link names no criterion"
    )
    command.add_argument(
        "--exit-zero", action="store_true", help="exit status 0 whatever the statuses are"
    )
    command.add_argument("--no-color", action="store_true", default=None)
    _add_workspace(command)


def _add_lint(commands: _Commands) -> None:
    command = _add(commands, "lint", "Check how requirements are written.")
    command.add_argument("paths", nargs="*", help="documents or folders (all documents)")
    command.add_argument(
        "--format", choices=("text", "json", *PROBLEM_FORMATS), default="text", help="output format"
    )
    command.add_argument(
        "--severity",
        choices=("error", "warning", "info"),
        default="warning",
        help="the least serious findings that are shown (warning)",
    )
    command.add_argument("--strict", action="store_true", help="exit status 1 for warnings as well")
    command.add_argument("--fix", action="store_true", help="correct what is mechanical")
    command.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and write nothing"
    )
    command.add_argument("--list", action="store_true", help="list the rules")
    command.add_argument("--explain", metavar="RULE", help="describe a rule, by code or name")
    _add_workspace(command)


def _add_serve(commands: _Commands) -> None:
    add_serving_flags(_add(commands, "serve", "Serve MCP clients."))


def _add_demo(commands: _Commands) -> None:
    command = _add(commands, "demo", "Start an example service, run its cases, show the matrix.")
    command.add_argument(
        "--to", metavar="DIR", default="shall-demo", help="where the example is copied to"
    )
    command.add_argument("--no-color", action="store_true", default=None)


def _add_config(commands: _Commands) -> None:
    command = _add(commands, "config", "Show each setting, its value, source and meaning.")
    command.add_argument("--format", choices=("text", "json"), default="text")
    _add_workspace(command)


def _add_install(commands: _Commands) -> None:
    command = _add(commands, "install", "Write the configuration of an MCP client.")
    add_install_arguments(command)


def add_install_arguments(command: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add what ``install`` takes; ``default`` is the client where none is named."""
    command.add_argument(
        "client",
        metavar="CLIENT",
        choices=("claude-code", "claude-desktop", "cursor", "vscode", "windsurf", "codex"),
        nargs="?" if default else None,
        default=default,
        help="%(choices)s",
    )
    command.add_argument(
        "--scope", choices=("user", "project"), help="for all your projects, or for this one"
    )
    command.add_argument(
        "--print", action="store_true", help="write nothing, show what would be written"
    )
    command.add_argument("--url", help="a server over HTTP, instead of one the client starts")
    command.add_argument(
        "--token-env", metavar="NAME", help="environment variable that holds the server's token"
    )
    command.add_argument("--name", default="shall", help="what the client calls the server (shall)")
    _add_workspace(command)


def _add_backup(commands: _Commands) -> None:
    command = _add(commands, "backup", "Keep a copy of the state in one file.")
    command.add_argument(
        "--to", metavar="FILE", help="the file to make (shall-backup-TIME.tar.gz, here)"
    )
    _add_workspace(command)


def _add_restore(commands: _Commands) -> None:
    command = _add(commands, "restore", "Put a copy of the state back.")
    command.add_argument("file", metavar="FILE", help="what `shall backup` made")
    command.add_argument(
        "--force", action="store_true", help="even a state in use or another user's"
    )
    _add_workspace(command)


def _add_doctor(commands: _Commands) -> None:
    command = _add(commands, "doctor", "Look for what is wrong, and say what to do.")
    command.add_argument(
        "--repair", action="store_true", help="repair the state; what is replaced is kept"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    _add_workspace(command)


def _add_token(commands: _Commands) -> None:
    command = _add(commands, "token", "Make, list and revoke tokens of a server.")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = _add(actions, "new", "Make a token and print it once; the file keeps its hash.")
    new.add_argument("--name", required=True, help="who holds it, for logs and limits")
    new.add_argument(
        "--scope",
        action="extend",
        nargs="+",
        choices=SCOPES,
        metavar="SCOPE",
        help=f"what the holder may do (read): {', '.join(SCOPES)}",
    )
    new.add_argument("--expires", metavar="WHEN", help="90d, 12h, 4w or 2027-01-01 (never)")
    listing = _add(actions, "list", "Show names, scopes and times.")
    revoke = _add(actions, "revoke", "Take a token out of the file.")
    revoke.add_argument("name", metavar="NAME")
    for action in (new, listing, revoke):
        action.add_argument("--file", required=True, help="the server's --token-file")
