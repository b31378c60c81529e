"""Callers that are not known: what they can cost a whole server."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.serve.logged import Logged, cpu_seconds, headers_of, logged, request

pytestmark = pytest.mark.process

TOKEN = "t" * 32
KNOWN = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
CONNECTIONS = 254
SIZE = 4 << 20
CALL = json.dumps(request("tools/call", {"name": "health_check", "arguments": {}})).encode()
ROUTES = ["/mcp", "/mcp/messages/?session_id=" + "0" * 32, "/api/runs", "/info", "/ready", "/none"]


def head(path: str = "/mcp", *lines: bytes, length: int = SIZE) -> bytes:
    first = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode()
    return first + b"".join(lines) + b"Content-Length: %d\r\n\r\n" % length


@contextmanager
def within_1_gib(project: Path, **environ: str) -> Iterator[Logged]:
    """Serve with an address space of 1 GiB. Arenas of malloc reserve much that they do not use."""
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30));"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    before = (sys.executable, "-c", limited)
    with logged(project, before=before, MALLOC_ARENA_MAX="1", **environ) as served:
        yield served


def connect(served: Logged) -> socket.socket:
    address = urlsplit(served.url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def answer(connection: socket.socket) -> bytes:
    """Read until the server closes, or resets when it has answered."""
    read = b""
    try:
        while part := connection.recv(65536):
            read += part
    except ConnectionResetError:
        return read
    return read


def one_answer(connection: socket.socket) -> bytes:
    """Read one answer that is a JSON document."""
    read = b""
    while not read.endswith(b"}"):
        part = connection.recv(65536)
        assert part, read
        read += part
    return read


def asked(served: Logged, sent: bytes) -> tuple[int, bytes]:
    """Send one request that ends the connection; give the status and the whole answer."""
    with connect(served) as connection:
        connection.sendall(sent)
        read = answer(connection)
    return int(read.split()[1]), read


def check_health(served: Logged) -> None:
    """Check that the server answers, before it has computed for a second or a body is over."""
    began = cpu_seconds(served.process.pid)
    with connect(served) as connection:
        connection.settimeout(20)  # the bodies of the others take longer
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert answer(connection).split()[1] == b"200"
    assert cpu_seconds(served.process.pid) - began < 1


def called(served: Logged, *lines: bytes) -> tuple[int, bytes]:
    headers = headers_of(json.loads(CALL)) | {"Connection": "close"}
    named = [f"{name}: {value}\r\n".encode() for name, value in headers.items()]
    return asked(served, head("/mcp", *named, *lines, length=len(CALL)) + CALL)


def send_what_it_takes(connection: socket.socket, data: bytes) -> None:
    """Send without waiting for a server that does not read."""
    connection.setblocking(False)
    view = memoryview(data)
    while view:
        try:
            view = view[connection.send(view[: 1 << 16]) :]
        except OSError:  # it reads no more, or has closed
            return


@pytest.mark.verifies("defences#3.1", "defences#3.6")
@pytest.mark.parametrize("token", [TOKEN, ""], ids=["token", "anonymous"])
def test_254_bodies_of_4_mib_neither_stop_the_server_nor_hold_up_others(
    project: Path, token: str
) -> None:
    body = b"x" * (SIZE - 1)  # the last byte never comes
    with within_1_gib(project, MCP_AUTH_TOKEN=token) as served, ExitStack() as stack:
        attackers = [stack.enter_context(connect(served)) for _ in range(CONNECTIONS)]
        for number, attacker in enumerate(attackers):
            attacker.sendall(head())
            for _ in range(8):  # 4 MiB in parts, as far as the server reads on
                send_what_it_takes(attacker, body[: SIZE // 8])
            if number % 32 == 0:
                check_health(served)
        assert called(served, *([KNOWN] if token else []))[0] == 200
        check_health(served)
        assert peak_bytes(served) < 400 << 20
        stack.close()
        log = served.stop()
    assert "Traceback" not in log, log


def peak_bytes(served: Logged) -> int:
    """The most memory that the process had at a time."""
    status = Path(f"/proc/{served.process.pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A server with a token and little patience, for all that follows."""
    hasty = {"SHALL_BODY_TIMEOUT": "0.5", "SHALL_BODY_DEADLINE": "1.5"}
    project = tmp_path_factory.mktemp("project")
    with logged(project, MCP_AUTH_TOKEN=TOKEN, **hasty) as served:
        yield served


@pytest.fixture(scope="module")
def refused(guarded: Logged) -> dict[tuple[str, str], bytes]:
    """What strangers read until they are cut off, by path and form of the body; all at once."""
    with ExitStack() as stack:
        waiting = {}
        for path in ROUTES:
            sent = head(path, b"Expect: 100-continue\r\n")
            length, chunked = b"Content-Length: %d" % SIZE, b"Transfer-Encoding: chunked"
            for form, text in (("length", sent), ("chunked", sent.replace(length, chunked))):
                waiting[path, form] = stack.enter_context(connect(guarded))
                waiting[path, form].sendall(text)
        return {asked: answer(connection) for asked, connection in waiting.items()}


@pytest.mark.verifies("defences#3.1")
@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("form", ["length", "chunked"])
def test_no_body_of_a_stranger_is_asked_for_or_waited_for(
    refused: dict[tuple[str, str], bytes], path: str, form: str
) -> None:
    shown = refused[path, form]  # until it is closed, though nothing was sent
    assert shown.startswith(b"HTTP/1.1 405 " if path == "/ready" else b"HTTP/1.1 401 "), shown
    assert shown.count(b"HTTP/1.1 ") == 1


@pytest.mark.verifies("defences#3.1")
def test_a_known_caller_is_asked_to_continue(guarded: Logged) -> None:
    with connect(guarded) as connection:
        connection.sendall(head("/mcp", KNOWN, b"Expect: 100-continue\r\n"))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.verifies("defences#3.1")
def test_who_drips_after_the_answer_is_cut_off(guarded: Logged) -> None:
    with connect(guarded) as connection:
        connection.sendall(head())
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
        assert drip(connection) < 400


def drip(connection: socket.socket) -> int:
    """Send a byte now and then until the server closes; give how many it took."""
    connection.settimeout(0.02)
    for sent in range(1000):
        try:
            connection.sendall(b"x")
            if not connection.recv(65536):
                return sent
        except TimeoutError:
            continue
        except OSError:
            return sent
    raise AssertionError("it is still open")


@pytest.mark.verifies("defences#3.1")
def test_the_connection_goes_on_when_the_rest_of_a_refused_body_comes(guarded: Logged) -> None:
    with connect(guarded) as connection:
        connection.sendall(head(length=6) + b"abc")
        assert one_answer(connection).startswith(b"HTTP/1.1 401 ")
        connection.sendall(b"def")
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.verifies("defences#3.1")
def test_a_pipelined_request_of_a_stranger_is_refused_without_its_body(guarded: Logged) -> None:
    first = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connect(guarded) as connection:
        connection.sendall(first + head() + b"x" * 100_000)
        shown = answer(connection)
    assert shown.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 401 " in shown


@pytest.mark.verifies("defences#3.4")
def test_more_pipelined_requests_than_are_answered_in_time_close_the_connection(
    guarded: Logged,
) -> None:
    many = b"GET /info HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5000
    with connect(guarded) as connection:
        send_what_it_takes(connection, many)
        connection.setblocking(True)
        assert answer(connection).count(b"HTTP/1.1 ") < 100
    check_health(guarded)


@pytest.mark.verifies("defences#3.5")
@pytest.mark.parametrize("form", ["length", "chunked"])
def test_a_body_that_drips_is_answered_408(guarded: Logged, form: str) -> None:
    sent = head("/mcp", KNOWN, length=100_000)
    piece = b"x"
    if form == "chunked":
        sent = sent.replace(b"Content-Length: 100000", b"Transfer-Encoding: chunked")
        piece = b"1\r\nx\r\n"
    with connect(guarded) as connection:
        connection.sendall(sent)
        connection.settimeout(0.1)
        shown = b""
        for _ in range(300):
            try:
                connection.sendall(piece)
                shown += connection.recv(65536)
                break
            except TimeoutError:
                continue
    assert shown.startswith(b"HTTP/1.1 408 "), shown


@pytest.mark.verifies("defences#3.5")
def test_a_body_that_comes_fast_enough_has_a_last_moment_too(guarded: Logged) -> None:
    with connect(guarded) as connection:
        connection.sendall(head("/mcp", KNOWN))
        connection.settimeout(0.05)
        shown = b""
        for _ in range(300):
            try:
                connection.sendall(b"x" * 1000)
                shown += connection.recv(65536)
                break
            except TimeoutError:
                continue
    assert shown.startswith(b"HTTP/1.1 408 "), shown


@pytest.mark.verifies("defences#3.2", "defences#3.3")
def test_silent_strangers_make_room_for_who_comes_after_them(project: Path) -> None:
    few = {"SHALL_MAX_UNKNOWN_CONNECTIONS": "8", "SHALL_HEADER_TIMEOUT": "60"}
    with logged(project, MCP_AUTH_TOKEN=TOKEN, **few) as served, ExitStack() as stack:
        begun = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n"
        known = stack.enter_context(connect(served))
        known.sendall(head("/info", KNOWN, length=0))
        assert one_answer(known).startswith(b"HTTP/1.1 405 ")
        silent = [stack.enter_context(connect(served)) for _ in range(8)]
        for connection in silent:
            connection.sendall(begun)
        assert called(served, KNOWN)[0] == 200
        shown = answer(silent[0])  # the first is the one that was silent for longest
        assert shown.startswith(b"HTTP/1.1 503 ")
        assert b"MCP_BUSY" in shown
        assert b"retry-after: 2" in shown.lower()
        known.sendall(head("/info", KNOWN, length=0))
        assert one_answer(known).startswith(b"HTTP/1.1 405 ")  # nobody's room was taken from it


@pytest.mark.verifies("defences#3.6")
def test_bodies_beyond_the_budget_are_asked_to_come_again_and_small_ones_are_served(
    project: Path,
) -> None:
    with logged(project, SHALL_MAX_BUFFERED_BYTES=str(1 << 20)) as served, ExitStack() as stack:
        first = stack.enter_context(connect(served))
        first.sendall(head(length=(1 << 20) + 1) + b"x" * (1 << 20))
        large = head("/mcp", b"Connection: close\r\n", length=512 << 10) + b"x" * (512 << 10)
        status, shown = 0, b""
        for _ in range(100):  # until the first is read that far
            status, shown = asked(served, large)
            if status == 503:
                break
        assert (status, b"retry-after: 2" in shown.lower()) == (503, True)
        assert called(served)[0] == 200
