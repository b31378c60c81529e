"""The tables that the values of labels come from; loads no metrics library."""

from mcp_types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

OTHER = "_OTHER"
"""The label of a value that the server does not know (OpenTelemetry's word for it)."""

METHODS = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS
VERSIONS = frozenset(KNOWN_PROTOCOL_VERSIONS)
HTTP_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)

ERROR_CODES = frozenset(
    {-32700, -32600, -32601, -32602, -32603}  # JSON-RPC 2.0, 5.1
    | {-32000, -32001, -32002, -32020, -32021, -32022, -32042, -32800, 0}  # MCP and its SDK
)
"""The codes that are counted separately: one that a client chose and got back must not count."""
