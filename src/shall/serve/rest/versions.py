"""The protocol versions that a REST caller may name.

``2.0``, ``2.1`` and ``2.2`` are labels of an earlier server, accepted on these routes alone; the
dated ones are the revisions of MCP.
"""

from mcp_types.version import KNOWN_PROTOCOL_VERSIONS
from starlette.responses import Response
from starlette.types import Scope

from shall.serve.problem import problem

HEADER = "MCP-Protocol-Version"
DEFAULT = "2.1"
LABELS = ("2.0", DEFAULT, "2.2")
ACCEPTED = (*LABELS, *KNOWN_PROTOCOL_VERSIONS)

_KEY = HEADER.lower().encode("ascii")
_UNSUPPORTED = -32000
"""A server error of JSON-RPC 2.0, section 5.1: what the earlier server answered."""


def version_of(scope: Scope) -> str | None:
    """Return the version that a request names, else 2.1; None for one that we do not know."""
    named = [value for name, value in scope["headers"] if name == _KEY]
    if not named:
        return DEFAULT
    version = named[0].decode("latin-1").strip()
    return version if version in ACCEPTED and len(named) == 1 else None


def unsupported(scope: Scope) -> Response:
    """Answer a version that we do not know, as the earlier server did and as a problem."""
    message = f"{HEADER} must be one of {', '.join(ACCEPTED)}."
    return problem(
        scope,
        400,
        "MCP_UNSUPPORTED_VERSION",
        message,
        headers={HEADER: DEFAULT},
        error={
            "code": _UNSUPPORTED,
            "message": message,
            "data": {"supported_versions": list(ACCEPTED)},
        },
    )
