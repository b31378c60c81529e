"""Who asks, and what they may ask for."""

from msgspec import Struct

SCOPES = ("read", "run", "write", "admin")
"""``read`` looks, ``run`` sends test requests, ``write`` changes files, ``admin`` may all."""

PRINCIPAL = "shall.principal"
"""The key of the ASGI scope that holds the caller: set by the gate that knows tokens."""


class Principal(Struct, frozen=True):
    """A caller. ``name`` is for logs and limits: it is unique and no secret."""

    name: str
    scopes: frozenset[str] = frozenset(SCOPES)

    def may(self, scope: str) -> bool:
        """Return whether the caller holds a scope."""
        return scope in self.scopes or "admin" in self.scopes


ANYONE = Principal("anyone")
"""The caller of a server that asks nobody who they are."""
