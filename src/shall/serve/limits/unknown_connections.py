"""Connections whose caller is not known yet: how many a process has, and what they may hold."""

import resource
from collections import OrderedDict
from typing import Protocol

from starlette.types import Scope

from shall.settings import Settings

ADMIT = "shall.admit"
"""The key of the ASGI scope with what to call when the caller of a request is known.

It is there for the connection's first requests only, and where our own protocol serves.
"""


class Connection(Protocol):
    """A connection as the budget sees it."""

    def turn_away(self) -> None:
        """Answer 503 where a request was begun, and close."""
        ...


class UnknownConnections:
    """The connections of unknown callers in this process, and how many bytes each holds.

    Where there are too many, the one that has been silent for longest is closed: who arrives with
    a token gets in, however many connections somebody else keeps open. Where they hold too many
    bytes, the one that holds most is closed.
    """

    def __init__(self, max_connections: int, max_bytes: int) -> None:
        self._max_connections = max_connections
        self._max_bytes = max_bytes
        self._held: OrderedDict[Connection, int] = OrderedDict()
        self._bytes = 0

    def enter(self, connection: Connection) -> None:
        """Count a new connection."""
        self._held[connection] = 0
        if len(self._held) > self._max_connections:
            self._turn_away(next(iter(self._held)))

    def hold(self, connection: Connection, size: int) -> None:
        """Count bytes that arrived and wait for an answer."""
        self._held[connection] += size
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._turn_away(max(self._held, key=self._held.__getitem__))

    def release(self, connection: Connection) -> None:
        """Count a connection whose requests are answered as one that holds nothing."""
        self._bytes -= self._held[connection]
        self._held[connection] = 0
        self._held.move_to_end(connection)

    def leave(self, connection: Connection) -> None:
        """Count a connection no more: its caller is known, or it is closed."""
        self._bytes -= self._held.pop(connection)

    def _turn_away(self, connection: Connection) -> None:
        connection.turn_away()  # which leaves


def unknown_connections(settings: Settings) -> UnknownConnections:
    """Return the budget of one process: at most half of its file descriptors."""
    return UnknownConnections(
        min(settings.max_unknown_connections, _descriptors() // 2), settings.max_unknown_bytes
    )


def _descriptors() -> int:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft


def admit(scope: Scope) -> None:
    """Remove the connection of a request from the budget: its caller is known."""
    found = scope.get(ADMIT)
    if found is not None:
        found()
