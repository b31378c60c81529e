"""Leaky buckets: how many requests a key may send, as nginx's ``limit_req ... nodelay`` counts.

A bucket holds ``burst`` requests beside the one that is let through, and leaks ``rate_per_s`` of
them a second. It is stored as one number, the time at which it will be empty (the generic cell rate
algorithm), so a refused request changes nothing and the wait is known exactly.
"""

import time
from collections.abc import Callable
from typing import Protocol

FEW = 1024
"""Below this number of buckets, empty ones are not looked for."""


class Buckets(Protocol):
    """A store of buckets."""

    async def take(self, key: str) -> float:
        """Count a request of a key; return 0, or how many seconds to wait where it may not pass."""

    async def close(self) -> None:
        """Close connections."""


class MemoryBuckets:
    """Buckets of this process, on a clock that nobody sets."""

    def __init__(
        self, rate_per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every_s = 1 / rate_per_s
        self._room_s = burst / rate_per_s
        self._clock = clock
        self._empty_at: dict[str, float] = {}
        self._sweep_beyond = FEW

    def __len__(self) -> int:
        """Return the number of stored buckets."""
        return len(self._empty_at)

    async def take(self, key: str) -> float:
        """Count a request of a key; return 0, or how many seconds to wait where it may not pass."""
        now = self._clock()
        empty_at = max(self._empty_at.get(key, now), now)
        wait_s = empty_at - now - self._room_s
        if wait_s > 1e-9:  # else the rounding of a sum would refuse the last one of a burst
            return wait_s
        self._empty_at[key] = empty_at + self._every_s
        if len(self._empty_at) > self._sweep_beyond:
            self._sweep(now)
        return 0.0

    async def close(self) -> None:
        """There is nothing to close."""

    def _sweep(self, now: float) -> None:
        """Forget empty buckets; again when there are twice as many, so a request pays little."""
        self._empty_at = {key: at for key, at in self._empty_at.items() if at > now}
        self._sweep_beyond = max(FEW, 2 * len(self._empty_at))
