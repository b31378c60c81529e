"""Serves our application with the suite's fixtures, behind the proxy where a token is set."""

import argparse
import asyncio
from pathlib import Path

import asking  # type: ignore[import-not-found]
import fixtures  # type: ignore[import-not-found]
import uvicorn
from proxy import add_token  # type: ignore[import-not-found]

from shall.actions.tool_access import EVERY_TOOL
from shall.mcp.server import build_server
from shall.serve.app import Parts, assemble
from shall.serve.http import bound
from shall.serve.observe.logs import set_up_logging
from shall.serve.observe.metrics import Metrics
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings


async def main() -> None:
    """Serve until a signal comes; say where on standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--token", default="")
    arguments = parser.parse_args()
    settings = Settings(
        workspaces=(arguments.workspace,),
        sessions="yes",
        log_level="ERROR",
        auth_token=arguments.token,
        allowed_hosts=("localhost",) if arguments.token else (),
    )
    set_up_logging(settings)
    spaces = open_workspaces(settings)
    server = build_server(spaces)
    fixtures.register(server)
    asking.register(server)
    listener = bound("127.0.0.1", 0)
    port = listener.getsockname()[1]
    if arguments.token:
        port = await add_token(port, arguments.token)
    app = assemble(settings, Parts(spaces, server, Metrics(), EVERY_TOOL)).app
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    print(f"http://localhost:{port}/mcp", flush=True)  # noqa: T201 - what the test waits for
    await running.serve(sockets=[listener])


asyncio.run(main())
