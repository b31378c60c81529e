"""What the coming suite asks a server of 2026-07-28 for beside ``fixtures.py``.

Above all tools and a prompt that ask the client for something (multi round trip). Names, keys and
questions are the suite's. A question whose answer has not come is asked (again);
the state that a client sends back was sealed by our server, and is refused by it if it was changed.
"""

from typing import Annotated, Any

import mcp_types as types
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from pydantic import Field

Asks = types.InputRequiredResult
IN_A_HEADER = Field(json_schema_extra={"x-mcp-header": "Region"})


def register(server: MCPServer[Any]) -> None:
    """Add them to a server."""
    tool = server.tool(structured_output=False)
    for function in TOOLS:
        tool(function)
    server.prompt()(test_input_required_result_prompt)


def _form(message: str, field: str, kind: str = "string") -> types.ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    params = types.ElicitRequestFormParams(message=message, requested_schema=schema)
    return types.ElicitRequest(params=params)


def _sample(text: str) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=types.TextContent(text=text))
    params = types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    return types.CreateMessageRequest(params=params)


def _needs(ctx: Context, questions: types.InputRequests, state: str | None = None) -> Asks | None:
    """Ask what was not answered yet; None where all was."""
    answers = ctx.input_responses or {}
    if all(key in answers for key in questions):
        return None
    return Asks(input_requests=questions, request_state=state)


async def test_input_required_result_elicitation(ctx: Context) -> str | Asks:
    """Ask for a name."""
    asked = _needs(ctx, {"user_name": _form("What is your name?", "name")})
    return asked or f"Hello, {_content(ctx, 'user_name')}!"


async def test_input_required_result_sampling(ctx: Context) -> str | Asks:
    """Ask the client's model."""
    asked = _needs(ctx, {"capital_question": _sample("What is the capital of France?")})
    return asked or str((ctx.input_responses or {})["capital_question"])


async def test_input_required_result_list_roots(ctx: Context) -> str | Asks:
    """Ask for the roots."""
    asked = _needs(ctx, {"client_roots": types.ListRootsRequest()})
    return asked or str((ctx.input_responses or {})["client_roots"])


async def test_input_required_result_request_state(ctx: Context) -> str | Asks:
    """Ask, and want the state back."""
    asked = _needs(ctx, {"confirm": _form("Please confirm", "ok", "boolean")}, "confirming")
    return asked or ("state-ok" if ctx.request_state == "confirming" else "state-lost")


async def test_input_required_result_tampered_state(ctx: Context) -> str | Asks:
    """Ask, and want the state back unchanged."""
    return await test_input_required_result_request_state(ctx)


async def test_input_required_result_multiple_inputs(ctx: Context) -> str | Asks:
    """Ask for three things at once."""
    questions: types.InputRequests = {
        "user_name": _form("What is your name?", "name"),
        "greeting": _sample("Generate a greeting"),
        "client_roots": types.ListRootsRequest(),
    }
    return _needs(ctx, questions, "three") or "All three came."


async def test_input_required_result_multi_round(ctx: Context) -> str | Asks:
    """Ask twice, the second time with another state."""
    if ctx.request_state is None:
        return Asks(
            input_requests={"step1": _form("Step 1: What is your name?", "name")},
            request_state="round 1",
        )
    second = {"step2": _form("Step 2: What is your favorite color?", "color")}
    return _needs(ctx, {**second}, "round 2") or "Both came."


async def test_input_required_result_capabilities(ctx: Context) -> str | Asks:
    """Ask only for what the client can do."""
    declared = ctx.client_capabilities or types.ClientCapabilities()
    questions: types.InputRequests = {}
    if declared.sampling is not None:
        questions["greeting"] = _sample("Generate a greeting")
    if declared.elicitation is not None:
        questions["user_name"] = _form("What is your name?", "name")
    return (_needs(ctx, questions) if questions else None) or "Nothing to ask for."


async def test_missing_capability(ctx: Context) -> str:
    """Need a client with a model."""
    declared = ctx.client_capabilities
    if declared is None or declared.sampling is None:
        needed = types.ClientCapabilities(sampling=types.SamplingCapability())
        data = types.MissingRequiredClientCapabilityErrorData(required_capabilities=needed)
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY,
            "Sampling is needed.",
            data.model_dump(by_alias=True, mode="json", exclude_none=True),
        )
    return "done"


async def test_streaming_elicitation(ctx: Context) -> str | Asks:
    """Report progress, then ask."""
    await ctx.report_progress(1, 2)
    return _needs(ctx, {"user_name": _form("What is your name?", "name")}) or "done"


async def test_logging_tool(ctx: Context) -> str:
    """Log."""
    await ctx.log("info", "logged")
    return "done"


async def test_trigger_tool_change(ctx: Context) -> str:
    """Report that the tools have changed."""
    await ctx.notify_tools_changed()
    return "done"


async def test_trigger_prompt_change(ctx: Context) -> str:
    """Report that the prompts have changed."""
    await ctx.notify_prompts_changed()
    return "done"


async def test_custom_header(region: Annotated[str, IN_A_HEADER]) -> str:
    """Take an argument that a header repeats."""
    return region


def test_input_required_result_prompt(ctx: Context) -> list[UserMessage] | Asks:
    """Ask what the prompt is for."""
    question = _form("What context should the prompt use?", "context")
    asked = _needs(ctx, {"user_context": question})
    return asked or [UserMessage(f"In the context of {_content(ctx, 'user_context')}.")]


def _content(ctx: Context, key: str) -> Any:
    answer = (ctx.input_responses or {})[key]
    return getattr(answer, "content", None)


TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_tampered_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_capabilities,
    test_missing_capability,
    test_streaming_elicitation,
    test_logging_tool,
    test_trigger_tool_change,
    test_trigger_prompt_change,
    test_custom_header,
)
