"""Views of results inside clients that can show them: the extension MCP Apps.

A client that names the extension sees with a tool where its view is, and the view among the
resources. Every other client sees neither; the answers are the same for all.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.apps import APP_MIME_TYPE, Apps, client_supports_apps
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.resources import FunctionResource

from shall.actions.tool_access import ToolAccess
from shall.mcp.session import Connected

SCHEME = "ui://"

VIEWS = {
    "run_tests": f"{SCHEME}shall/run",
    "trace_requirements": f"{SCHEME}shall/matrix",
}
"""The views of tools, by the names of these."""


def views(access: ToolAccess) -> Apps:
    """Make the extension with the views of the tools that are offered."""
    apps = Apps()
    for tool, title, scope, read in (
        ("run_tests", "A test run", "run", _run_view),
        ("trace_requirements", "Coverage of criteria", "read", _matrix_view),
    ):
        if not access.offers(tool, scope):
            continue
        apps.add_resource(
            FunctionResource(
                uri=VIEWS[tool],
                name=f"{tool}-view",
                title=title,
                mime_type=APP_MIME_TYPE,
                meta={"ui": {"prefersBorder": False}},
                fn=read,
            )
        )
    return apps


def meta_of(tool: str) -> dict[str, Any] | None:
    """Return what the definition of a tool says of its view."""
    return {"ui": {"resourceUri": VIEWS[tool]}} if tool in VIEWS else None


def show_where_supported(server: MCPServer[Connected]) -> None:
    """Leave the views out of what a client lists that cannot show them."""

    async def fitting(ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        result = await call_next(ctx)
        if ctx.method not in _LISTS or ctx.request_id is None or client_supports_apps(ctx):
            return result
        return {**result, **_LISTS[ctx.method](result)}

    server.middleware.append(fitting)


def _without_meta(result: dict[str, Any]) -> dict[str, Any]:
    return {"tools": [{key: it[key] for key in it if key != "_meta"} for it in result["tools"]]}


def _without_views(result: dict[str, Any]) -> dict[str, Any]:
    return {"resources": [it for it in result["resources"] if not it["uri"].startswith(SCHEME)]}


_LISTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "tools/list": _without_meta,
    "resources/list": _without_views,
}


async def _run_view() -> str:
    from shall.pages.views import run_view  # few clients show one

    return run_view()


async def _matrix_view() -> str:
    from shall.pages.views import matrix_view  # as above

    return matrix_view()
