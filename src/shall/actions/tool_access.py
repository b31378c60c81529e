"""Which tools may be called: the operator's bound for everybody, a caller's scopes within it."""

import difflib
from collections.abc import Iterable

from msgspec import Struct

from shall.actions.principal import Principal
from shall.errors import Forbidden, InvalidSetting


class ToolAccess(Struct, frozen=True):
    """What the operator offers: an upper bound that no request widens.

    ``read_only``: only tools that change nothing and run nothing. ``tools``: only these; None
    means all but those of ``left_out``. ``scope`` is in each method the scope that calling the
    tool needs.
    """

    read_only: bool = False
    tools: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()

    def offers(self, tool: str, scope: str) -> bool:
        """Check whether anybody may call a tool here."""
        is_named = tool not in self.left_out if self.tools is None else tool in self.tools
        return is_named and (scope == "read" or not self.read_only)

    def allows(self, tool: str, scope: str, caller: Principal) -> bool:
        """Check whether a caller sees and may call a tool."""
        return self.offers(tool, scope) and caller.may(scope)

    def check(self, tool: str, scope: str, caller: Principal) -> None:
        """Refuse a call that is not allowed.

        Raises:
            Forbidden: The server does not offer the tool, or the caller lacks the scope.
        """
        if not self.offers(tool, scope):
            why = "is read-only" if self.read_only else "offers other tools only"
            raise Forbidden(f"{tool} is not offered: the server {why}.")
        if not caller.may(scope):
            raise Forbidden(
                f"{tool} needs the scope {scope}, which the caller {caller.name} does not have.",
                hint="Ask the operator for a token with this scope.",
                details={"scope": scope},
            )


EVERY_TOOL = ToolAccess()
"""No bound: a caller's scopes alone decide."""


def tool_access(
    read_only: bool,
    tools: Iterable[str],
    known: Iterable[str],
    left_out: frozenset[str] = frozenset(),
) -> ToolAccess:
    """Make the bound from the settings ``read_only`` and ``tools``.

    Where no tool is named, all but those of ``left_out`` are offered.

    Raises:
        InvalidSetting: A tool is named that is not among the ``known``.
    """
    named, names = frozenset(tools), sorted(known)
    for tool in sorted(named - set(names)):
        near = difflib.get_close_matches(tool, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Available: {', '.join(names)}."
        raise InvalidSetting(f"Unknown tool {tool}.", hint=hint)
    return ToolAccess(read_only, named or None, left_out)
