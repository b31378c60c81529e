"""Which request is being answered: for log lines, envelopes and answers, whatever the surface."""

import secrets
from contextvars import ContextVar

from msgspec import Struct


class RequestIds(Struct, frozen=True):
    """The id of a request, and the id of the trace it belongs to; empty where there is none."""

    request_id: str = ""
    trace_id: str = ""


NO_REQUEST = RequestIds()

CURRENT: ContextVar[RequestIds] = ContextVar("shall_request", default=NO_REQUEST)
"""The request that the current task answers."""


def new_request_id() -> str:
    """Make an id: 12 hexadecimal digits."""
    return secrets.token_hex(6)
