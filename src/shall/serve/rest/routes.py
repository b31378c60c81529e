"""The REST routes as a server takes them, from one table."""

from collections.abc import Awaitable, Callable
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shall.errors import ShallError
from shall.serve.limits.addresses import prefix_of
from shall.serve.problem import principal_of
from shall.serve.rest import api, connections, info, schemas, tools
from shall.serve.rest.context import RestContext
from shall.serve.rest.info import BASIC_OPERATIONS, Health
from shall.serve.rest.openapi import openapi
from shall.serve.rest.operation import Call, Handler, Operation, Unanswered
from shall.serve.rest.responses import error_problem, forbidden, json_answer
from shall.serve.rest.validation import checked_body, checked_query
from shall.serve.rest.versions import DEFAULT, HEADER, unsupported, version_of

HEALTH = Operation(
    "GET",
    "/health",
    "Report that the process is alive",
    None,
    schemas.shaped({"status": {"const": "healthy"}, "server": schemas.SERVER}),
    scope=None,
    is_public=True,
)

OPERATIONS = (
    HEALTH,
    *info.OPERATIONS,
    *connections.OPERATIONS,
    *tools.OPERATIONS,
    *api.OPERATIONS,
)


def rest_routes(context: RestContext, health: Health, *, is_basic: bool = False) -> list[Route]:
    """Return the routes. ``is_basic`` adds those of the earlier server's basic mode."""
    operations = [*OPERATIONS, *(BASIC_OPERATIONS if is_basic else ())]

    async def document(call: Call) -> Response:
        prefix = prefix_of(call.request.scope)
        return json_answer({**described, "servers": [{"url": prefix or "/"}]})

    itself = Operation("GET", "/openapi.json", "Describe these routes", document, schemas.FREE)
    described = openapi([*operations, itself], context.settings)
    routes = [Route("/health", health)]
    answered = sorted([*operations, itself], key=lambda operation: operation.path)
    for path, here in groupby(answered, key=lambda operation: operation.path):
        methods = {it.method: (it, it.handler) for it in here if it.handler is not None}
        if methods:
            routes.append(Route(path, _endpoint(context, methods), methods=list(methods)))
    return routes


Endpoint = Callable[[Request], Awaitable[Response]]


def _endpoint(context: RestContext, methods: dict[str, tuple[Operation, Handler]]) -> Endpoint:
    async def answer(request: Request) -> Response:
        operation, handler = methods["GET" if request.method == "HEAD" else request.method]
        version = version_of(request.scope) if operation.is_versioned else DEFAULT
        if version is None:
            return unsupported(request.scope)
        needed = operation.scope
        if needed is not None and not principal_of(request.scope).may(needed):
            response = forbidden(request.scope, needed)
        else:
            response = await _handled(context, operation, handler, request, version)
        if operation.is_versioned:
            response.headers[HEADER] = version
        return response

    return answer


async def _handled(
    context: RestContext, operation: Operation, handler: Handler, request: Request, version: str
) -> Response:
    try:
        call = Call(
            request,
            context,
            version,
            query=checked_query(request, operation.query),
            body=await checked_body(request, operation.body),
        )
        return await handler(call)
    except Unanswered as unanswered:
        return unanswered.response
    except ShallError as error:
        return error_problem(request.scope, error)
