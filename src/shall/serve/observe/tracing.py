"""Traces: sent by OTLP where an endpoint is set; else tracing is taken out of the server."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server._otel import OpenTelemetryMiddleware
from mcp.server.mcpserver import MCPServer
from msgspec.structs import replace
from opentelemetry import context
from opentelemetry.propagate import extract
from opentelemetry.trace import format_trace_id, get_current_span

from shall.actions.request_ids import CURRENT
from shall.errors import InvalidSetting
from shall.mcp.session import Connected
from shall.settings import Settings


def set_up_tracing(server: MCPServer[Connected], settings: Settings) -> Callable[[], None]:
    """Trace the server's messages if the settings name an endpoint; return what ends it.

    The server calls that last: it sends what was not sent yet.

    Raises:
        InvalidSetting: The extra ``otlp`` is not installed.
    """
    if not settings.otlp_endpoint:
        drop_tracing(server)
        return _nothing
    end = set_up_otlp(settings)
    at = [isinstance(it, OpenTelemetryMiddleware) for it in server.middleware].index(True)
    server.middleware[at : at + 1] = [_continue_http_trace, server.middleware[at], _note_trace]
    return end


def drop_tracing(server: MCPServer[Connected]) -> None:
    """Remove the middleware that the SDK always adds: without a listener it only costs time."""
    server.middleware[:] = [
        it for it in server.middleware if not isinstance(it, OpenTelemetryMiddleware)
    ]


def set_up_otlp(settings: Settings) -> Callable[[], None]:
    """Send the spans of this process to ``settings.otlp_endpoint``; return what ends it.

    Raises:
        InvalidSetting: The extra ``otlp`` is not installed.
    """
    try:
        from shall.serve.observe.otlp import send_spans
    except ImportError:
        raise InvalidSetting(
            "Traces cannot be sent: the OTLP exporter is not installed.",
            hint='Install it with pip install "shall[otlp]", or unset SHALL_OTLP_ENDPOINT.',
        ) from None
    return send_spans(settings.otlp_endpoint, settings.server_name)


async def _continue_http_trace(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Make the trace of the HTTP headers the parent, in front of the SDK's middleware.

    That one reads ``_meta`` only, and takes the surrounding trace where there is none.
    """
    headers = getattr(ctx.request, "headers", None)
    if headers is None or "traceparent" not in headers:
        return await call_next(ctx)
    before = context.attach(extract(headers))
    try:
        return await call_next(ctx)
    finally:
        context.detach(before)


async def _note_trace(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
    """Name the trace in the log, behind the SDK's middleware: also one that began here."""
    trace_id = format_trace_id(get_current_span().get_span_context().trace_id)
    before = CURRENT.set(replace(CURRENT.get(), trace_id=trace_id))
    try:
        return await call_next(ctx)
    finally:
        CURRENT.reset(before)


def _nothing() -> None:
    """End nothing."""
