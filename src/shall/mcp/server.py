"""Builds the MCP server: tools, prompts and resources over the allowed workspaces."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.resources import TextResource
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ToolAnnotations

from shall import __version__
from shall.actions.tool_access import ToolAccess
from shall.actions.workers import Workers
from shall.cases.guide import format_guide
from shall.errors import BadValue
from shall.mcp import case_tools, run_tools, spec_tools, status_tools
from shall.mcp.apps import show_where_supported, views
from shall.mcp.completion import complete_names
from shall.mcp.legacy_requests import answer_older_clients
from shall.mcp.prompts import PROMPT_NAMES, check_prompt, current_name, prompts
from shall.mcp.request_state import sealed_by
from shall.mcp.session import Connected
from shall.mcp.spec_changes import SpecChanges
from shall.mcp.spec_resources import SpecServer
from shall.mcp.tool import EnvelopeTool, make_tool
from shall.mcp.tool_filter import offer
from shall.workspace.workspaces import Workspaces

INSTRUCTIONS = (
    "Requirements (EARS, in specs/) are proved by test cases (YAML, in tests/cases/). Read "
    "case://format before write_testcase; name criteria under verifies; run_tests; then "
    "trace_requirements shows what is proved."
)

TOOLS: Mapping[Any, ToolAnnotations] = {
    **run_tools.TOOLS,
    **case_tools.TOOLS,
    **spec_tools.TOOLS,
    **status_tools.TOOLS,
}

CORE_TOOLS = frozenset(function.__name__ for function in TOOLS)
WORKFLOW_TOOLS = frozenset(
    {
        *(
            "analyze_impact",
            "approve_document",
            "change_spec",
            "check_gate",
            "generate_tests",
            "get_next_task",
            "link_criterion",
        ),
        *("lint_specs", "list_specs", "read_spec", "update_task"),
    }
)
"""The names in ``workflow_tools``, which is imported where one of them is offered."""

CORE = ToolAccess(left_out=WORKFLOW_TOOLS)
"""What is offered unless the operator says otherwise."""


@cache
def made_tools(*, has_workflow: bool) -> tuple[EnvelopeTool, ...]:
    """Make the tools, once in a process: their schemas are the same in every server."""
    offered = dict(TOOLS)
    if has_workflow:
        from shall.mcp import workflow_tools  # its actions take time to import

        offered |= workflow_tools.TOOLS
    return tuple(make_tool(function, annotations) for function, annotations in offered.items())


def build_server(
    workspaces: Workspaces,
    name: str = "shall",
    *,
    access: ToolAccess = CORE,
    max_result_bytes: int | None = None,
    state_key: bytes | None = None,
    workers: Workers | None = None,
) -> SpecServer:
    """Build the server. ``workspaces`` stay open: their maker closes them.

    ``access`` bounds which tools are offered; what a caller's scopes forbid is taken away too.
    ``max_result_bytes`` bounds what a tool answers.
    ``state_key`` (32 bytes) seals what clients carry from one request to the next; servers that
    share it understand one another's. None: a key of this process. ``workers`` carry out the
    tools.
    """
    workers = workers or Workers()
    changes = SpecChanges()

    @asynccontextmanager
    async def lifespan(_: MCPServer[Connected]) -> AsyncIterator[Connected]:
        # Entered once for each connection over stdio, once for all over HTTP.
        connected = Connected(workspaces, workers, access)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(changes.watch, lambda: workspaces.choose(None, connected.roots or ()))
            yield connected
            tasks.cancel_scope.cancel()

    has_workflow = any(access.offers(name, "read") for name in WORKFLOW_TOOLS)
    bound = {"max_bytes": max_result_bytes}
    tools = [tool.model_copy(update=bound) for tool in made_tools(has_workflow=has_workflow)]

    server = SpecServer(
        name,
        title="shall",
        instructions=INSTRUCTIONS,
        version=__version__,
        tools=[*tools],
        resources=[_format_resource()],
        extensions=[views(access)],
        lifespan=lifespan,
        subscriptions=changes,
        request_state_security=sealed_by(state_key) if state_key else None,
    )
    server.access = access
    show_where_supported(server)
    offer(server, access)
    server.middleware.append(_prompt_check(server))
    answer_older_clients(server, changes)
    complete_names(server)
    for prompt in prompts():
        server.add_prompt(prompt)
    return server


def _format_resource() -> TextResource:
    return TextResource(
        uri="case://format",
        name="case-format",
        title="The test case format",
        description="How a test case is written, with an example.",
        mime_type="text/markdown",
        text=format_guide(),
    )


def _prompt_check(server: SpecServer) -> Any:
    """Make what answers an unknown prompt or a missing argument as the specification says.

    An earlier name of a prompt is answered as its name is, and is not listed. A prompt that is
    added to the server is its author's to check.
    """

    async def check(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        if ctx.method == "prompts/get" and ctx.request_id is not None:  # else nobody is notified
            params = ctx.params or {}
            given_name = str(params.get("name"))
            name = current_name(given_name)
            if name not in PROMPT_NAMES and await _has_prompt(server, given_name):
                return await call_next(ctx)
            try:
                check_prompt(name, params.get("arguments") or {})
            except BadValue as error:
                raise MCPError(INVALID_PARAMS, str(error)) from None
            if name != given_name:
                ctx = replace(ctx, params={**params, "name": name})
        return await call_next(ctx)

    return check


async def _has_prompt(server: SpecServer, name: str) -> bool:
    return any(prompt.name == name for prompt in await server.list_prompts())
