"""The commands of the two earlier projects, with their flags and defaults."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shall import __version__
from shall.cli.options import settings_of
from shall.cli.parser import Parser
from shall.cli.serve import start
from shall.cli.setting_flags import add_serving_flags, serving_flags
from shall.serve.legacy_modes import SHALL, SPEC_DRIVEN, SPEC_DRIVEN_BASIC, ServerMode
from shall.settings.defaults import API_AUTO_TEST
from shall.settings.defaults import SPEC_DRIVEN as SPEC_DRIVEN_DEFAULTS


def serve_api_auto_test(argv: Sequence[str]) -> int:
    """Serve as ``api-auto-test-mcp`` did: 127.0.0.1:8000, ``/mcp``, stdio.

    ``install`` as the first argument writes a client's configuration instead.
    """
    if argv[:1] == ["install"]:
        from shall.cli.install import install_as_before

        return install_as_before(argv[1:])
    command = _command("api-auto-test-mcp")
    add_serving_flags(command, {"path": ("--sse-path",)})
    command.add_argument("--auth-token", help="bearer token; visible to other users of the machine")
    arguments = command.parse_args(argv)
    return _start(arguments, {"auth_token": arguments.auth_token}, API_AUTO_TEST, SHALL)


def serve_spec_driven(argv: Sequence[str]) -> int:
    """Serve as ``python -m mcp_server_spec.main`` did: localhost:3001, stdio."""
    command = _command("mcp_server_spec")
    add_serving_flags(command, {"tls_key": ("--ssl-keyfile",), "tls_cert": ("--ssl-certfile",)})
    modes = command.add_mutually_exclusive_group()
    modes.add_argument(
        "--enhanced", action="store_true", help="the default; accepted for compatibility"
    )
    modes.add_argument("--basic", action="store_true", help="serve the routes of the basic mode")
    arguments = command.parse_args(argv)
    mode = SPEC_DRIVEN_BASIC if arguments.basic else SPEC_DRIVEN
    return _start(arguments, {}, SPEC_DRIVEN_DEFAULTS, mode)


def _command(name: str) -> argparse.ArgumentParser:
    command = Parser(prog=name)
    command.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    command.add_argument(
        "--debug", action="store_true", help="show the traceback of an internal error"
    )
    return command


def _start(
    arguments: argparse.Namespace,
    more: Mapping[str, Any],
    defaults: Mapping[str, Any],
    mode: ServerMode,
) -> int:
    flags = {**serving_flags(arguments), **more}
    # Old client files pass the literal ${workspace}: it counts as absent.
    named = [it for it in flags["workspaces"] or [] if it and not it.startswith("${")]
    flags["workspaces"] = named or None
    settings, _ = settings_of(Path.cwd(), flags, defaults)
    return start(settings, mode)
