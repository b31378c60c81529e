"""Measures MCP messages and sessions, and puts what observes them around a server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from mcp.server.context import ServerMiddleware
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from pydantic import ValidationError

from shall.mcp.session import Connected
from shall.serve.observe.ids import identify
from shall.serve.observe.labels import ERROR_CODES, METHODS, OTHER, VERSIONS

if TYPE_CHECKING:
    from shall.serve.observe.metrics import Metrics  # a library that stdio does without


def observe_server(server: MCPServer[Connected], metrics: "Metrics | None" = None) -> None:
    """Add ids, and with ``metrics`` measurements, to every message of a server.

    They come first, so that they see what any other middleware refuses.
    """
    around: list[ServerMiddleware[Any]] = [identify]
    if metrics is not None:
        tools = {tool.name for tool in server._tool_manager.list_tools()}
        around.append(operations(metrics, tools))
    server.middleware[:0] = around


def operations(metrics: "Metrics", tools: Iterable[str]) -> ServerMiddleware[Any]:
    """Make the middleware that measures; ``tools`` are the names that are counted separately."""
    known = frozenset(tools)

    async def measure(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        started, error = time.perf_counter(), ""
        try:
            result = await call_next(ctx)
            if isinstance(result, dict) and result.get("isError") is True:
                error = "tool_error"
            if ctx.method == "initialize":
                _time_session(metrics, ctx, result)
        except BaseException as raised:
            error = _error_type(raised)
            raise
        finally:
            version = ctx.protocol_version
            labels = (
                ctx.method if ctx.method in METHODS else OTHER,
                _tool_of(ctx, known),
                error,
                version if version in VERSIONS else OTHER,
                _transport_of(ctx),
            )
            metrics.take_operation(labels, time.perf_counter() - started)
        return result

    return measure


def _tool_of(ctx: Any, known: frozenset[str]) -> str:
    if ctx.method != "tools/call":
        return ""
    name = (ctx.params or {}).get("name")
    return name if isinstance(name, str) and name in known else OTHER


def _transport_of(ctx: Any) -> str:
    """Return the ``network.transport`` of the conventions."""
    return "pipe" if ctx.request is None else "tcp"


def _error_type(raised: BaseException) -> str:
    if isinstance(raised, MCPError):
        return str(raised.code) if raised.code in ERROR_CODES else OTHER
    if isinstance(raised, ValidationError):
        return str(INVALID_PARAMS)  # what the client is answered
    return "cancelled" if isinstance(raised, asyncio.CancelledError) else OTHER


def _time_session(metrics: "Metrics", ctx: Any, result: Any) -> None:
    """Measure from here until the session's connection is torn down.

    Only sessions that last: a stateless server has a connection for each request.
    """
    connection = ctx.session._connection  # the SDK reports its end nowhere else
    if connection.session_id is None and ctx.request is not None:
        return
    version = result.get("protocolVersion") if isinstance(result, dict) else None
    labels = (version if version in VERSIONS else OTHER, _transport_of(ctx))
    started = time.perf_counter()
    connection.exit_stack.callback(
        lambda: metrics.sessions.labels(*labels).observe(time.perf_counter() - started)
    )
