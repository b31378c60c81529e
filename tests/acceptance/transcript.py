"""Clients that work again and again, and a note of who did what."""

import asyncio
import time
from collections.abc import Awaitable, Callable

RETRY_AFTER_S = 1
"""What a server that leaves says in ``Retry-After``."""


class Transcript:
    """Notes who did what, and lets others wait for it."""

    def __init__(self) -> None:
        self.done: dict[str, int] = {}
        self._changed = asyncio.Condition()
        self._started = time.monotonic()

    async def note(self, who: str, what: str) -> None:
        print(f"{time.monotonic() - self._started:6.2f} s  {who:10}  {what}")  # noqa: T201
        async with self._changed:
            self.done[who] = self.done.get(who, 0) + 1
            self._changed.notify_all()

    async def each_did(self, who: tuple[str, ...], more: int) -> None:
        """Wait until each has done so much more."""
        before = dict(self.done)
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(
                lambda: all(self.done.get(it, 0) >= before.get(it, 0) + more for it in who)
            )


async def repeat(
    transcript: Transcript, who: str, once: Callable[[], Awaitable[str]], end: asyncio.Event
) -> None:
    """Work again and again; what is refused is tried again when the server said: in a second."""
    while not end.is_set():
        for left in (2, 1, 0):
            try:
                shown = await once()
                break
            except Exception as error:
                if not left:
                    raise
                await transcript.note(who, f"tries again: {innermost(error)!r:.80}")
                await asyncio.sleep(RETRY_AFTER_S)
        await transcript.note(who, shown)


def innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
