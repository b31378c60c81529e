"""Prompts and tools of the MCP server by plain HTTP."""

from collections.abc import Iterable, Mapping
from typing import Any

from mcp_types import Tool
from starlette.responses import Response

from shall.cases.nearest import nearest
from shall.errors import ShallError
from shall.mcp.prompts import PROMPT_NAMES, check_prompt, current_name, prompt_text
from shall.mcp.tool import operation_of
from shall.serve.problem import problem
from shall.serve.rest import schemas
from shall.serve.rest.connections import note_connection
from shall.serve.rest.operation import Call, Operation, Unanswered
from shall.serve.rest.perform import CLIENT_LEFT, session_of, unless_gone
from shall.serve.rest.responses import FORBIDDEN, json_answer, tool_problem

_CONNECTION = {"X-Connection-ID": schemas.TEXT}


async def _prompts(call: Call) -> Response:
    with call.context.count():
        found = await call.context.server.list_prompts()
    shown = [
        {
            "name": prompt.name,
            "description": prompt.description,
            "arguments": [
                {"description": it.description, "name": it.name, "required": bool(it.required)}
                for it in prompt.arguments or ()
            ],
        }
        for prompt in found
    ]
    return json_answer({"prompts": shown})


async def _prompt(call: Call) -> Response:
    return await _prompted(call, call.body.get("arguments", {}))


async def _prompt_by_query(call: Call) -> Response:
    return await _prompted(call, dict(call.request.query_params))


async def _prompted(call: Call, given: Mapping[str, Any]) -> Response:
    messages = await messages_of(call, given)
    return json_answer({"result": {"messages": messages}})


async def messages_of(call: Call, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of the prompt that the path names.

    Raises:
        Unanswered: There is no such prompt, or it does not take these arguments, or the caller
            went away.
        ConnectionNotFound: ``X-Connection-ID`` names a connection that the caller does not have.
        ShuttingDown: The server is leaving.
    """
    await note_connection(call)
    name = current_name(call.request.path_params["name"])
    if name not in PROMPT_NAMES:
        raise _unknown(call, "prompt", call.request.path_params["name"], PROMPT_NAMES)
    session = session_of(call.context, call.request)

    async def text() -> str | ShallError:
        try:
            check_prompt(name, given)
            return await prompt_text(session, name, given)
        except ShallError as error:
            return error

    with call.context.count():
        found = await unless_gone(call.request, text())
    if found is None:
        raise Unanswered(Response(status_code=CLIENT_LEFT))
    if isinstance(found, ShallError):
        raise Unanswered(problem(call.request.scope, 400, "MCP_VALUE_ERROR", str(found)))
    return [{"content": {"text": found, "type": "text"}, "role": "user"}]


async def _tools(call: Call) -> Response:
    session = session_of(call.context, call.request)
    shown = []
    with call.context.count():
        found = await call.context.server.list_tools()
    for tool in found:
        needed = operation_of(tool.name, tool.annotations)
        if session.access.allows(needed.name, needed.scope, session.caller):
            shown.append(_listed(tool))
    return json_answer({"tools": shown})


def _listed(tool: Tool) -> dict[str, Any]:
    """Return a tool as MCP lists it. Its keys are in the order in which they always came."""
    shown = tool.model_dump(by_alias=True, mode="json", exclude_none=True)
    shown["annotations"] = dict(sorted(shown["annotations"].items()))
    shown["inputSchema"] = {"type": "object", **shown["inputSchema"]}
    return dict(sorted(shown.items()))


async def _tool(call: Call) -> Response:
    await note_connection(call)
    name = call.request.path_params["name"]
    server = call.context.server
    tool = server.tool_named(name)
    if tool is None:
        raise _unknown(call, "tool", name, [it.name for it in await server.list_tools()])
    session = session_of(call.context, call.request)
    with call.context.count():
        answering = tool.answer(call.body.get("arguments", {}), session)
        result = await unless_gone(call.request, answering)
    if result is None:
        return Response(status_code=CLIENT_LEFT)
    answer = result.structured_content or {}
    if answer.get("error_code") == FORBIDDEN:
        return tool_problem(call.request.scope, answer)
    content = [{"text": it.text, "type": it.type} for it in result.content if it.type == "text"]
    shown = {"content": content, "structuredContent": answer, "isError": result.is_error}
    return json_answer({"result": shown})


def _unknown(call: Call, what: str, name: str, known: Iterable[str]) -> Unanswered:
    near = nearest(name, known)
    hint = f"Did you mean {near}?" if near else f"Available: {', '.join(known)}."
    return Unanswered(
        problem(call.request.scope, 404, "MCP_NOT_FOUND", f"There is no {what} {name}. {hint}")
    )


OPERATIONS = (
    Operation("GET", "/prompts", "List the prompts", _prompts, schemas.PROMPTS),
    Operation(
        "GET",
        "/prompts/{name}",
        "Get a prompt's messages; its arguments are query parameters",
        _prompt_by_query,
        schemas.MESSAGES,
        headers=_CONNECTION,
        statuses=(404,),
    ),
    Operation(
        "POST",
        "/prompts/{name}",
        "Get a prompt's messages",
        _prompt,
        schemas.MESSAGES,
        body={"arguments": {"type": "object", "additionalProperties": schemas.TEXT}},
        headers=_CONNECTION,
        statuses=(404,),
    ),
    Operation("GET", "/tools", "List the tools that you may call", _tools, schemas.TOOLS),
    Operation(
        "POST",
        "/tools/{name}",
        "Call a tool; its errors are reported in the result",
        _tool,
        schemas.TOOL_RESULT,
        body={"arguments": schemas.FREE},
        headers=_CONNECTION,
        statuses=(404,),
    ),
)
