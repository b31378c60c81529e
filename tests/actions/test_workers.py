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

    async def run() -> None:
        work()

    await asyncio.gather(*(workers.call(work) for _ in range(10)))
    await asyncio.gather(*(workers.run(run) for _ in range(10)))
    assert most[0] <= 2


async def test_a_run_that_waits_lets_others_compute() -> None:
    workers = Workers(1)
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def wait() -> None:
        loop.call_soon_threadsafe(arrived.set)
        await asyncio.to_thread(int)
        await asyncio.Event().wait()

    waiting = asyncio.create_task(workers.run(wait))
    await arrived.wait()
    assert await workers.call(int, "7") == 7
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.verifies("defences#4.7")
async def test_cancelling_a_run_waits_until_it_has_cleaned_up() -> None:
    workers, cleaned = Workers(), threading.Event()
    arrived, loop = asyncio.Event(), asyncio.get_running_loop()

    async def run() -> None:
        loop.call_soon_threadsafe(arrived.set)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    running = asyncio.create_task(workers.run(run))
    await arrived.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert cleaned.is_set()


async def test_a_run_that_ends_itself_as_cancelled_is_cancelled() -> None:
    async def run() -> None:
        raise asyncio.CancelledError

    running = asyncio.create_task(Workers().run(run))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert running.cancelled()
