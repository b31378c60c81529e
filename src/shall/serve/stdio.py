"""Serves one client over standard input and output."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable

from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server

from shall.mcp.run_tools import RUN_TASK
from shall.mcp.server import build_server
from shall.mcp.session import Connected
from shall.serve.input_end import Answers, InFlight, Requests
from shall.serve.observe.logs import set_up_logging
from shall.serve.observe.operations import observe_server
from shall.serve.observe.tracing import set_up_tracing
from shall.serve.toolset import named_access
from shall.serve.worker_program import worker_program
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings

DRAIN_S = 15
"""How long runs may take to end after a signal; their teardowns have ten seconds."""


def serve_stdio(settings: Settings) -> int:
    """Serve until the client closes our input or a signal comes; return the exit status.

    What was asked for before the input ended is answered, for as long as ``drain_s``.
    """
    set_up_logging(settings)
    spaces = open_workspaces(settings, worker_program=worker_program(settings))
    server = build_server(spaces, settings.server_name, access=named_access(settings))
    end_tracing = set_up_tracing(server, settings)
    observe_server(server)

    def end() -> None:
        spaces.close()
        end_tracing()

    try:
        asyncio.run(_serve(server, settings.drain_s, end))
    finally:
        end()
    return 0


async def _serve(server: MCPServer[Connected], drain_s: float, end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    leaving: list[asyncio.Task[None]] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: leaving.append(loop.create_task(_leave(end))))
    low = server._lowlevel_server
    in_flight = InFlight(drain_s)
    try:
        async with stdio_server() as (reading, writing):
            await low.run(
                Requests(reading, in_flight),
                Answers(writing, in_flight),
                low.create_initialization_options(),
            )
    except* BrokenPipeError:
        pass  # nobody is there to read the answers


async def _leave(end: Callable[[], None]) -> None:
    """Stop what runs, keep its state, and end the process."""
    runs = [task for task in asyncio.all_tasks() if task.get_name() == RUN_TASK]
    for run in runs:
        run.cancel()
    if runs:
        await asyncio.wait(runs, timeout=DRAIN_S)
    end()
    logging.shutdown()
    os._exit(0)  # the thread that waits for the client's next line cannot be woken
