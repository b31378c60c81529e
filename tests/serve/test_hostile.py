"""Requests that attack a whole server; ``limits`` tests each bound by itself."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.serve.logged import Logged, headers_of, logged, request

pytestmark = pytest.mark.process

HEALTH = request("tools/call", {"name": "health_check", "arguments": {}})
HEAD = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
ATTACKS = {
    "slowloris": (HEAD + b"X-A: b\r\n", b"408"),
    "slow body": (HEAD + b"Content-Length: 100\r\n\r\n{", b"408"),
    "a head of 100 KB": (HEAD + b"X-A: " + b"a" * 100_000, b"431"),
    "a body of 50 MB": (HEAD + b"Content-Length: 52428800\r\n\r\n", b"413"),
    "a body of 50 MB in chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK * 800,
        b"413",
    ),
    "two lengths": (
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET ",
        b"400",
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A server that waits 3 s, as a busy machine needs; its log may hold no fault of any attack."""
    hasty = {"SHALL_HEADER_TIMEOUT": "1", "SHALL_BODY_TIMEOUT": "3"}
    with logged(tmp_path_factory.mktemp("project"), **hasty) as running:
        yield running
        log = running.stop()
    assert "Traceback" not in log, log


@pytest.mark.verifies("reliability#1.3")
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_and_costs_nobody_else(served: Logged, attack: str) -> None:
    bytes_sent, status = ATTACKS[attack]
    attackers = [attacked(served, bytes_sent) for _ in range(20)]
    with httpx2.Client(timeout=60) as http:  # while they are still open
        good = http.post(served.url, json=HEALTH, headers=headers_of(HEALTH))
        assert good.json()["result"]["structuredContent"]["status"] == "ok"
    for attacker in attackers:
        with attacker:
            answer = read_to_the_end(attacker)
        assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
        assert answer.count(b"HTTP/1.1 4") == 1
    log = served.so_far()
    assert "Traceback" not in log, log


def attacked(served: Logged, data: bytes) -> socket.socket:
    """Send what an attacker sends, as far as the server takes it."""
    address = urlsplit(served.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=60)
    try:
        connection.sendall(data)
    except OSError:  # it closed already; its answer is there to be read
        return connection
    return connection


def read_to_the_end(connection: socket.socket) -> bytes:
    """Read until the server closes; a reset after the answer closes, too."""
    read = b""
    try:
        while data := connection.recv(65536):
            read += data
    except ConnectionResetError:
        return read
    return read
