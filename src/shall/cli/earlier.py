"""The commands of the two earlier projects, with their flags and defaults."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shall import __version__
from shall.cli.options import settings_of
from shall.cli.serve import start

_SPEC_DEFAULTS = {"server_host": "localhost", "server_port": 3001}


def serve_api_auto_test(argv: Sequence[str]) -> int:
    """Serve as ``api-auto-test-mcp`` did: 127.0.0.1:8000, ``/mcp``, stdio."""
    command = argparse.ArgumentParser(prog="api-auto-test-mcp")
    _add_shared(command)
    command.add_argument("--sse-path", "--path", dest="path")
    command.add_argument("--auth-token")
    arguments = command.parse_args(argv)
    return _start(arguments, {"path": arguments.path, "auth_token": arguments.auth_token}, {})


def serve_spec_driven(argv: Sequence[str]) -> int:
    """Serve as ``python -m mcp_server_spec.main`` did: localhost:3001, stdio."""
    command = argparse.ArgumentParser(prog="mcp_server_spec")
    _add_shared(command)
    command.add_argument("--log-level")
    mode = command.add_mutually_exclusive_group()
    mode.add_argument("--enhanced", action="store_true", help="the default; kept for old commands")
    mode.add_argument("--basic", action="store_true", help="kept for old commands")
    arguments = command.parse_args(argv)
    return _start(arguments, {"log_level": arguments.log_level}, _SPEC_DEFAULTS)


def _add_shared(command: argparse.ArgumentParser) -> None:
    command.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    command.add_argument("--transport", help="stdio (default) or http-stream")
    command.add_argument("--host", dest="server_host")
    command.add_argument("--port", dest="server_port")
    command.add_argument("--workspace", action="append", metavar="DIR")
    command.add_argument("--debug", action="store_true", help="show where a fault of ours is")


def _start(arguments: argparse.Namespace, flags: dict[str, Any], defaults: dict[str, Any]) -> int:
    # Old client files pass the literal ${workspace}: it counts as absent.
    workspaces = [it for it in arguments.workspace or [] if it and not it.startswith("${")]
    flags |= {
        "transport": arguments.transport,
        "server_host": arguments.server_host,
        "server_port": arguments.server_port,
        "workspaces": workspaces or None,
    }
    settings, _ = settings_of(Path.cwd(), flags, defaults)
    return start(settings)
