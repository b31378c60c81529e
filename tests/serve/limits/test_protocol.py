import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.settings import Settings

Start = Callable[..., Any]


@pytest.mark.verifies("limits#1.1")
@pytest.mark.parametrize("begun", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_a_head_that_does_not_end_is_closed(start: Start, hasty: Settings, begun: bytes) -> None:
    server = start(hasty)
    answer = server.ask(begun)
    if begun.strip():
        assert server.refusal(answer) == (408, "MCP_REQUEST_TIMEOUT")
    else:
        assert answer == b""
    server.still_answers()
    assert server.echo.calls == ["/next"]


@pytest.mark.verifies("limits#1.1")
def test_who_sends_nothing_is_closed_without_an_answer(start: Start, hasty: Settings) -> None:
    assert start(hasty).ask(b"") == b""


@pytest.mark.verifies("limits#1.1")
def test_the_deadline_is_for_the_whole_head_not_for_a_pause(start: Start, hasty: Settings) -> None:
    server = start(hasty)
    with server.connect() as connection:
        connection.settimeout(0.05)
        answer, sent = b"", 0
        connection.sendall(b"GET / HTTP/1.1\r\n")
        while not answer:
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"a: b\r\n")  # a drop now and then
                sent += 1
                assert sent < 200
    assert server.refusal(answer) == (408, "MCP_REQUEST_TIMEOUT")


@pytest.mark.verifies("limits#1.1")
@pytest.mark.parametrize("begun", [b"GET / HT", b"\r\n"])
def test_the_next_head_of_an_open_connection_has_a_deadline_too(
    start: Start, hasty: Settings, begun: bytes
) -> None:
    server = start(hasty, timeout_keep_alive=60)
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        server.read_until(connection, b"0\r\n\r\n")
        connection.sendall(begun)
        answer = server.read_all(connection)
    assert answer == b"" if begun == b"\r\n" else answer.startswith(b"HTTP/1.1 408 ")


def test_a_request_that_follows_is_answered_after_the_deadline_of_the_first(
    start: Start, hasty: Settings
) -> None:
    server = start(hasty)
    with server.connect() as connection, server.connect() as late:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        server.read_until(connection, b"0\r\n\r\n")
        assert server.read_all(late) == b""  # its deadline began after ours and is over
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        server.read_until(connection, b"0\r\n\r\n")


def test_a_stream_outlives_the_deadline_with_a_piece_of_the_next_request(
    start: Start, hasty: Settings
) -> None:
    server = start(hasty)
    with server.connect() as connection, server.connect() as late:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET / HT")
        server.read_until(connection, b"}")
        assert server.read_all(late) == b""
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):  # open, and no 408 in the middle of the answer
            connection.recv(1)


@pytest.mark.verifies("limits#1.2")
@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nBig: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBig: " + b"x" * 100_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\r\n" * 50_000,
    ],
    ids=["one value", "unfinished", "many", "target", "line ends"],
)
def test_a_head_that_is_too_large_is_refused(start: Start, head: bytes) -> None:
    server = start(Settings(header_timeout_s=60, max_header_bytes=32 << 10))
    assert server.refusal(server.ask(head)) == (431, "MCP_HEADERS_TOO_LARGE")
    server.still_answers()
    assert server.echo.calls == ["/next"]


@pytest.mark.verifies("limits#1.2")
def test_a_head_is_counted_alone_not_with_the_body_before_it(start: Start, small: Settings) -> None:
    server = start(small)
    first = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    value = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nBig: " + b"x" * 5000
    with server.connect() as connection:
        connection.sendall(first + value)
        server.read_until(connection, b"0\r\n\r\n")
        connection.sendall(b"\r\n\r\n")
        assert server.read_all(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.verifies("limits#1.2")
@pytest.mark.parametrize("flood", [b"1;" + b"x" * 100_000, b"0\r\na: " + b"x" * 100_000])
def test_a_chunk_extension_or_trailer_without_end_is_refused(start: Start, flood: bytes) -> None:
    server = start(Settings(body_timeout_s=60, header_timeout_s=60, max_header_bytes=8192))
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head + b"1\r\nx\r\n")
        connection.sendall(flood + b"x" * 1_000_000)  # several reads, whatever they begin with
        assert server.refusal(server.read_all(connection)) == (431, "MCP_HEADERS_TOO_LARGE")
    server.still_answers()
    assert server.echo.calls == ["/next"]


def test_a_trailer_is_no_header(start: Start) -> None:
    server = start()
    answer = server.ask(
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\nx\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"x-forwarded-for" not in answer


@pytest.mark.verifies("limits#1.3")
@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nxx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"garbage\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00" * 100_000,
    ],
    ids=[
        "CL+TE",
        "TE+CL",
        "two CL",
        "CL twice",
        "CL -1",
        "TE gzip",
        "TLS",
        "garbage",
        "version",
        "much",
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused(start: Start, request_: bytes) -> None:
    server = start()
    assert server.refusal(server.ask(request_)) == (400, "MCP_BAD_REQUEST")
    server.still_answers()
    assert "/" not in server.echo.calls


def test_garbage_behind_an_open_stream_closes_it_without_a_second_answer(start: Start) -> None:
    server = start()
    with server.connect() as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        server.read_until(connection, b"}")
        connection.sendall(b"garbage\r\n\r\n")
        assert b"HTTP/1.1" not in server.read_all(connection)
    assert server.echo.left.wait(60)


@pytest.mark.process
@pytest.mark.verifies("limits#1.1", "limits#1.2")
def test_the_bounds_hold_over_tls(start: Start, hasty: Settings, tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command = ["openssl", "req", "-x509", *new_key, "-days", "2", *name]
    subprocess.run(
        [*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
    )
    server = start(hasty, ssl_keyfile=str(key), ssl_certfile=str(cert))
    assert server.refusal(server.ask(b"GET / HT")) == (408, "MCP_REQUEST_TIMEOUT")
    large = b"GET / HTTP/1.1\r\nBig: " + b"x" * 9000 + b"\r\n\r\n"
    assert server.refusal(server.ask(large)) == (431, "MCP_HEADERS_TOO_LARGE")
    server.still_answers()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with (
            pytest.raises((ssl.SSLError, ConnectionResetError)),
            server._context.wrap_socket(plain),
        ):
            pass
