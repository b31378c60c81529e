"""How often, and how many at a time, one caller may ask."""

import hashlib
import math
from collections.abc import Callable
from ipaddress import IPv6Address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import ANYONE
from shall.serve.limits.buckets import Buckets, MemoryBuckets
from shall.serve.problem import principal_of, problem
from shall.settings import Settings

EXEMPT = frozenset({"/health", "/ready"})
"""Paths that a load balancer asks: they are never refused."""


def limit_rates(
    app: ASGIApp, settings: Settings, on_store_failure: Callable[[], None] = lambda: None
) -> ASGIApp:
    """Return the application behind a ``RateGate``, or itself where no limit is set.

    ``on_store_failure`` is called each time the rate store could not be asked.

    Raises:
        InvalidSetting: The rate store is none that there is.
    """
    if not settings.rate_per_s and not settings.max_concurrent:
        return app
    return RateGate(app, _buckets(settings, on_store_failure), settings.max_concurrent)


def _buckets(settings: Settings, on_failure: Callable[[], None]) -> Buckets | None:
    rate, burst = settings.rate_per_s, settings.rate_burst
    if not rate:
        return None
    if settings.rate_store == "memory://":
        return MemoryBuckets(rate, burst)
    # Importing redis takes 0.1 s: only where a shared store is set.
    from shall.serve.limits.shared_buckets import RedisBuckets

    return RedisBuckets(settings.rate_store, rate, burst, on_failure)


class RateGate:
    """Answers 429 where a caller asks too often, or has too many requests open in this process.

    A caller is a principal where the gate before this one knows tokens, else an address: also of
    callers that gate does not let through, see ``count``.
    """

    def __init__(self, app: ASGIApp, buckets: Buckets | None, max_concurrent: int) -> None:
        self._app = app
        self._buckets = buckets
        self._max_concurrent = max_concurrent
        self._open: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on; close the store when the server ends."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                if self._buckets is not None:
                    await self._buckets.close()
        elif scope["type"] != "http" or scope["path"] in EXEMPT:
            await self._app(scope, receive, send)
        else:
            await self.count(self._app, scope, receive, send)

    async def count(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request of this caller to ``app``, or refuse it."""
        key = caller_key(scope)
        open_now = self._open.get(key, 0)
        if self._max_concurrent and open_now >= self._max_concurrent:
            detail = f"More than {self._max_concurrent} requests of this caller are open."
            await _refuse(scope, receive, send, detail, wait_s=1)
            return
        self._open[key] = open_now + 1
        try:
            wait_s = await self._buckets.take(key) if self._buckets is not None else 0
            if wait_s:
                await _refuse(scope, receive, send, "Rate limit exceeded.", wait_s)
            else:
                await app(scope, receive, send)
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


def caller_key(scope: Scope) -> str:
    """Name the caller by a hash: a shared store holds no addresses.

    The addresses of an IPv6 network /64 are one caller: that is what one subscriber has.
    """
    principal = principal_of(scope)
    if principal is not ANYONE:
        name = f"principal {principal.name}"
    else:
        client = scope.get("client")
        name = f"address {_network(client[0]) if client else ''}"
    return hashlib.sha256(name.encode("utf-8")).hexdigest()


def _network(address: str) -> str:
    if ":" not in address:
        return address
    try:
        return str(ip_network((int(IPv6Address(address)), 64), strict=False))
    except ValueError:
        return address


async def _refuse(scope: Scope, receive: Receive, send: Send, detail: str, wait_s: float) -> None:
    seconds = max(1, math.ceil(wait_s))
    answer = problem(
        scope,
        429,
        "MCP_RATE_LIMITED",
        f"{detail} Retry in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
    await answer(scope, receive, send)
