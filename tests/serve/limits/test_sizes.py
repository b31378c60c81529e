import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.serve.limits.depth import is_deeper
from shall.settings import Settings

Start = Callable[..., Any]
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.verifies("limits#2.1")
def test_a_body_of_50_mb_is_refused_before_it_is_sent(start: Start) -> None:
    server = start(Settings())
    with server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 52428800\r\n\r\n")
        answer = server.read_until(connection, b"}")
        assert server.refusal(answer) == (413, "MCP_BODY_TOO_LARGE")
        connection.shutdown(socket.SHUT_WR)
        assert server.read_all(connection) == b""
    server.still_answers()
    assert server.echo.calls == ["/next"]


@pytest.mark.verifies("limits#2.1")
def test_who_sends_all_before_reading_learns_why_it_is_refused(start: Start) -> None:
    server = start()
    assert server.refusal(server.ask(server.post(b"x" * (3 << 20)))) == (413, "MCP_BODY_TOO_LARGE")


@pytest.mark.verifies("limits#2.1")
def test_a_body_in_chunks_is_counted(start: Start, small: Settings) -> None:
    server = start()
    with server.connect() as connection:
        connection.sendall(CHUNKED)
        for _ in range(17):  # of 64 KiB: one more than 1 MiB, and no end in sight
            connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        answer = server.read_until(connection, b"}")
        assert server.refusal(answer) == (413, "MCP_BODY_TOO_LARGE")
        assert b"connection: close" in answer
    server.still_answers()
    exact = server.ask(server.post(b"x" * small.max_body_bytes))
    assert json.loads(server.unchunked(exact))["size"] == small.max_body_bytes


@pytest.mark.verifies("limits#2.2")
@pytest.mark.parametrize(
    "begun",
    [
        CHUNKED + b"1\r\nx\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_a_body_that_pauses_is_refused(start: Start, hasty: Settings, begun: bytes) -> None:
    server = start(hasty)
    answer = server.ask(begun)
    assert server.refusal(answer) == (408, "MCP_REQUEST_TIMEOUT")
    assert b"connection: close" in answer
    server.still_answers()
    assert server.echo.calls == ["/next"]


@pytest.mark.verifies("limits#2.3")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 17 + b"]" * 17, "MCP_JSON_TOO_DEEP"),
        (b'{"a":' * 100_000, "MCP_JSON_TOO_DEEP"),
        (b"[" * 16 + b"]" * 16, None),
        (b"[" + b"[]," * 1000 + b"[]]", None),
        (json.dumps({"text": "[" * 1000 + '\\"{"'}).encode(), None),
        (("[" * 17).encode("utf-16"), "MCP_JSON_TOO_DEEP"),
    ],
    ids=["17 levels", "unclosed", "16 levels", "wide", "in a text", "UTF-16"],
)
def test_json_that_is_too_deep_is_refused(start: Start, body: bytes, code: str | None) -> None:
    server = start()
    answer = server.ask(server.post(body))
    if code is None:
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert json.loads(server.unchunked(answer))["size"] == len(body)
    else:
        assert server.refusal(answer) == (400, code)
        server.still_answers()


@pytest.mark.verifies("limits#2.3")
def test_json_that_is_too_deep_is_refused_whatever_type_it_is_said_to_have(start: Start) -> None:
    server = start()
    head = b"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    answer = server.ask(head + b"Content-Length: 1000\r\n\r\n" + b"[" * 1000)
    assert server.refusal(answer) == (400, "MCP_JSON_TOO_DEEP")


def test_a_client_that_waits_for_100_continue_gets_it_or_a_refusal(start: Start) -> None:
    server = start()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head % 2)
        assert server.read_until(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head % (50 << 20))
        assert server.read_until(connection, b"}").startswith(b"HTTP/1.1 413 ")


@pytest.mark.verifies("limits#2.4")
@pytest.mark.parametrize(
    "begun",
    [
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nabc",
        CHUNKED + b"5\r\nabc",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 52428800\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHo",
    ],
)
def test_who_leaves_in_the_middle_is_no_error(start: Start, begun: bytes) -> None:
    server = start()  # and the fixture looks at the log
    with server.connect() as connection:
        connection.sendall(begun)
    server.still_answers()
    assert server.echo.calls == ["/next"]


@pytest.mark.verifies("limits#2.4")
def test_a_stream_is_passed_on_part_by_part_and_its_end_is_seen(start: Start) -> None:
    server = start()
    with server.connect() as connection:
        connection.sendall(server.post(b"{}", path=b"/stream"))
        server.read_until(connection, b"}")  # the application has not ended its answer
    assert server.echo.left.wait(60)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    deepest = max(map(depth, inner), default=0)
    return deepest + isinstance(value, dict | list)


JSON = st.recursive(
    st.text('"\\[]{}a\u0122', max_size=8) | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('"\\[{'), inner, max_size=4)
    ),
    max_leaves=30,
)


@pytest.mark.verifies("limits#2.3")
@given(value=JSON, ascii_only=st.booleans(), limit=st.integers(1, 6))
def test_the_depth_of_json_is_found_from_its_bytes(
    value: Any, ascii_only: bool, limit: int
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert is_deeper(text, limit) is (depth(value) > limit)


@pytest.mark.parametrize(
    ("body", "is_deep"),
    [
        (b'"' + b"[" * 65, False),  # a text without end
        (b'"\\' + b"[" * 65, False),
        (b"[" * 65 + b'"\\', True),
        (b'"' + b'\\"' * 2_000_000 + b"[" * 65, False),  # quadratic where each quote is tried
        (b'[""' * 65, True),
        (b"]" * 65 + b"[" * 64, False),
        (b"[]" * 1000 + b"[" * 65, True),
        (b"[}" * 65, False),  # a parser fails at the first
    ],
)
def test_what_is_no_json_is_judged_by_its_brackets(body: bytes, is_deep: bool) -> None:
    assert is_deeper(body, 64) is is_deep
