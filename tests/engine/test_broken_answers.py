"""Services that answer slowly, in part, or not as HTTP: each ends in a clear result, in time."""

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import pytest

from shall.messages import render
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _drip(client: socket.socket) -> None:
    client.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not STOP.wait(0.005):
        client.sendall(b" ")


def _reset(client: socket.socket) -> None:
    client.sendall(HEAD + b"Content-Length: 100\r\n\r\n[1")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _cut(client: socket.socket) -> None:
    client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, \r\n40\r\n2")


def _short(client: socket.socket) -> None:
    client.sendall(HEAD + b"Content-Length: 100\r\n\r\n[1")


def _large(client: socket.socket) -> None:
    client.sendall(HEAD + b"Content-Length: 1073741824\r\n\r\n[1")
    client.recv(1)  # the client leaves


def _endless(client: socket.socket) -> None:
    client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    part = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
    for _ in range(1024):
        client.sendall(part)


def _nothing(_: socket.socket) -> None:
    pass


def _no_http(client: socket.socket) -> None:
    client.sendall(b"220 mail.example.com ESMTP\r\n")


def _gzip(client: socket.socket) -> None:
    client.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")


def _headers(client: socket.socket) -> None:
    lines = (b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(2000))
    client.sendall(HEAD + b"".join(lines) + b"\r\n")
    client.recv(1)  # the client leaves


STOP = threading.Event()
ANSWERS = {
    it.__name__[1:]: it
    for it in (
        *(_drip, _reset, _cut, _short, _large, _endless, _nothing, _no_http, _gzip, _headers),
    )
}


def _serve(listening: socket.socket) -> None:
    with suppress(OSError):  # it is closed at the end
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_answer, args=(client,), daemon=True).start()


def _answer(client: socket.socket) -> None:
    with client, suppress(OSError, KeyError):
        path = client.recv(65536).split(b" ")[1].decode()
        ANSWERS[path[1:]](client)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listening,), daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    STOP.set()
    listening.close()


@pytest.mark.anyio
@pytest.mark.verifies("engine#3.7")
@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("drip", "step.timed_out", "answered 200, but the response did not end within 0.1 s."),
        ("gzip", "step.unreachable", "is not compressed as its header says."),
        ("headers", "step.unreachable", "sent headers that are too large."),
        ("reset", "step.unreachable", "broke the connection off."),
        ("cut", "step.unreachable", "sent less than it announced."),
        ("short", "step.unreachable", "sent less than it announced."),
        ("large", "step.unreachable", "sent more than 16 MiB."),
        ("endless", "step.unreachable", "sent more than 16 MiB."),
        ("nothing", "step.unreachable", "closed the connection without an answer."),
        ("no_http", "step.unreachable", "does not answer in HTTP."),
    ],
)
async def test_a_broken_answer_is_an_error_of_its_step(
    host: str, run_one: RunOne, path: str, code: str, said: str
) -> None:
    timeout_s = 0.1 if path == "drip" else 10
    result = await run_one([{"GET": f"/{path}", "timeout_s": timeout_s}], host=host)
    assert result.outcome is Outcome.ERROR
    error = result.steps[0].error
    assert error is not None
    assert error.code == code
    assert said in render(error)
