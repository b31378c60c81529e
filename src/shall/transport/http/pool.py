"""How many connections to a service are opened at a time.

The listen backlog of a small service holds a handful of connections (Python's ``http.server``: 5);
the kernel drops what comes beside them, and the client waits a second before it tries again. So an
idle connection is used first, few new ones wait for their first answer at any time, and a service
that answers slowly gets further ones a little later.
"""

from collections import deque
from typing import Any

UNANSWERED = 4
"""New connections that may wait for their first answer at the same time, in all processes."""

NEXT_AFTER_S = 0.02
"""After this time another one is opened all the same."""


class Pool:
    """The connections to one scheme, host and port.

    ``kept`` connections stay open after they answered, ``fresh`` ones have not answered yet: at
    most ``unanswered`` of these are opened at once. ``waiting`` are the transfers held back.
    """

    __slots__ = ("_unanswered", "flying", "fresh", "kept", "opened_at", "waiting")

    def __init__(self, unanswered: int) -> None:
        self._unanswered = unanswered
        self.flying = 0
        self.kept = 0
        self.fresh = 0
        self.opened_at = 0.0
        self.waiting: deque[Any] = deque()

    def start(self, now: float) -> bool | None:
        """Count a transfer; return whether it opens a connection, None if it has to wait."""
        opens = self.flying - self.fresh >= self.kept
        if opens:
            if self.fresh >= self._unanswered and now - self.opened_at < NEXT_AFTER_S:
                return None
            self.fresh += 1
            self.opened_at = now
        self.flying += 1
        return opens

    def end(self, *, opened: bool, keeps: bool) -> None:
        """Count a transfer that ended, and its connection if that stays open."""
        self.flying -= 1
        if opened:
            self.fresh -= 1
            self.kept += keeps
        elif not keeps and self.kept:
            self.kept -= 1
