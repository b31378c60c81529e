"""Carries out an operation for a REST caller: what an MCP tool does, without MCP in between."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import Response

from shall.actions.calls import perform
from shall.actions.session import Session
from shall.mcp.caller import caller_of, is_anonymous
from shall.mcp.reply import check_size, failure, is_brief, success, without_empty
from shall.mcp.server import TOOLS
from shall.mcp.tool import operation_of
from shall.serve.rest.context import RestContext
from shall.serve.rest.operation import Call
from shall.serve.rest.responses import json_bytes, tool_problem

CLIENT_LEFT = 499
"""Nobody reads it; proxies' logs know this number for a client that went away."""

Function = Callable[..., Awaitable[Mapping[str, Any]]]
Result = TypeVar("Result")


async def performed(call: Call, function: Function, arguments: Mapping[str, Any]) -> Response:
    """Answer with what a tool function returns, in its envelope, or with a problem.

    The arguments are of the types that the function takes: the route's schemas checked them. The
    call is cancelled when the caller goes away.

    Raises:
        ShuttingDown: The server is leaving.
    """
    session = session_of(call.context, call.request)
    name = function.__name__

    async def work(request_id: str) -> bytes:
        found = await function(session, **arguments)
        make = partial(_encoded, name, request_id, found, call.context)
        return make() if is_brief(found) else await session.workers.call(make)

    operation = operation_of(name, TOOLS[function])
    with call.context.count():
        outcome = await unless_gone(call.request, perform(session, operation, work))
    if outcome is None:
        return Response(status_code=CLIENT_LEFT)
    if outcome.failure is not None:
        mask = call.context.workspaces.redactor.texts
        answer = failure(outcome.request_id, outcome.failure, mask)
        return tool_problem(call.request.scope, answer)
    return Response(outcome.value, media_type="application/json")


def session_of(context: RestContext, request: Request) -> Session:
    """Return what a REST call works with."""
    return Session(
        caller=caller_of(request),
        workspaces=context.workspaces,
        workers=context.workers,
        access=context.access,
        is_anonymous=is_anonymous(request),
    )


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


def _encoded(name: str, request_id: str, found: Mapping[str, Any], context: RestContext) -> bytes:
    masked = context.workspaces.redactor.texts(found)
    data = without_empty(name, success(request_id, masked))
    text = json_bytes(data)
    most = context.settings.max_result_bytes
    if most is not None:
        check_size(len(text), most, data)
    return text
