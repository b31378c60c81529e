"""``shall install``: the configuration with which an MCP client finds the server."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from shall.admin.clients import CLIENTS, Client, Machine, Scope, Server
from shall.admin.install import Installed, file_of, install, text_to_add
from shall.cli.command_flags import add_install_arguments
from shall.cli.options import folder_of
from shall.cli.output import OK, notice, printable, say, write
from shall.cli.parser import Parser
from shall.errors import InvalidInput
from shall.settings import process_environment


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    project = folder_of(arguments.workspace)
    client = CLIENTS[arguments.client]
    server = _server(arguments, project)
    scope = None if arguments.scope is None else Scope(arguments.scope)
    machine = Machine(Path.home(), sys.platform, process_environment())
    file = file_of(client, scope, machine, project)
    if arguments.print:
        notice(f"Nothing was written. Configuration for {file}:")
        write(text_to_add(client, server, file).rstrip("\n"))
        return OK
    installed = install(client, server, file, datetime.now(UTC))
    for line in _report(client, server, installed, in_project=file.is_relative_to(project)):
        say(printable(line))
    return OK


def install_as_before(argv: Sequence[str]) -> int:
    """Run ``api-auto-test-mcp install``; ``argv`` is what follows the word install."""
    command = Parser(
        prog="api-auto-test-mcp install",
        description="Add this server to the configuration of an MCP client.",
    )
    add_install_arguments(command, default="claude-code")
    command.add_argument(
        "--debug", action="store_true", help="show the traceback of an internal error"
    )
    return execute(command.parse_args(argv))


def _server(arguments: argparse.Namespace, project: Path) -> Server:
    _check_word(
        "--name", arguments.name, r"[A-Za-z0-9_-]{1,64}", "up to 64 letters, digits, - and _"
    )
    if arguments.token_env is not None:
        _check_word(
            "--token-env", arguments.token_env, r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable"
        )
        if arguments.url is None:
            raise InvalidInput("--token-env requires the URL of a server.", hint="Add --url.")
    if arguments.url is None:
        return Server(arguments.name, _command(project))
    url = urlsplit(arguments.url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise InvalidInput(
            f"{arguments.url} is not the URL of a server.", hint="Use https://host:port/mcp."
        )
    if url.username or url.password:
        raise InvalidInput(
            "The URL contains a password, which would be stored.", hint="Use --token-env NAME."
        )
    return Server(arguments.name, url=arguments.url, token_variable=arguments.token_env or "")


def _command(project: Path) -> tuple[str, ...]:
    """Return a command that starts in any environment: clients have a PATH of their own."""
    if not project.is_dir():
        raise InvalidInput(f"The folder {project} does not exist.", hint="Create the folder first.")
    if project in {Path(project.anchor), Path.home().resolve()}:
        raise InvalidInput(
            f"{project} is too broad to be a workspace.",
            hint="Choose a project with --workspace DIR.",
        )
    # -P: a module of the project must not be taken for one of ours.
    command = (sys.executable, "-P", "-m", "shall", "serve", "--transport", "stdio")
    return (*command, "--workspace", str(project))


def _check_word(flag: str, word: str, pattern: str, meant: str) -> None:
    if not re.fullmatch(pattern, word):
        raise InvalidInput(f"{flag} {word!r} is not valid.", hint=f"Use {meant}.")


def _report(client: Client, server: Server, done: Installed, *, in_project: bool) -> list[str]:
    if not done.changed:
        return [f"{done.file} already contains {server.name}. Nothing was changed."]
    lines = [f"Added {server.name} to {done.file}."]
    if done.backup is None:
        lines.append("The file is new. To undo this, delete it.")
    else:
        lines.append(f"To undo this, restore the previous file: {done.backup}")
    if in_project and server.command:
        lines.append("It contains paths of this machine. Do not commit it.")
    if server.token_variable:
        lines.append(client.credential_note.format(variable=server.token_variable))
    return [*lines, client.next_step]
