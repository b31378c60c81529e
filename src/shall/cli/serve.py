"""``shall serve``: an MCP server on stdio or HTTP."""

import argparse
import gc
from collections.abc import Callable
from functools import partial
from pathlib import Path

from shall.cli.options import settings_of
from shall.cli.setting_flags import serving_flags
from shall.serve.legacy_modes import SHALL, ServerMode
from shall.settings import FILE_NAME, Settings


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    return start(_settings(arguments))


def _settings(arguments: argparse.Namespace) -> Settings:
    """Read the settings of the server.

    An MCP client starts its server in any folder, so that over stdio the ``shall.yaml`` of the one
    project counts. A server over HTTP belongs to an operator: that of the current folder counts.
    """
    flags = serving_flags(arguments)
    named: list[str] = arguments.workspaces or []
    if len(named) == 1 and (project := Path(named[0])).joinpath(FILE_NAME).is_file():
        settings, _ = settings_of(project, flags)
        if settings.transport == "stdio":
            return settings
    settings, _ = settings_of(Path.cwd(), flags)
    return settings


def start(settings: Settings, mode: ServerMode = SHALL) -> int:
    """Serve until the client leaves or a signal comes; return the exit status."""
    # What the SDK makes while it is imported stays: looking through it for garbage is 6 % of the
    # time that a client waits for its server.
    gc.disable()
    serve: Callable[[], int]
    if settings.transport == "stdio":
        from shall.serve.stdio import serve_stdio

        serve = partial(serve_stdio, settings)
    else:
        from shall.serve.http import serve_http

        serve = partial(serve_http, settings, mode)
    gc.freeze()
    gc.enable()
    return serve()
