"""How the state that clients carry between requests is sealed (MCP 2026-07-28, requestState)."""

from typing import Any

from mcp.server.request_state import RequestStateSecurity

from shall.mcp.caller import caller_of


def sealed_by(key: bytes) -> RequestStateSecurity:
    """Make the policy for a key of 32 bytes: state is good for the caller it was given to."""
    return RequestStateSecurity(keys=[key], bind_principal=_name_of)


def _name_of(ctx: Any) -> str:
    return caller_of(ctx.request).name
