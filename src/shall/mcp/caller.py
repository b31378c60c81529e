"""Who sent a request."""

from typing import Any

from shall.actions.principal import ANYONE, PRINCIPAL, Principal


def caller_of(request: Any) -> Principal:
    """Return the caller of a request; over stdio (None) it is the user, who may do everything."""
    scope = getattr(request, "scope", None)
    found: Principal = scope.get(PRINCIPAL, ANYONE) if scope is not None else ANYONE
    return found


def is_anonymous(request: Any) -> bool:
    """Return whether a request came over HTTP to a server that asks nobody who they are."""
    return request is not None and caller_of(request) is ANYONE
