"""Prompts and tools of the MCP server by plain HTTP."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from shall.cases.nearest import nearest
from shall.mcp.prompts import current_name
from shall.serve.problem import problem
from shall.serve.rest import schemas
from shall.serve.rest.connections import note_connection
from shall.serve.rest.dispatch import Unanswered, ask
from shall.serve.rest.operation import Call, Operation
from shall.serve.rest.responses import FORBIDDEN, json_answer, tool_problem

_CONNECTION = {"X-Connection-ID": schemas.TEXT}


async def _prompts(call: Call) -> Response:
    listed = await ask(call.context, call.request, "prompts/list", {})
    shown = [
        {
            "name": prompt["name"],
            "description": prompt.get("description", ""),
            "arguments": [
                {**argument, "required": argument.get("required", False)}
                for argument in prompt.get("arguments", ())
            ],
        }
        for prompt in listed["prompts"]
    ]
    return json_answer({"prompts": shown})


async def _prompt(call: Call) -> Response:
    return json_answer({"result": {"messages": await messages_of(call, call.body)}})


async def _prompt_by_query(call: Call) -> Response:
    arguments = dict(call.request.query_params)
    return json_answer({"result": {"messages": await messages_of(call, {"arguments": arguments})}})


async def messages_of(call: Call, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of the prompt that the path names.

    Raises:
        Unanswered: There is no such prompt, or it does not take these arguments.
        ConnectionNotFound: ``X-Connection-ID`` names a connection that the caller does not have.
    """
    await note_connection(call)
    name = call.request.path_params["name"]
    known = [prompt.name for prompt in await call.context.server.list_prompts()]
    if current_name(name) not in known:
        raise _unknown(call, "prompt", name, known)
    params = {"name": name, "arguments": body.get("arguments", {})}
    result = await ask(call.context, call.request, "prompts/get", params)
    messages: list[dict[str, Any]] = result["messages"]
    return messages


async def _tools(call: Call) -> Response:
    listed = await ask(call.context, call.request, "tools/list", {})
    return json_answer({"tools": listed["tools"]})


async def _tool(call: Call) -> Response:
    await note_connection(call)
    name = call.request.path_params["name"]
    known = [tool.name for tool in await call.context.server.list_tools()]
    if name not in known:
        raise _unknown(call, "tool", name, known)
    params = {"name": name, "arguments": call.body.get("arguments", {})}
    result = await ask(call.context, call.request, "tools/call", params)
    answer = result.get("structuredContent") or {}
    if answer.get("error_code") == FORBIDDEN:
        raise Unanswered(tool_problem(call.request.scope, answer))
    shown = {key: result[key] for key in ("content", "structuredContent") if key in result}
    return json_answer({"result": {**shown, "isError": result.get("isError", False)}})


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
