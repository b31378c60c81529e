"""Serves one client over standard input and output."""

import asyncio

from shall.joining import open_workspaces
from shall.mcp.server import build_server
from shall.serve.logs import set_up_logging
from shall.settings import Settings


def serve_stdio(settings: Settings) -> int:
    """Serve until the client closes our input; give the exit status."""
    set_up_logging(settings)
    spaces = open_workspaces(settings)
    try:
        asyncio.run(build_server(spaces).run_stdio_async())
    finally:
        spaces.close()
    return 0
