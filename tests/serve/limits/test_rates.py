import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp

from shall.actions.principal import PRINCIPAL, Principal
from shall.errors import InvalidSetting
from shall.serve.limits.buckets import FEW, MemoryBuckets
from shall.serve.limits.rates import RateGate, caller_key, limit_rates
from shall.settings import Settings

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def ok(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def ask(app: ASGIApp, **scope: Any) -> tuple[int, dict[str, str], Any]:
    """Call an application: give the status, headers and JSON of its answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {"type": "http", "path": "/mcp", "headers": [], "client": ("203.0.113.7", 1), **scope}
    await app(asked, None, send)  # type: ignore[arg-type]
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])


async def statuses(app: ASGIApp, times: int, **scope: Any) -> list[int]:
    return [(await ask(app, **scope))[0] for _ in range(times)]


@pytest.mark.verifies("limits#3.1")
async def test_the_rate_and_the_burst_are_those_of_nginx() -> None:
    clock = Clock()
    gate = RateGate(ok, MemoryBuckets(10, 20, clock), 0)
    assert await statuses(gate, 25) == [200] * 21 + [429] * 4  # the burst beside the one
    clock.now_s += 0.1
    assert await statuses(gate, 2) == [200, 429]  # each tenth of a second lets one more pass
    clock.now_s += 0.5
    assert await statuses(gate, 6) == [200] * 5 + [429]
    clock.now_s += 60
    assert await statuses(gate, 22) == [200] * 21 + [429]


@pytest.mark.verifies("limits#3.1")
async def test_who_waits_as_long_as_told_may_pass() -> None:
    clock = Clock()
    gate = RateGate(ok, MemoryBuckets(0.3, 1, clock), 0)
    assert await statuses(gate, 2) == [200, 200]
    status, headers, body = await ask(gate)
    assert (status, body["code"]) == (429, "MCP_RATE_LIMITED")
    assert headers["retry-after"] == "4"  # 3.33 s, in whole seconds
    clock.now_s += 4
    assert await statuses(gate, 2) == [200, 429]


@pytest.mark.verifies("limits#3.1")
async def test_a_wait_shorter_than_a_second_is_reported_as_one() -> None:
    gate = RateGate(ok, MemoryBuckets(1000, 1, Clock()), 0)
    await statuses(gate, 2)
    assert (await ask(gate))[1]["retry-after"] == "1"


@pytest.mark.verifies("limits#3.3")
async def test_callers_are_counted_each_for_itself() -> None:
    gate = RateGate(ok, MemoryBuckets(1, 1, Clock()), 0)
    ann, bob = Principal("ann"), Principal("bob")
    assert await statuses(gate, 3) == [200, 200, 429]
    assert await statuses(gate, 1, client=("203.0.113.8", 1)) == [200]
    assert await statuses(gate, 3, **{PRINCIPAL: ann}) == [200, 200, 429]
    elsewhere = {"client": ("203.0.113.9", 1), PRINCIPAL: ann}
    assert await statuses(gate, 1, **elsewhere) == [429]  # a principal is one wherever it is
    assert await statuses(gate, 1, **{PRINCIPAL: bob}) == [200]
    # a token may be named like an address without sharing its bucket
    assert await statuses(gate, 1, **{PRINCIPAL: Principal("203.0.113.7")}) == [200]


@pytest.mark.verifies("limits#3.3")
async def test_the_addresses_of_one_ipv6_network_are_one_caller() -> None:
    keys = {
        caller_key({"client": (address, 1)})
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:1::2")
    }
    assert len(keys) == 1
    assert caller_key({"client": ("2001:db8:0:2::1", 1)}) not in keys
    assert caller_key({"client": ("fe80::1%eth0", 1)}) != caller_key({"client": None})


@pytest.mark.verifies("limits#3.4")
@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_probes_are_always_answered(path: str) -> None:
    gate = RateGate(ok, MemoryBuckets(1, 1, Clock()), 1)
    assert await statuses(gate, 5, path=path) == [200] * 5
    assert await statuses(gate, 3) == [200, 200, 429]


@pytest.mark.verifies("limits#3.2")
async def test_open_requests_are_counted_until_they_end() -> None:
    end = asyncio.Event()
    begun = asyncio.Semaphore(0)

    async def stream(_scope: Any, _receive: Any, _send: Any) -> None:
        begun.release()
        await end.wait()
        raise OSError

    gate = RateGate(stream, None, 20)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(fails(gate)) for _ in range(20)]
        for _ in running:
            await begun.acquire()
        status, headers, body = await ask(gate)  # the 21st
        assert (status, headers["retry-after"]) == (429, "1")
        assert body["code"] == "MCP_RATE_LIMITED"
        end.set()
    with pytest.raises(OSError):
        await ask(gate)
    assert gate._open == {}


async def fails(gate: RateGate) -> None:
    with pytest.raises(OSError):
        await ask(gate, client=("203.0.113.7", 2))


@pytest.mark.verifies("limits#3.7")
async def test_without_a_limit_there_is_no_gate() -> None:
    assert limit_rates(ok, Settings()) is ok
    assert limit_rates(ok, Settings(rate_per_s=1)) is not ok
    assert limit_rates(ok, Settings(max_concurrent=1)) is not ok


@pytest.mark.parametrize(
    "url", ["memcached://a", "redis//:pass-word@a", "nonsense", "redis://:pass-word@a:no-port"]
)
async def test_a_store_that_is_none_is_reported_without_its_url(url: str) -> None:
    with pytest.raises(InvalidSetting) as raised:
        limit_rates(ok, Settings(rate_per_s=1, rate_store=url))
    assert "rate_store" in str(raised.value)
    assert "pass-word" not in str(raised.value)


async def test_empty_buckets_are_forgotten() -> None:
    clock = Clock()
    buckets = MemoryBuckets(10, 20, clock)
    for number in range(10 * FEW):
        clock.now_s += 0.01
        assert await buckets.take(str(number)) == 0
    assert len(buckets) <= FEW + 1


@pytest.mark.verifies("limits#3.1", "limits#3.2")
@pytest.mark.process
def test_a_real_server_refuses_and_goes_on(start: Start, small: Settings) -> None:
    server = start(replace(small, rate_per_s=0.001, rate_burst=2, max_concurrent=2))
    with server.connect() as first, server.connect() as second:
        for connection in (first, second):
            connection.sendall(server.post(b"{}", path=b"/stream"))
            server.read_until(connection, b"}")
        assert server.refusal(server.ask(server.post(b"{}"))) == (429, "MCP_RATE_LIMITED")
    assert server.echo.left.wait(60)
    with server.connect() as connection:
        get = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in range(30):
            connection.sendall(get)
            assert server.read_until(connection, b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
