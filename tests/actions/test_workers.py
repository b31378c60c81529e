"""Work beside the event loop: answered, cancelled, and never waited for by those who left."""

import asyncio
import threading

import pytest

from shall.actions.workers import Workers
from shall.errors import MemoryInUse, ShuttingDown

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


@pytest.mark.verifies("defences#4.10")
async def test_stopping_answers_what_computes_and_what_waits() -> None:
    workers, go_on = Workers(1), threading.Event()
    calls = [asyncio.create_task(workers.call(go_on.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    workers.stop()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    go_on.set()
    assert [type(answer) for answer in answers] == [ShuttingDown] * 3
    with pytest.raises(ShuttingDown):
        await workers.call(int)


@pytest.mark.verifies("defences#4.9")
async def test_without_a_thread_a_call_is_refused_and_the_next_one_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers = Workers(1)

    def fail(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        with pytest.raises(MemoryInUse) as refused:
            await workers.call(int)
    assert refused.value.code == "MCP_MEMORY_IN_USE"
    assert await workers.call(int, "7") == 7
