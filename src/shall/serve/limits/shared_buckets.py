"""Leaky buckets in Redis, which all workers and instances share.

A bucket is updated by a script in Redis: one round trip, on the clock that all instances share.
"""

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shall.errors import InvalidSetting

TIMEOUT_S = 0.5
"""How long an answer of Redis is waited for, in seconds."""

PAUSE_S = 1.0
"""How long Redis is left alone after it failed, in seconds: a dead one must not slow us down."""

WARN_EVERY_S = 60.0

_log = logging.getLogger(__name__)

# A bucket that is further from empty than it can be was written before the clock was set back:
# it counts as empty. ARGV: seconds a request, seconds of room.
_TAKE = """
local at = redis.call('TIME')
local now = at[1] + at[2] / 1000000
local every, room = tonumber(ARGV[1]), tonumber(ARGV[2])
local empty_at = tonumber(redis.call('GET', KEYS[1]) or now)
if empty_at < now or empty_at > now + room + every + 1 then empty_at = now end
local wait = empty_at - now - room
if wait > 0.000001 then return string.format('%.6f', wait) end
empty_at = empty_at + every
local kept_ms = math.ceil((empty_at - now) * 1000)
redis.call('SET', KEYS[1], string.format('%.6f', empty_at), 'PX', kept_ms)
return '0'
"""


class RedisBuckets:
    """Buckets in Redis. Where it cannot be asked, every request passes, and a warning is logged."""

    def __init__(
        self, url: str, rate_per_s: float, burst: int, on_failure: Callable[[], None]
    ) -> None:
        self._client = _client(url)
        self._take = self._client.register_script(_TAKE)
        self._numbers = [repr(1 / rate_per_s), repr(burst / rate_per_s)]
        self._on_failure = on_failure
        self._ask_at = self._warn_at = float("-inf")

    async def take(self, key: str) -> float:
        """Count a request of a key; return 0, or how many seconds to wait where it may not pass."""
        now = asyncio.get_running_loop().time()
        if now < self._ask_at:
            return 0.0
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return float(await self._take([f"shall:rate:{key}"], self._numbers))
        except (RedisError, OSError) as error:
            self._ask_at = now + PAUSE_S
            self._on_failure()
            if now >= self._warn_at:
                self._warn_at = now + WARN_EVERY_S
                _log.warning(
                    "The rate store cannot be asked (%s): requests pass uncounted.",
                    type(error).__name__,
                )
            return 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _client(url: str) -> Redis:
    """Return a client, not yet connected. The URL is not repeated: it may hold a password.

    Raises:
        InvalidSetting: The URL does not name a Redis.
    """
    try:
        return Redis.from_url(url.replace("redis+unix:", "unix:", 1))
    except ValueError:
        raise InvalidSetting(
            "rate_store is not the URL of a Redis.",
            hint="Use memory://, or a URL such as redis://redis.example.com:6379/0.",
        ) from None
