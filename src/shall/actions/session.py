"""Who calls, what that caller may do, and what carries the call out."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from shall.actions.principal import Principal
from shall.actions.tool_access import EVERY_TOOL, ToolAccess
from shall.actions.workers import Workers
from shall.errors import ShallError
from shall.workspace.workspace import Workspace
from shall.workspace.workspaces import Workspaces

Report = Callable[[int, str], Awaitable[None]]
"""Reports to a caller how many cases ended, and how the last one did."""


async def report_nothing(done: int, message: str) -> None:
    """Drop the progress of a call whose caller reads one answer."""
    del done, message


class Session(Struct, frozen=True):
    """What one call works with, whichever surface it came through.

    ``workers`` carry out what would hold the event loop up. ``roots`` are the folders of a client
    that started us. ``is_anonymous``: the caller came over the network, where nobody is asked who
    they are.
    """

    caller: Principal
    workspaces: Workspaces
    workers: Workers
    access: ToolAccess = EVERY_TOOL
    roots: tuple[Path, ...] = ()
    is_anonymous: bool = False
    report: Report = report_nothing

    def workspace(self, name: str | None = None) -> Workspace:
        """Return the workspace that an argument names; None names the default.

        Raises:
            OutsideWorkspace: It is not inside an allowed folder.
            FolderNotFound: There is no such folder.
            Forbidden: The caller may use other workspaces only.
        """
        return self.workspaces.choose(name, self.roots, self.caller.workspaces)

    def default_workspace(self) -> Workspace | None:
        """Return the workspace of a call that names none; None where there is none."""
        try:
            return self.workspace()
        except ShallError:
            return None

    def may_make_state(self) -> bool:
        """Check whether this caller's calls may make the state in which they are stored."""
        return not self.access.read_only and (self.caller.may("write") or self.caller.may("run"))
