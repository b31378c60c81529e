"""WebSockets: messages sent and awaited, with a service that is one."""

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.errors import InvalidCase
from shall.messages import render
from shall.report.failures import case_text
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome
from shall.transport.target_policy import read_policy

RunOne = Callable[..., Awaitable[CaseResult]]


ROOT = Path(__file__).parents[2]

_DATA = {"data": {"order": {"state": "shipped"}}}
_ANSWERS: dict[str | bytes, list[Any]] = {
    '{"type": "hello", "room": 7}': [{"type": "welcome"}],
    "history": [{"text": "a"}, {"text": "b"}, {"type": "end"}],
    '{"type": "connection_init"}': [{"type": "connection_ack"}],
    '{"id": "1", "type": "subscribe", "payload": {"query": '
    '"subscription { order(id: 7) { state } }"}}': [{"type": "next", "id": "1", "payload": _DATA}],
}


def _talk(client: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        for message in client:
            word, _, number = str(message).partition(" ")
            _COMMANDS.get(word, _answer)(client, message, number)


def _answer(client: ServerConnection, message: Any, _: str) -> None:
    if message not in _ANSWERS:
        client.send(message)
    for answer in _ANSWERS.get(message, ()):
        client.send(json.dumps(answer))


def _who(client: ServerConnection, _: Any, __: str) -> None:
    assert client.request is not None
    headers = dict(client.request.headers.raw_items())
    client.send(json.dumps({"path": client.request.path, **headers}))


def _many(client: ServerConnection, _: Any, number: str) -> None:
    for each in range(int(number)):
        client.send(json.dumps({"n": each}))


def _large(client: ServerConnection, _: Any, number: str) -> None:
    for _each in range(int(number)):
        client.send("x" * (1 << 20))


def _ping(client: ServerConnection, _: Any, __: str) -> None:
    for content in (b"", b"still there?"):
        answered = client.ping(content).wait(20)
        client.send(json.dumps({"answered": answered}))


_COMMANDS: dict[str, Callable[[ServerConnection, Any, str], None]] = {
    "bye": lambda client, _, __: client.close(4001, "as asked"),
    "drop": lambda client, _, __: client.socket.close(),
    "who": _who,
    "parts": lambda client, _, __: client.send(iter(['{"a":', " 1", "}"])),
    "many": _many,
    "large": _large,
    "alive": _ping,
}


def _refuse(client: ServerConnection, request: Request) -> Response | None:
    if request.path == "/refused":
        return client.respond(403, "no")
    return client.respond(200, "plain") if request.path == "/plain" else None


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = serve(_talk, "127.0.0.1", 0, process_request=_refuse, max_size=None)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
    server.shutdown()
    thread.join()


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.1")
async def test_messages_are_sent_and_awaited_in_their_order(host: str, run_one: RunOne) -> None:
    step = {
        "WS": "/chat",
        "params": {"room": "{{ room }}"},
        "headers": {"X-Trace": "a1"},
        "auth": {"bearer": "tok-ws-canary"},
        "messages": [
            {"send": "who"},
            {"expect": {"$.path": "/chat?room=7", "$.Authorization": {"starts_with": "Bearer"}}},
            {"send": {"id": "{{ room }}", "text": "你好"}},
            {"expect": {"$": {"id": 7, "text": "你好"}, "message": {"is_object": True}}},
            {"send": "plain"},
            {"expect": {"message": "plain", "regex ^(pl)": "pl", "bytes": 5}},
            {"send_base64": "AAH/"},
            {"expect": {"$.base64": "AAH/", "bytes": 3}},
            {"send": "parts"},
            {"expect": {"$.a": 1}},
            {"send": "many 5"},
            {"until": {"$.n": {"greater_than": 2}}},
            {"receive": 1},
        ],
        "capture": {"last": "message", "third": "$.messages[2]"},
        "expect": {"messages": {"length": 10}, "$.messages[-1].n": 4, "status": 101},
    }
    after = {"WS": "/", "messages": [{"send": "{{ third }}"}, {"expect": {"message": "plain"}}]}
    last = {"WS": "/", "messages": [{"send": "{{ s0.messages[-1] }}"}, {"expect": {"$.n": 4}}]}

    result = await run_one([step, after, last], {"variables": {"room": 7}}, host=host)

    assert result.outcome is Outcome.PASSED, case_text(result)
    assert "tok-ws-canary" not in json.dumps(result_to_json(result))
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.url.startswith("ws://127.0.0.1:")


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.2")
@pytest.mark.parametrize(
    ("messages", "path", "said"),
    [
        (
            [{"send": '{"n": 1}'}, {"expect": {"$.n": 2}}],
            'steps[0].messages[1].expect["$.n"]',
            "expected 2, got 1",
        ),
        (
            [{"send": "many 2"}, {"until": {"$.n": 7}, "within": "500 ms"}],
            'steps[0].messages[1].until["$.n"]',
            "no message of 2 fulfils it (500 ms): expected 7, got 1",
        ),
        (
            [{"expect": {"$.n": 7}, "within": "20 ms"}],
            'steps[0].messages[0].expect["$.n"]',
            "no message of 0 fulfils it (20 ms)",
        ),
        (
            [{"send": "many 2"}, {"receive": 3, "within": "500 ms"}],
            "steps[0].messages[1]",
            "only 2 messages within 500 ms",
        ),
        (
            [{"send": "bye"}, {"receive": 1}],
            "steps[0].messages[1]",
            "the service closed the WebSocket (4001) after 0 messages",
        ),
    ],
)
async def test_what_does_not_come_fails_the_step(
    host: str, run_one: RunOne, messages: Any, path: str, said: str
) -> None:
    result = await run_one([{"WS": "/", "messages": [*messages, {"send": "x"}]}], host=host)
    assert result.outcome is Outcome.FAILED
    check = result.steps[0].checks[0]
    assert check.path == path
    assert check.message is not None
    assert render(check.message) == said


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.2")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"$.n": "{{ number }}"}, 7),
        ({"$.items": {"each": {"n": {"less_than": 3}}}}, {"n": {"less_than": 3}}),
    ],
)
async def test_what_was_waited_for_is_shown_where_no_message_came(
    host: str, run_one: RunOne, condition: Any, expected: Any
) -> None:
    step = {"WS": "/", "messages": [{"expect": condition, "within": "20 ms"}]}
    result = await run_one([step], {"variables": {"number": 7}}, host=host)
    (check, *_) = result.steps[0].checks
    assert (check.expected, check.actual, check.found) == (expected, None, False)


@pytest.mark.anyio
@pytest.mark.verifies("engine#2.19")
async def test_no_field_is_absent_in_a_message_that_is_a_text(host: str, run_one: RunOne) -> None:
    waited = {"send": "password x1"}, {"expect": {"message": {"contains": "x1"}}}
    step = {
        "WS": "/",
        "messages": [*waited],
        "expect": {"message": {"password": {"exists": False}}},
    }
    assert (await run_one([step], host=host)).outcome is Outcome.ERROR


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.7")
@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ({"send_base64": "{{ number }}"}, Outcome.ERROR),
        ({"expect": {"$.n": 1}, "within": "20 ms"}, Outcome.FAILED),
    ],
)
async def test_what_was_said_is_shown_without_secrets_also_where_it_broke_off(
    host: str, run_one: RunOne, last: Any, outcome: Outcome
) -> None:
    messages = [
        {"send": {"type": "hello", "password": "orchard-canary-1"}},
        {"send": '{"token": "orchard-canary-2"}'},
        {"receive": 2},
        last,
    ]
    step = {"WS": "/", "messages": messages}
    result = await run_one([step], {"variables": {"number": "7"}}, host=host)
    assert result.outcome is outcome
    exchange = result.steps[0].exchange
    assert exchange is not None
    said = '{"type": "hello", "password": "***"}\n{"token": "***"}'
    assert exchange.request_body == exchange.response_body == said
    assert exchange.status == 101
    assert "canary" not in json.dumps(result_to_json(result)) + case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.3")
async def test_how_the_service_closes_can_be_checked(host: str, run_one: RunOne) -> None:
    expect = {"$.closed": {"code": 4001, "reason": "as asked"}, "messages": []}
    step = {"WS": "/", "messages": [{"send": "bye"}, {"within": "5 s"}], "expect": expect}
    result = await run_one([step], host=host)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.3")
async def test_a_service_that_opens_no_websocket(host: str, run_one: RunOne) -> None:
    result = await run_one([{"WS": "/plain"}], host=host)
    assert result.outcome is Outcome.ERROR
    assert "opened no WebSocket: it answered 200." in case_text(result)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.status == 200

    result = await run_one([{"WS": "/refused", "expect": {"status": 403}}], host=host)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.8")
async def test_a_handshake_that_is_never_answered_ends_in_its_time(run_one: RunOne) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        result = await run_one([{"WS": "/", "timeout_s": 0.1}], host=f"http://{address}")

    assert result.outcome is Outcome.ERROR
    assert f"{address} did not answer within 0.1 s." in case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.8")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "closed the connection without an answer."),
        (b"HTTP/1.1 101 Swi", "closed the connection without an answer."),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: web", "aborted the WebSocket"),
    ],
)
async def test_a_handshake_that_breaks_off_is_reported_as_such(
    run_one: RunOne, answer: bytes, said: str
) -> None:
    def serve() -> None:
        with server.accept()[0] as client:
            client.recv(1 << 16)
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        host = f"http://127.0.0.1:{server.getsockname()[1]}"
        result = await run_one(
            [{"WS": "/", "messages": [{"send": "hi"}, {"receive": 1}]}], host=host
        )
        thread.join()

    assert result.outcome is Outcome.ERROR
    assert said in case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.4")
async def test_messages_are_bounded_and_outlast_the_time_of_the_handshake(
    host: str, run_one: RunOne
) -> None:
    step = {"WS": "/", "messages": [{"send": "large 17"}, {"receive": 17}]}
    result = await run_one([step], host=host)
    assert "larger than 16 MiB" in case_text(result)

    waited = {"within": "600 ms"}
    messages = [waited, {"send": "a"}, {"expect": {"message": "a"}}]
    result = await run_one([{"WS": "/", "timeout_s": 0.5, "messages": messages}], host=host)
    assert result.outcome is Outcome.PASSED, case_text(result)

    large = {"send": "y" * (3 << 20)}
    result = await run_one(
        [{"WS": "/", "messages": [large, {"expect": {"bytes": 3 << 20}}]}], host=host
    )
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.4")
async def test_a_connection_that_breaks_ends_the_wait(host: str, run_one: RunOne) -> None:
    step = {"WS": "/", "messages": [{"send": "drop"}, {"receive": 1, "within": "10 s"}]}
    result = await run_one([step], host=host)
    assert result.outcome is Outcome.FAILED
    shown = case_text(result)
    assert "closed the WebSocket (1006) after 0 messages" in shown
    assert "messages count" in shown
    assert "status below 400" not in shown


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.9")
async def test_pings_are_answered_by_a_step_that_only_waits(host: str, run_one: RunOne) -> None:
    answered = {"expect": {"$.answered": True}, "within": "10 s"}
    result = await run_one(
        [{"WS": "/", "messages": [{"send": "alive"}, answered, answered]}], host=host
    )
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.5")
async def test_the_policy_of_targets_and_the_origin_hold_for_websockets(
    host: str, run_one: RunOne
) -> None:
    denied = read_policy([], ["127.0.0.0/8"])
    result = await run_one([{"WS": "/"}], host=host, policy=denied)
    error = result.steps[0].error
    assert error is not None
    assert error.code.startswith("step.denied.")

    other = host.replace("http://127.0.0.1", "ws://localhost")
    who = [{"send": "who"}, {"expect": {"$.Authorization": {"exists": False}}}]
    case = {"auth": {"bearer": "tok-ws-canary"}}
    result = await run_one([{"WS": f"{other}/", "messages": who}], case, host=host)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.anyio
@pytest.mark.verifies("protocols#5.1")
@pytest.mark.parametrize("example", range(2))
async def test_the_examples_of_the_guide_run(host: str, run_one: RunOne, example: int) -> None:
    page = (ROOT / "docs/guides/protocols.md").read_text("utf-8").partition("## WebSockets")[2]
    text = page.split("```yaml\n")[example + 1].partition("```")[0]
    (step,) = to_data(read_case(text, "a.yaml"))["steps"]
    result = await run_one([step], host=host)
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.verifies("protocols#5.6")
@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ("WS: /a, messages: [{sned: a}]", "sned", "Did you mean `send`?"),
        ("WS: /a, messages: [{send: a, expect: {}}]", "{}", "Write two items."),
        ("WS: /a, messages: [{}]", "{}", "`send` is missing."),
        ("WS: /a, messages: [{send_base64: =a}]", "=a", "is not Base64"),
        ("WS: /a, messages: [{receive: 0}]", "0", "from 1 to 100000"),
        ("WS: /a, messages: [{until: {status: 200}}]", "{status", "`message` for all of it"),
        ("WS: /a, messages: [{send: a, within: 1 s}]", "1 s", "in the item that waits"),
        ("WS: /a, json: {}", "{}", "as an item of `messages`"),
        ("WS: /a, stream: true", "true", "as an item of `messages`"),
        ("GET: /a, messages: [{send: a}]", "[{send", "Write `WS: /path`."),
        ("GET: ws://a/b", "ws://", "Write `WS: ADDRESS`."),
        ("WS: ftp://a/b", "ftp", "Only http and https are sent."),
    ],
)
def test_what_is_wrong_is_reported_at_its_place(written: str, at: str, said: str) -> None:
    line = f"    - {{{written}}}"
    with pytest.raises(InvalidCase) as raised:
        read_case(f"testcase:\n  name: a\n  steps:\n{line}\n", "a.yaml")
    found = [str(it) for it in raised.value.diagnostics if said in str(it)]
    assert len(found) == 1, raised.value
    assert found[0].startswith(f"a.yaml:4:{line.rindex(at) + 1}:"), found


@pytest.mark.verifies("cases#3.1")
def test_messages_are_written_and_read_again() -> None:
    messages = [
        {"send": {"a": 1}},
        {"send_base64": "AAH/"},
        {"expect": {"$.a": 1}},
        {"until": {"message": {"contains": "a"}}, "within": "5 s"},
        {"receive": 3},
        {"within": "20 ms"},
    ]
    case = read_data({"name": "a", "steps": [{"WS": "ws://h/a", "messages": messages}]})
    assert read_data(to_data(case)) == case
    assert to_data(case)["steps"][0]["messages"] == messages
