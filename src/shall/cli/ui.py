"""``shall ui``: serve the pages of a project on this machine, and open them in a browser."""

import argparse
import secrets
import sys
import webbrowser

from msgspec.structs import replace

from shall.cli.options import folder_of, settings_of
from shall.cli.output import has_display, say
from shall.serve.http import serve_http
from shall.serve.tool_access import asks_who
from shall.settings import Settings


def execute(arguments: argparse.Namespace) -> int:
    """Run the command: serve until Ctrl-C.

    Other users of the machine reach its ports, too: where the settings name no token, one is made
    that is good for this server.
    """
    root = folder_of(arguments.workspace)
    settings, _ = settings_of(
        root,
        {
            "workspaces": [str(root)],
            "transport": "http",
            "server_host": "127.0.0.1",
            "server_port": arguments.port,
            "workers": 1,
            "log_level": "WARNING",
            "pages": True,
        },
    )
    token = "" if asks_who(settings) else secrets.token_urlsafe(16)
    if token:
        settings = replace(settings, auth_token=token)

    def announce(origin: str, _: Settings) -> None:
        address = f"{origin}/"
        say(f"The pages are at {address} until you press Ctrl-C.")
        if token:
            say(f"Sign in with this token, which is good until then: {token}")
        else:
            say("Sign in with a token of this server.")
        sys.stdout.flush()
        if not arguments.no_open and has_display():
            webbrowser.open_new_tab(address)

    return serve_http(settings, announce=announce)
