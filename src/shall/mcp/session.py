"""Which workspace a call works in."""

import logging
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from msgspec import Struct

from shall.actions.session import Session
from shall.actions.tool_access import ToolAccess
from shall.actions.workers import Workers
from shall.mcp.caller import caller_of, is_anonymous
from shall.workspace.workspaces import Workspaces

ROOTS_TIMEOUT_S = 5.0

_log = logging.getLogger(__name__)


class Connected(Struct):
    """What a connection works with: over stdio each client has its own, over HTTP all share one.

    ``roots`` None: the client was not asked yet. ``workers`` carry out what takes time.
    ``access`` is what the operator offers.
    """

    workspaces: Workspaces
    workers: Workers
    access: ToolAccess
    roots: tuple[Path, ...] | None = None


async def session_of(context: Context[Any, Any]) -> Session:
    """Return what a call of an MCP client works with; over stdio ask it for its roots."""
    request = context.request_context
    connected: Connected = request.lifespan_context
    roots: tuple[Path, ...] = ()
    # Only over stdio: there the client started us and may do what we may. A caller over the
    # network names folders of another machine, and must not widen what the operator allows.
    if connected.workspaces.takes_client_roots and request.request is None:
        roots = await _client_roots(context, connected)

    async def report(done: int, message: str) -> None:
        await context.report_progress(done, None, message)

    return Session(
        caller=caller_of(request.request),
        workspaces=connected.workspaces,
        workers=connected.workers,
        access=connected.access,
        roots=roots,
        is_anonymous=is_anonymous(request.request),
        report=report,
    )


async def _client_roots(context: Context[Any, Any], connected: Connected) -> tuple[Path, ...]:
    """Request the client's roots, once a connection."""
    capabilities = context.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return ()
    if connected.roots is None:
        connected.roots = await _asked(context.session)
    return connected.roots


async def _asked(session: Any) -> tuple[Path, ...]:
    try:
        with warnings.catch_warnings(), anyio.fail_after(ROOTS_TIMEOUT_S):
            warnings.simplefilter("ignore", MCPDeprecationWarning)
            answer = await session.list_roots()
    except (MCPError, TimeoutError) as error:
        _log.warning("the client does not list its roots: %s", error)
        return ()
    folders = (_folder_of(str(root.uri)) for root in answer.roots)
    return tuple(folder for folder in folders if folder is not None)


def _folder_of(uri: str) -> Path | None:
    """Return the folder of a ``file:`` URI; None for other schemes, and for what can be no path."""
    try:
        part = urlsplit(uri)
        folder = Path(unquote(part.path)).resolve()  # ValueError: a null byte
        folder.is_dir()  # OSError: a name too long
    except (ValueError, OSError) as error:
        _log.warning("a root of the client is left out, %r: %s", uri, error)
        return None
    return folder if part.scheme == "file" else None
