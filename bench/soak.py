"""A thousand clients that listen at once: what they cost, and how they are let go.

Opens event streams, reads the memory of the server before and after, sends SIGTERM and looks at
how every stream ends. Exits with 1 where a target is missed.
"""

import argparse
import asyncio
import json
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from processes import Serving, free_port, serving
from serving import QUIET, ours

MOST_KB = 60
DRAIN_S = 1.0
LAST_CHUNK = b"\r\n0\r\n\r\n"

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(url: str) -> Stream:
    """Open one stream, and read the event that names its session."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        "Accept: text/event-stream\r\n\r\n".encode()
    )
    await reader.readuntil(b"session_id=")
    return reader, writer


async def soak(server: Serving, count: int) -> dict[str, float]:
    """Open the streams, end the server, and give the figures."""
    warm = [await opened(server.url) for _ in range(20)]
    before = server.rss_mb()
    begin = time.perf_counter()
    streams = list(warm)
    while len(streams) < count + len(warm):
        left = count + len(warm) - len(streams)
        streams += await asyncio.gather(*(opened(server.url) for _ in range(min(100, left))))
    opening_s = time.perf_counter() - begin
    grown_kb = (server.rss_mb() - before) * 1024 / count
    begin = time.perf_counter()
    server.process.send_signal(signal.SIGTERM)
    rests = await asyncio.gather(*(reader.read() for reader, _ in streams))
    ended_s = time.perf_counter() - begin
    status = await asyncio.to_thread(server.process.wait)
    for _, writer in streams:
        writer.close()
    return {
        "streams": len(streams),
        "open_s": round(opening_s, 2),
        "kb_each": round(grown_kb, 1),
        "clean_ends": sum(rest.endswith(LAST_CHUNK) for rest in rests),
        "all_ended_s": round(ended_s, 2),
        "exit_s": round(time.perf_counter() - begin, 2),
        "exit_status": status,
    }


def main() -> None:
    """Measure, print, and say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the server inherits it
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(ours(Path(folder), port), port, QUIET) as server,
    ):
        figures = asyncio.run(soak(server, options.streams))
    print(json.dumps(figures))
    missed = {
        "memory": figures["kb_each"] > MOST_KB,
        "clean ends": figures["clean_ends"] != figures["streams"],
        "drain": figures["all_ended_s"] > DRAIN_S,
        "exit status": figures["exit_status"] != 0,
    }
    for name, is_missed in missed.items():
        print(f"{'MISS' if is_missed else 'ok  '}  {name}")
    sys.exit(any(missed.values()))


if __name__ == "__main__":
    main()
