"""What a piece of work may wait for, and how it is stopped.

Work is a generator. It yields a ``Request`` and is resumed with the ``Response``, a ``Pause`` and
is resumed when it is over, or a ``Call`` and is resumed with what the function returned. It may
yield a ``Statement`` of SQL, too, which is answered like a request, and after a request that opened
a WebSocket ``Send``, ``Receive`` and ``Close``. What goes wrong is raised at the ``yield``.
"""

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct

from shall.transport.exchange import Request

if TYPE_CHECKING:
    from shall.database_source import Database

_Result = TypeVar("_Result")


class Pause(Struct, frozen=True):
    """Wait some seconds."""

    seconds: float


class Call(Struct, frozen=True):
    """Call a function that blocks (SQL, a large file) in a thread.

    It cannot be stopped: work that is stopped meanwhile goes on without it.
    """

    function: Callable[[], Any]


class Statement(Struct, frozen=True):
    """SQL with the values of its ``:names``. ``path`` is the open path of an SQLite file.

    It is answered with a response whose body is the JSON object ``rows``, ``rowcount`` and, where
    there is a row, ``row`` and ``value``.
    """

    name: str
    database: "Database"
    text: str
    parameters: Mapping[str, Any]
    password: str = ""
    path: str = ""
    timeout_s: float = 30.0


class Send(Struct, frozen=True):
    """Send a message over the WebSocket; resumed with True, or None when the time is over."""

    data: bytes
    is_text: bool
    timeout_s: float


class Receive(Struct, frozen=True):
    """Wait for a message; resumed with a ``Received``, or None when the time is over."""

    timeout_s: float


class Received(Struct, frozen=True):
    """A message. ``closed``: the status with which the service closed; ``data`` says why."""

    data: bytes
    is_text: bool = True
    closed: int = 0


class Close(Struct, frozen=True):
    """Close the WebSocket; resumed at once."""


class Shield(Struct, frozen=True):
    """Allow the work the grace time of a stop; resumed at once.

    What the work waits for when it is stopped may take half of that time, so that it can go on.
    """


Wait: TypeAlias = Request | Pause | Call | Statement | Send | Receive | Close | Shield
Work: TypeAlias = Generator[Wait, Any, _Result]


class Stopped(Exception):
    """The work was stopped while it waited."""
