"""Which tools are offered: to nobody more than the operator, to each caller what its scopes say."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from mcp_types import ToolAnnotations

from shall.actions.access import Principal
from shall.errors import Forbidden, InvalidSetting, ShallError

_RUNS = frozenset({"run_tests"})


def required_scope(tool: str, annotations: ToolAnnotations) -> str:
    """Give the scope that calling a tool needs. A tool that says nothing of itself may write."""
    if tool in _RUNS:
        return "run"
    return "read" if annotations.read_only_hint else "write"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the operator offers: an upper bound that no request widens.

    ``read_only``: only tools that change nothing and run nothing. ``tools``: only these; None
    means all.
    """

    read_only: bool = False
    tools: frozenset[str] | None = None

    def offers(self, tool: str, annotations: ToolAnnotations) -> bool:
        """Tell whether anybody may call a tool here."""
        if self.tools is not None and tool not in self.tools:
            return False
        return not self.read_only or required_scope(tool, annotations) == "read"

    def allows(self, tool: str, annotations: ToolAnnotations, principal: Principal) -> bool:
        """Tell whether a caller sees and may call a tool."""
        return self.offers(tool, annotations) and principal.may(required_scope(tool, annotations))

    def refusal(
        self, tool: str, annotations: ToolAnnotations, principal: Principal
    ) -> ShallError | None:
        """Give the error for a call that is not allowed; None for one that is."""
        if not self.offers(tool, annotations):
            why = "is read-only" if self.read_only else "offers other tools only"
            return Forbidden(f"{tool} is not offered: the server {why}.")
        wanted = required_scope(tool, annotations)
        if principal.may(wanted):
            return None
        return Forbidden(
            f"{tool} needs the scope {wanted}, and the caller {principal.name} does not hold it.",
            hint="Ask the operator for a token with it.",
            details={"scope": wanted},
        )


def exposure(read_only: bool, tools: Iterable[str], known: Iterable[str]) -> Exposure:
    """Make the bound from the settings ``read_only`` and ``tools``; no tools named means all.

    Raises:
        InvalidSetting: A tool is named that is not among the ``known``.
    """
    named, names = frozenset(tools), sorted(known)
    for tool in sorted(named - set(names)):
        near = difflib.get_close_matches(tool, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
        raise InvalidSetting(f"There is no tool {tool} to offer.", hint=hint)
    return Exposure(read_only, named or None)
