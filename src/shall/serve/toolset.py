"""Which tools the operator offers."""

from shall.actions.tool_access import ToolAccess, tool_access
from shall.mcp.server import CORE_TOOLS, WORKFLOW_TOOLS
from shall.settings import Settings


def named_access(settings: Settings) -> ToolAccess:
    """Return the bound that the settings ``toolset``, ``tools`` and ``read_only`` set.

    Raises:
        InvalidSetting: A tool is named that does not exist.
    """
    left_out = frozenset() if settings.toolset == "all" else WORKFLOW_TOOLS
    known = CORE_TOOLS | WORKFLOW_TOOLS
    return tool_access(settings.read_only, settings.tools, known, left_out)
