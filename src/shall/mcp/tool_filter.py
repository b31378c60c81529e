"""Shows each caller the tools it may call, and nothing to read to one who may not read."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST, ToolAnnotations
from msgspec.structs import replace

from shall.actions.principal import ANYONE
from shall.actions.tool_access import ToolAccess
from shall.errors import Forbidden
from shall.mcp.caller import caller_of
from shall.mcp.session import Connected, session_of
from shall.mcp.tool import operation_of

_READING = ("prompts/", "resources/", "completion/", "subscriptions/")
_FOLLOWING = frozenset({"resources/subscribe", "subscriptions/listen"})


def offer(server: MCPServer[Connected], access: ToolAccess) -> None:
    """Filter the lists of a server; each tool refuses calls beyond the bound by itself."""

    async def bounded(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        caller = caller_of(ctx.request)
        asks = ctx.request_id is not None  # a notification of that name does nothing
        if asks and ctx.method.startswith(_READING) and not caller.may("read"):
            raise MCPError(
                INVALID_REQUEST, f"{ctx.method} needs the scope read.", {"code": Forbidden.code}
            )
        if asks and ctx.method in _FOLLOWING and caller.workspaces:
            await _check_followed(ctx)
        result = await call_next(ctx)
        if not asks or ctx.method != "tools/list":
            return result
        shown = [tool for tool in result["tools"] if _is_shown(tool, caller)]
        return {**result, "tools": shown}

    def _is_shown(tool: dict[str, Any], caller: Any) -> bool:
        annotations = ToolAnnotations.model_validate(tool.get("annotations") or {})
        operation = operation_of(tool["name"], annotations)
        return access.allows(operation.name, operation.scope, caller)

    async def _check_followed(ctx: Any) -> None:
        session = await session_of(Context(request_context=ctx, mcp_server=server))
        own = await session.workers.call(session.default_workspace)
        followed = await session.workers.call(replace(session, caller=ANYONE).default_workspace)
        if own is not followed:
            raise MCPError(
                INVALID_REQUEST,
                "Changes are reported of the first workspace of the server, "
                "which is not the token's.",
                {"code": Forbidden.code},
            )

    server.middleware.append(bounded)
