"""Requests of clients up to 2025-11-25 that the SDK leaves to the server."""

from typing import Any

import mcp_types as types
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError

from shall.mcp.session import Connected
from shall.mcp.spec_changes import SpecChanges
from shall.mcp.spec_resources import is_spec_uri


def answer_older_clients(server: MCPServer[Connected], changes: SpecChanges) -> None:
    """Answer ``logging/setLevel``, ``resources/subscribe`` and ``resources/unsubscribe``."""

    async def known(uri: str) -> None:
        listed = {str(resource.uri) for resource in await server.list_resources()}
        if uri not in listed and not is_spec_uri(uri):
            raise MCPError(
                types.INVALID_PARAMS,
                f"Unknown resource {uri}. Available: {', '.join(sorted(listed))}.",
            )

    async def subscribe(ctx: Any, params: types.SubscribeRequestParams) -> types.EmptyResult:
        await known(str(params.uri))
        changes.follow(ctx.session, str(params.uri))
        return types.EmptyResult()

    async def unsubscribe(ctx: Any, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        await known(str(params.uri))
        changes.unfollow(ctx.session, str(params.uri))
        return types.EmptyResult()

    low = server._lowlevel_server
    low.add_request_handler("logging/setLevel", types.SetLevelRequestParams, _set_level)
    low.add_request_handler("resources/subscribe", types.SubscribeRequestParams, subscribe)
    low.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, unsubscribe)


async def _set_level(_: Any, __: types.SetLevelRequestParams) -> types.EmptyResult:
    return types.EmptyResult()  # we send no log messages, so every level is accepted
