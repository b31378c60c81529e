"""How many connections to a service are opened at a time.

The listen backlog of a small service holds a handful of connections (Python's ``http.server``: 5);
the kernel drops what comes beside them, and the client waits a second before it tries again. So an
idle connection is used first, few new ones wait for their first answer at any time, and a service
that answers slowly gets further ones a little later.
"""

from collections import deque
from typing import Any

from msgspec import Struct, field

UNANSWERED = 4
"""New connections that may wait for their first answer at the same time, in all processes."""

NEXT_AFTER_S = 0.01
"""After this time another one is opened all the same."""


class Origin(Struct, eq=False):
    """The connections to one scheme, host and port.

    ``kept`` connections stay open after they answered, ``fresh`` ones have not answered yet: at
    most ``unanswered`` of these are opened at once.
    """

    unanswered: int = UNANSWERED
    flying: int = 0
    kept: int = 0
    fresh: int = 0
    opened_at: float = 0.0
    waiting: deque[Any] = field(default_factory=deque)

    def may_start(self, now: float) -> bool:
        """Return whether a transfer may start now."""
        return (
            self.flying - self.fresh < self.kept
            or self.fresh < self.unanswered
            or now - self.opened_at >= NEXT_AFTER_S
        )

    def start(self, now: float) -> bool:
        """Count a transfer; return whether it opens a connection."""
        opens = self.flying - self.fresh >= self.kept
        self.flying += 1
        if opens:
            self.fresh += 1
            self.opened_at = now
        return opens

    def end(self, *, opened: bool, keeps: bool) -> None:
        """Count a transfer that ended, and its connection if that stays open."""
        self.flying -= 1
        if opened:
            self.fresh -= 1
            self.kept += keeps
        elif not keeps and self.kept:
            self.kept -= 1
