"""Work beside the event loop: answered, cancelled, and never waited for by those who left."""

import asyncio
import threading

import pytest

from shall.actions.workers import Workers

pytestmark = pytest.mark.anyio


async def test_a_call_returns_and_raises_what_the_function_does() -> None:
    workers = Workers()
    assert await workers.call(lambda: threading.current_thread().name) == "shall-work-1"
    with pytest.raises(ZeroDivisionError):
        await workers.call(divmod, 1, 0)


async def test_few_functions_compute_at_once() -> None:
    workers = Workers(2)
    lock, running, most = threading.Lock(), [0], [0]

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.01)  # long enough for the others to begin
        with lock:
            running[0] -= 1

    await asyncio.gather(*(workers.call(work) for _ in range(10)))
    assert most[0] <= 2
