"""``shall serve``: an MCP server on stdio or HTTP."""

import argparse
import gc
from pathlib import Path

from shall.cli.options import settings_of
from shall.errors import InvalidSetting
from shall.settings import Settings


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    flags = {
        "transport": arguments.transport,
        "server_host": arguments.server_host,
        "server_port": arguments.server_port,
        "path": arguments.path,
        "workspaces": arguments.workspace,
        "auth_token": token_from(arguments.token_file),
        "log_level": arguments.log_level,
        "insecure": arguments.insecure,
    }
    settings, _ = settings_of(Path.cwd(), flags)
    return start(settings)


def start(settings: Settings) -> int:
    """Serve until the client leaves or a signal comes; give the exit status."""
    # What the SDK makes while it is imported stays: looking through it for garbage is 6 % of the
    # time that a client waits for its server.
    gc.disable()
    if settings.transport == "stdio":
        from shall.serve.stdio import serve_stdio as serve
    else:
        from shall.serve.http import serve_http as serve
    gc.freeze()
    gc.enable()
    return serve(settings)


def token_from(file: str | None) -> str | None:
    """Read a bearer token from a file.

    Raises:
        InvalidSetting: The file cannot be read or is empty.
    """
    if file is None:
        return None
    try:
        token = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"The token file {file} cannot be read: {error}.") from None
    if not token:
        raise InvalidSetting(f"The token file {file} is empty.")
    return token
