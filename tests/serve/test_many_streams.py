"""Hundreds of event streams at once; ``bench/soak.py`` measures a thousand of them."""

import asyncio
import re
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.serve.logged import logged

pytestmark = [pytest.mark.anyio, pytest.mark.process]

STREAMS = 200
LAST_CHUNK = b"\r\n0\r\n\r\n"


@pytest.mark.verifies("reliability#2.3")
async def test_every_stream_gets_its_clean_end_when_the_server_leaves(project: Path) -> None:
    with logged(project) as served:
        url = await asyncio.to_thread(lambda: served.url)
        streams = await asyncio.gather(*(opened(url) for _ in range(STREAMS)))
        asked = await asyncio.gather(*(first_event(reader) for reader, _ in streams))
        assert len(set(asked)) == STREAMS  # each has a session of its own
        served.process.send_signal(signal.SIGTERM)
        rests = await asyncio.gather(*(reader.read() for reader, _ in streams))
        assert sum(rest.endswith(LAST_CHUNK) for rest in rests) == STREAMS
        for _, writer in streams:
            writer.close()
        log = await asyncio.to_thread(served.ended)
    assert "Traceback" not in log, log


async def test_streams_that_their_clients_dropped_leave_room(project: Path) -> None:
    with logged(project) as served:
        url = await asyncio.to_thread(lambda: served.url)
        kept, keeping = await opened(url)
        await first_event(kept)  # the server has all it opens for itself
        before = descriptors(served.process.pid)
        streams = await asyncio.gather(*(opened(url) for _ in range(STREAMS)))
        await asyncio.gather(*(first_event(reader) for reader, _ in streams))
        assert descriptors(served.process.pid) >= before + STREAMS
        for _, writer in streams:
            writer.transport.abort()
        async with asyncio.timeout(60):
            while descriptors(served.process.pid) > before:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        keeping.close()
        log = await asyncio.to_thread(served.stop)
    assert "Traceback" not in log, log


async def opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    return reader, writer


async def first_event(reader: asyncio.StreamReader) -> str:
    """Read up to the event that names the session."""
    assert await reader.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
    head = (await reader.readuntil(b"session_id=")) + await reader.readuntil(b"\r\n")
    found = re.search(rb"session_id=(\w+)", head)
    assert found is not None
    return found[1].decode()


def descriptors(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
