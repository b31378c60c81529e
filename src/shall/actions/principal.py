"""Who asks, and what they may ask for."""

from pathlib import Path

from msgspec import Struct

from shall.errors import Forbidden

SCOPES = ("read", "run", "write", "admin")
"""``read`` looks, ``run`` sends test requests, ``write`` changes files, ``admin`` may all."""

PRINCIPAL = "shall.principal"
"""The key of the ASGI scope that holds the caller: set by the gate that knows tokens."""


class Principal(Struct, frozen=True):
    """A caller. ``name`` is for logs and limits: it is unique and no secret.

    ``workspaces`` are the folders whose projects the caller may use; none: all that the operator
    allows.
    """

    name: str
    scopes: frozenset[str] = frozenset(SCOPES)
    workspaces: tuple[Path, ...] = ()

    def may(self, scope: str) -> bool:
        """Return whether the caller holds a scope."""
        return scope in self.scopes or "admin" in self.scopes

    def may_use(self, workspace: Path) -> bool:
        """Return whether the caller may use the workspace with this root."""
        return not self.workspaces or any(map(workspace.is_relative_to, self.workspaces))

    def check_unlimited(self) -> None:
        """Refuse a caller of some workspaces what concerns all of them.

        Raises:
            Forbidden: The caller may use some workspaces only.
        """
        if self.workspaces:
            raise Forbidden("This concerns all workspaces, and the token is limited to some.")


ANYONE = Principal("anyone")
"""The caller of a server that asks nobody who they are."""
