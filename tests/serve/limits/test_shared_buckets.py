import asyncio
import json
import logging
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from shall.serve.limits import shared_buckets
from shall.serve.limits.rates import RateGate
from shall.serve.limits.shared_buckets import RedisBuckets

pytestmark = [pytest.mark.anyio, pytest.mark.process]

Redis = Callable[[], AbstractContextManager[str]]

TAKE = """
    import asyncio, json, sys
    from shall.serve.limits import shared_buckets
    from shall.serve.limits.shared_buckets import RedisBuckets

    async def main():
        shared_buckets.TIMEOUT_S = 60.0
        buckets = RedisBuckets(sys.argv[1], 0.01, 20, lambda: None)
        waits = [await buckets.take("caller") for _ in range(20)]
        await buckets.close()
        print(json.dumps(sum(wait == 0 for wait in waits)))

    asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for Redis as long as a busy machine needs."""
    monkeypatch.setattr(shared_buckets, "TIMEOUT_S", 60.0)


def never() -> None:
    raise AssertionError("the store could not be asked")


@pytest.mark.verifies("limits#3.5")
def test_two_processes_count_together(redis_url: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(TAKE), redis_url]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    shown = [process.communicate(timeout=30) for process in started]
    assert sum(json.loads(out) for out, _ in shown) == 21
    assert [err for _, err in shown] == [b"", b""]


@pytest.mark.verifies("limits#3.5")
async def test_the_wait_is_reported_and_the_key_ends_by_itself(redis_url: str) -> None:
    buckets = RedisBuckets(redis_url, 0.001, 2, never)
    assert [await buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert 900 < await buckets.take("a") <= 1000
    assert await buckets.take("b") == 0
    client = buckets._client
    assert sorted(await client.keys()) == [b"shall:rate:a", b"shall:rate:b"]
    assert 2_900_000 < await client.pttl("shall:rate:a") <= 3_000_000
    await buckets.close()


async def test_a_clock_that_was_set_back_locks_nobody_out(redis_url: str) -> None:
    buckets = RedisBuckets(redis_url, 10, 20, never)
    seconds, _ = await buckets._client.time()
    await buckets._client.set("shall:rate:a", seconds + 3600)
    assert await buckets.take("a") == 0
    await buckets.close()


@pytest.mark.verifies("limits#3.6")
async def test_requests_pass_while_redis_is_away(
    redis: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_buckets, "PAUSE_S", 0.0)
    failures: list[None] = []
    with redis() as url:
        buckets = RedisBuckets(url, 0.01, 1, lambda: failures.append(None))
        assert [await buckets.take("a") > 0 for _ in range(3)] == [False, False, True]
    assert failures == []
    with caplog.at_level(logging.WARNING, "shall"):
        assert [await buckets.take("a") for _ in range(5)] == [0.0] * 5
    assert len(failures) == 5
    [record] = [it for it in caplog.records if it.name.startswith("shall")]
    assert "rate store" in record.getMessage()
    with redis():  # the same port
        assert [await buckets.take("a") > 0 for _ in range(3)] == [False, False, True]
    await buckets.close()


@pytest.mark.verifies("limits#3.6")
async def test_a_redis_that_never_answers_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_buckets, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(shared_buckets, "PAUSE_S", 3600.0)
    failures: list[None] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        buckets = RedisBuckets(url, 1, 1, lambda: failures.append(None))
        assert [await buckets.take("a") for _ in range(50)] == [0.0] * 50
        await buckets.close()
    assert len(failures) == 1  # the others did not wait for it


async def test_the_connections_are_closed_with_the_server(redis_url: str) -> None:
    buckets = RedisBuckets(redis_url, 1, 1, never)
    watching = RedisBuckets(redis_url, 1, 1, never)
    ended = asyncio.Event()

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        assert scope["type"] == "lifespan"
        await buckets.take("a")
        assert await open_clients(watching) == 2
        ended.set()

    await RateGate(app, buckets, 0)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert ended.is_set()
    async with asyncio.timeout(60):
        while await open_clients(watching) > 1:
            pass  # the server learns of the end of a connection when it next looks
    await watching.close()


async def open_clients(buckets: RedisBuckets) -> int:
    return len(await buckets._client.client_list())


def test_the_library_is_imported_only_for_a_shared_store(tmp_path: Path) -> None:
    program = (
        "import sys; from shall.settings import Settings;"
        "from shall.serve.limits.rates import limit_rates;"
        "limit_rates(print, Settings(rate_per_s=1)); print('redis' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
