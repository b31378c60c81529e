"""Shows each caller the tools it may call, and nothing to read to one who may not read."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST, ToolAnnotations

from shall.actions.tool_access import ToolAccess
from shall.errors import Forbidden
from shall.mcp.caller import caller_of
from shall.mcp.session import Connected
from shall.mcp.tool import operation_of

_READING = ("prompts/", "resources/", "completion/")


def offer(server: MCPServer[Connected], access: ToolAccess) -> None:
    """Put the bound around a server's lists; each tool refuses calls beyond it by itself."""

    async def bounded(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        caller = caller_of(ctx.request)
        asks = ctx.request_id is not None  # a notification of that name does nothing
        if asks and ctx.method.startswith(_READING) and not caller.may("read"):
            raise MCPError(
                INVALID_REQUEST, f"{ctx.method} needs the scope read.", {"code": Forbidden.code}
            )
        result = await call_next(ctx)
        if not asks or ctx.method != "tools/list":
            return result
        shown = [tool for tool in result["tools"] if _is_shown(tool, caller)]
        return {**result, "tools": shown}

    def _is_shown(tool: dict[str, Any], caller: Any) -> bool:
        annotations = ToolAnnotations.model_validate(tool.get("annotations") or {})
        operation = operation_of(tool["name"], annotations)
        return access.allows(operation.name, operation.scope, caller)

    server.middleware.append(bounded)
