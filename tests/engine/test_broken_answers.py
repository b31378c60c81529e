"""Services that answer slowly, in part, or not as HTTP: each ends in a clear result, in time."""

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form

from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json
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


def _header(client: socket.socket) -> None:
    client.sendall(HEAD + b"X: " + b"y" * 200_000 + b"\r\n\r\n")
    client.recv(1)  # the client leaves


STOP = threading.Event()
ANSWERS: dict[str, Callable[[socket.socket], None]] = {
    it.__name__[1:]: it
    for it in (
        *(
            _drip,
            _reset,
            _cut,
            _short,
            _large,
            _endless,
            _nothing,
            _no_http,
            _gzip,
            _headers,
            _header,
        ),
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
        ("header", "step.unreachable", "sent headers that are too large."),
        ("reset", "step.unreachable", "aborted the connection."),
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


CANARY = "orchard-canary-4711/Zt+8"
LOST = "meadow-canary-0815/Qx+3"
EVENTS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: sid=river-canary-99\r\n"
)


def _events_then(*rest: bytes) -> Callable[[socket.socket], None]:
    """Return what sends an event with a secret in every form, and one that is cut."""

    def send(client: socket.socket) -> None:
        event = json.dumps({"token": CANARY, "note": echoed(CANARY)})
        body = f'id: 1\ndata: {event}\n\ndata: {{"n": 2, "password": "{LOST}'.encode()
        client.sendall(EVENTS + b"Transfer-Encoding: chunked\r\n\r\n")
        client.sendall(b"%x\r\n%s\r\n" % (len(body), body))
        for part in rest:
            client.sendall(part)
        if not rest:
            STOP.wait()

    return send


ANSWERS["events_stalled"] = _events_then()
ANSWERS["events_cut"] = _events_then(b"40\r\n2")
ANSWERS["events_endless"] = _events_then(*[b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"] * 17)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.8", "defences#9.17")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("stalled", "answered 200, but the response did not end within 0.2 s."),
        ("cut", "sent less than it announced."),
        ("endless", "sent more than 16 MiB."),
    ],
)
async def test_what_arrived_of_a_stream_that_breaks_off_is_stored_without_secrets(
    host: str, run_one: RunOne, path: str, said: str
) -> None:
    timeout_s = 0.2 if path == "stalled" else 10
    step = {
        "GET": f"/events_{path}",
        "stream": {"until": {"$.data.state": "done"}},
        "timeout_s": timeout_s,
    }
    result = await run_one([step], host=host)
    assert result.outcome is Outcome.ERROR
    [ended] = result.steps
    assert ended.error is not None
    assert said in render(ended.error)
    assert ended.exchange is not None
    assert ended.exchange.status == 200
    assert 'data: {"token": "***"' in ended.exchange.response_body
    assert '"n": 2, "password": "***' in ended.exchange.response_body
    assert [(it.path, it.outcome) for it in ended.checks] == [
        ('steps[0].stream.until["$.data.state"]', Outcome.FAILED)
    ]
    _assert_no_secret(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#3.8")
async def test_what_is_no_stream_is_shown(run_one: RunOne, service: Any) -> None:
    answer = json.dumps({"error": {"token": CANARY}, "note": echoed(CANARY)})
    service.answer("it", answer, "application/json")
    result = await run_one([{"GET": "/given/it", "stream": True}], host=service.url)
    [ended] = result.steps
    assert ended.error is not None
    assert render(ended.error).endswith("The response is application/json, not text/event-stream.")
    assert ended.exchange is not None
    assert ended.exchange.response_body.startswith('{"error": {"token": "***"}')
    _assert_no_secret(result)


def _assert_no_secret(result: CaseResult) -> None:
    shown = json.dumps(result_to_json(result)) + case_text(result)
    for secret in (CANARY, LOST, "river-canary-99"):
        assert [form for form in every_form(secret) if form in shown] == []


@pytest.mark.anyio
@pytest.mark.verifies("engine#3.18")
async def test_the_last_answer_before_an_attempt_that_broke_off_is_stored(
    run_one: RunOne,
) -> None:
    state = json.dumps({"state": "new", "token": CANARY, "note": echoed(CANARY)}).encode()
    head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(state)
    with _answering([head + state] * 2 + [HEAD + b"Content-Length: 99\r\n\r\n["]) as host:
        until = {"$.state": "paid", "every": "10 ms", "within": "1 min"}
        result = await run_one([{"GET": "/", "until": until}], host=host)
    assert result.outcome is Outcome.ERROR
    [ended] = result.steps
    assert ended.error is not None
    assert render(ended.error).endswith("sent less than it announced.")
    assert ended.exchange is not None
    assert (ended.exchange.status, ended.exchange.attempts) == (200, 3)
    assert ended.exchange.response_body.startswith('{"state": "new", "token": "***"')
    [check] = ended.checks
    assert (check.outcome, check.actual) == (Outcome.FAILED, "new")
    _assert_no_secret(result)


@pytest.mark.anyio
@pytest.mark.verifies("engine#3.18")
@pytest.mark.parametrize("place", ["until", "expect"])
async def test_the_answer_about_which_a_check_cannot_be_carried_out_is_stored(
    service: Any, run_one: RunOne, place: str
) -> None:
    service.answer("it", json.dumps({"token": CANARY}), "application/json")
    step: dict[str, Any] = {"GET": "/given/it", "until": {"status": 200, "within": "1 min"}}
    step[place] = {**step.get(place, {}), "$.token": "{{ nobody }}"}
    result = await run_one([step], host=service.url)
    [ended] = result.steps
    assert ended.error is not None
    assert "nobody" in render(ended.error)
    assert ended.exchange is not None
    assert ended.exchange.response_body == '{"token": "***"}'
    _assert_no_secret(result)


@contextmanager
def _answering(answers: list[bytes]) -> Iterator[str]:
    """Answer one connection after the other."""

    def serve() -> None:
        for answer in answers:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()
