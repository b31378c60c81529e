"""Who calls: bearer tokens, JWTs of an authorization server, client certificates."""

from starlette.types import ASGIApp

from shall.serve.auth.authenticator import Authenticator, authenticator
from shall.serve.auth.certificates import certified, tls_options
from shall.serve.auth.gate import AuthGate, require_scope
from shall.serve.auth.metadata import PUBLIC, metadata_routes, public_paths
from shall.settings import Settings

__all__ = [
    "PUBLIC",
    "AuthGate",
    "Authenticator",
    "BearerGate",
    "authenticator",
    "certified",
    "metadata_routes",
    "public_paths",
    "require_scope",
    "tls_options",
]


class BearerGate(AuthGate):
    """The gate of one token; no token lets all through."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        super().__init__(app, authenticator(Settings(auth_token=token)))
