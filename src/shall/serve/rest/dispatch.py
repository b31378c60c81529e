"""An MCP request that came by plain HTTP, for the routes that offer tools and prompts as MCP does.

The request is served as one of revision 2026-07-28, which needs no session.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import anyio
from mcp.server.connection import Connection
from mcp.server.runner import modern_error_data, serve_one
from mcp.shared.dispatcher import CallOptions
from mcp.shared.exceptions import NoBackChannelError
from mcp.shared.message import MessageMetadata, ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    PROTOCOL_VERSION_META_KEY,
    ErrorData,
)
from mcp_types.version import LATEST_MODERN_VERSION
from msgspec import Struct, field
from starlette.requests import Request
from starlette.responses import Response

from shall.mcp.session import Connected
from shall.serve.problem import REQUEST_ID, problem
from shall.serve.rest.context import RestContext
from shall.serve.rest.responses import told_problem

CLIENT_LEFT = 499
"""Nobody reads it; proxies' logs know this number for a client that went away."""

_SERVER_ERROR = -32000
_META = {PROTOCOL_VERSION_META_KEY: LATEST_MODERN_VERSION, CLIENT_CAPABILITIES_META_KEY: {}}

Result = TypeVar("Result")


class Unanswered(Exception):
    """The MCP server answered an error, or the caller left. ``response`` is for the caller."""

    def __init__(self, response: Response) -> None:
        super().__init__("no result")
        self.response = response


async def ask(
    context: RestContext, request: Request, method: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the result of an MCP request. It is cancelled when the caller goes away.

    Raises:
        Unanswered: There is none.
    """
    outcome = await unless_gone(request, _served(context, request, method, params))
    if outcome is None:
        raise Unanswered(Response(status_code=CLIENT_LEFT))
    if isinstance(outcome, ErrorData):
        raise Unanswered(_problem_of(request, outcome))
    return outcome


async def _served(
    context: RestContext, request: Request, method: str, params: Mapping[str, Any]
) -> dict[str, Any] | ErrorData:
    connection = Connection.from_envelope(LATEST_MODERN_VERSION, None, {})
    try:
        return await serve_one(
            context.server._lowlevel_server,
            _Exchange.of(request),
            method,
            {**params, "_meta": _META},
            connection=connection,
            lifespan_state=Connected(context.workspaces, context.workers, context.access),
        )
    except Exception as error:  # noqa: BLE001 - as the SDK's own transports do
        return modern_error_data(error)


async def unless_gone(request: Request, work: Awaitable[Result]) -> Result | None:
    """Return what the work returns; None where the caller went away, which cancels it.

    The work raises nothing but what cancels it.
    """
    result: Result | None = None

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        result = await work
        group.cancel_scope.cancel()
    return result


def _problem_of(request: Request, error: ErrorData) -> Response:
    data = error.data if isinstance(error.data, dict) else {}
    if isinstance(data.get("code"), str):  # an error of ours, as a middleware reports it
        return told_problem(
            request.scope, data["code"], error.message, retryable=False, details=None
        )
    if error.code in {INVALID_PARAMS, METHOD_NOT_FOUND}:
        return problem(request.scope, 400, "MCP_VALUE_ERROR", error.message)
    if error.code == _SERVER_ERROR:
        return told_problem(
            request.scope, "MCP_DRAINING", error.message, retryable=True, details=None
        )
    return problem(request.scope, 500, "MCP_INTERNAL_ERROR", error.message)


class _Exchange(Struct, frozen=True):
    """What the SDK wants to know of one request (its ``DispatchContext``): nothing goes back."""

    transport: TransportContext
    message_metadata: MessageMetadata
    request_id: str
    cancel_requested: anyio.Event = field(default_factory=anyio.Event)
    can_send_request: bool = False

    @classmethod
    def of(cls, request: Request) -> "_Exchange":
        return cls(
            transport=TransportContext(
                kind="rest", can_send_request=False, headers=request.headers
            ),
            message_metadata=ServerMessageMetadata(request_context=request),
            request_id=str(request.scope.get(REQUEST_ID) or "rest"),
        )

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        del params, opts
        raise NoBackChannelError(method)

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        """Drop a notification: a REST answer is one document."""

    async def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Drop a progress notification."""
