"""Answers the health probe early: load balancers ask it all the time, so it has to cost little."""

import time
from collections.abc import Callable

from msgspec import Struct
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.actions.request_ids import new_request_id
from shall.serve.observe.access_log import Observe

_UNUSUAL = frozenset(
    {b"origin", b"x-request-id", b"traceparent", b"mcp-protocol-version", b"expect"}
)
"""Headers that change the answer: a request that has one takes the way of every other request."""


class Probe(Struct, frozen=True):
    """The route of the probe, and the messages that start and end the answer to a plain GET."""

    route: Route
    start: Message
    body: Message


class ProbeGate:
    """Answers one route before the caller is known, and before anything is limited."""

    def __init__(self, app: ASGIApp, probe: Probe) -> None:
        self._app = app
        self._probe = probe.route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the probe or pass the request on."""
        if scope["type"] == "http" and scope["path"] == self._probe.path:
            scope["route"] = self._probe  # metrics name it
            await self._probe.app(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class PlainProbeGate:
    """Answers a ``GET`` of the probe that has one valid Host and no header that matters.

    The answer is the one that ``ProbeGate`` gives behind the other gates, without their cost.
    """

    def __init__(
        self, app: ASGIApp, probe: Probe, passes: Callable[[bytes], bool], observe: Observe
    ) -> None:
        self._app = app
        self._probe = probe
        self._path = probe.route.path
        self._passes = passes
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a plain probe or pass the request on."""
        if scope["type"] != "http" or scope["path"] != self._path or not self._is_plain(scope):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        probe = self._probe
        scope["route"] = probe.route
        own = (b"x-request-id", new_request_id().encode("ascii"))
        await send({**probe.start, "headers": [*probe.start["headers"], own]})
        await send(probe.body)
        self._observe(scope, 200, time.perf_counter() - started)

    def _is_plain(self, scope: Scope) -> bool:
        if scope["method"] != "GET":
            return False
        host = None
        for name, value in scope["headers"]:
            if name == b"host":
                if host is not None:
                    return False
                host = value
            elif name in _UNUSUAL:
                return False
        return host is not None and self._passes(host)
