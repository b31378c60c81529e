"""Who calls: bearer tokens, JWTs of an authorization server, client certificates."""

from shall.serve.auth.authenticator import Authenticator, authenticator
from shall.serve.auth.certificates import certified
from shall.serve.auth.gate import AuthGate
from shall.serve.auth.metadata import PUBLIC, metadata_routes, public_paths

__all__ = [
    "PUBLIC",
    "AuthGate",
    "Authenticator",
    "authenticator",
    "certified",
    "metadata_routes",
    "public_paths",
]
