"""Clients that leave without a word: in the middle of a call, or with a stream or session open."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.serve.logged import INITIALIZE, POST, headers_of, logged, request
from tests.serve.test_calls import write_cases

pytestmark = pytest.mark.process

RUN = request("tools/call", {"name": "run_tests", "arguments": {}})
RESULTS = request("tools/call", {"name": "get_test_results", "arguments": {}})
OLDER = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": RUN["params"]}


@pytest.mark.verifies("reliability#2.1")
def test_a_client_of_2026_that_vanishes_stops_its_run(project: Path, service: Any) -> None:
    write_cases(project, 1, service.url, "/slow")
    with logged(project) as served, httpx2.Client() as http:
        with sent(served.url, RUN, headers_of(RUN)):
            service.wait_for(service.log.calls, "/slow began")
        service.wait_for(service.log.closed, "/slow")
        assert status_when_ended(http, served.url) == "interrupted"
        log = served.stop()
    assert "Traceback" not in log, log


@pytest.mark.verifies("reliability#2.2")
def test_a_run_outlives_the_connection_of_a_client_with_a_session(
    project: Path, service: Any
) -> None:
    write_cases(project, 1, service.url, "/held")
    with logged(project) as served, httpx2.Client() as http:
        session = http.post(served.url, json=INITIALIZE, headers=POST).headers["mcp-session-id"]
        with sent(served.url, OLDER, {**POST, "Mcp-Session-Id": session}):
            service.wait_for(service.log.calls, "/held began")
        service.release("/held")
        assert status_when_ended(http, served.url) == "complete"
        log = served.stop()
    assert "Traceback" not in log, log


@contextmanager
def sent(url: str, message: dict[str, Any], headers: dict[str, str]) -> Iterator[None]:
    """Send a request, and reset its connection at the end of the block."""
    address = urlsplit(url)
    body = json.dumps(message).encode()
    lines = [
        f"POST {address.path} HTTP/1.1",
        f"Host: {address.netloc}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        yield
        # Closing resets the connection, as a client's machine does that has no memory of it.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def status_when_ended(http: httpx2.Client, url: str) -> str:
    """Return the status of the newest run, asked for until it runs no longer."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        answer = http.post(url, json=RESULTS, headers=headers_of(RESULTS)).json()
        status = answer["result"]["structuredContent"]["results"][0]["status"]
        if status != "running":
            return str(status)
    raise AssertionError("the run never ended")
