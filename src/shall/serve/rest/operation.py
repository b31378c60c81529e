"""One operation of the REST routes: what answers it, and what its document says, in one row."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from shall.serve.rest.context import RestContext

Schema = Mapping[str, Any]
Handler = Callable[["Call"], Awaitable[Response]]


class Call(Struct, frozen=True):
    """A request that was checked: its ``query`` and ``body`` are as the operation's schemas say.

    ``version`` is the protocol version that the caller named.
    """

    request: Request
    context: RestContext
    version: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class Operation(Struct, frozen=True):
    """A method on a path.

    ``handler`` None: an application of its own answers. ``scope`` is what the caller must hold;
    None: nothing. ``query``, ``body`` and ``headers`` are schemas by name of what it takes; none of
    them has to be there. ``statuses`` are answers beside ``success`` and those that every
    operation has; ``texts`` are media types that it answers besides, by ``Accept``.
    ``is_versioned`` False: the version header is not looked at.
    """

    method: str
    path: str
    summary: str
    handler: Handler | None
    answer: Schema
    scope: str | None = "read"
    query: Mapping[str, Schema] | None = None
    body: Mapping[str, Schema] | None = None
    headers: Mapping[str, Schema] | None = None
    statuses: Sequence[int] = ()
    success: int = 200
    media_type: str = "application/json"
    texts: Sequence[str] = ()
    is_public: bool = False
    is_versioned: bool = True


class Unanswered(Exception):
    """There is no result: ``response`` is for the caller."""

    def __init__(self, response: Response) -> None:
        super().__init__("no result")
        self.response = response
