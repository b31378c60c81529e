"""Where clients learn which authorization server issues tokens for us (RFC 9728)."""

import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Scope

from shall.actions.principal import SCOPES
from shall.serve.limits.addresses import prefix_of
from shall.settings import Settings

WELL_KNOWN = "/.well-known/oauth-protected-resource"

PUBLIC = frozenset({"/health", "/ready", WELL_KNOWN})
"""What needs no token, whatever the settings say."""

_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")


def metadata_paths(settings: Settings) -> frozenset[str]:
    """Return the paths of the metadata: the resource's own path is last (RFC 9728, 3.1)."""
    paths = {settings.path, urlsplit(settings.public_url).path}
    return frozenset({WELL_KNOWN, *(f"{WELL_KNOWN}{path.rstrip('/')}" for path in paths)})


def public_paths(settings: Settings) -> frozenset[str]:
    """Return what needs no token."""
    return PUBLIC | metadata_paths(settings) if settings.jwks_url else PUBLIC


def metadata_routes(settings: Settings) -> list[Route]:
    """Make the routes of the metadata; none where no authorization server is set."""
    if not settings.jwks_url:
        return []

    async def metadata(request: Request) -> JSONResponse:
        """Return the issuers of tokens for this server."""
        return JSONResponse(
            {
                "resource": resource_url(settings, request.scope),
                "authorization_servers": [settings.jwt_issuer],
                "scopes_supported": list(SCOPES),
                "bearer_methods_supported": ["header"],
                "resource_name": settings.server_name,
            },
            # Where no public_url is set, it says what this one caller sent as Host.
            headers={"Cache-Control": "no-store"},
        )

    return [Route(path, metadata, methods=["GET"]) for path in sorted(metadata_paths(settings))]


def resource_url(settings: Settings, scope: Scope) -> str:
    """Return the URL of the MCP endpoint as clients see it, or as this one reached it."""
    return settings.public_url or f"{_base(scope)}{settings.path}"


def metadata_url(settings: Settings, scope: Scope) -> str:
    """Return the URL of the metadata."""
    if not settings.public_url:
        return f"{_base(scope)}{WELL_KNOWN}{settings.path.rstrip('/')}"
    parts = urlsplit(resource_url(settings, scope))
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def _base(scope: Scope) -> str:
    """Return the origin that a caller reached, with the prefix of the proxy."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    named = host.decode("latin-1")
    if not _HOST.fullmatch(named):  # it goes into a header of the answer
        named = "localhost"
    return f"{scope.get('scheme', 'http')}://{named}{prefix_of(scope)}"
