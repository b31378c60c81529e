"""What no client should send: nothing breaks, and the next good call is answered.

The examples are the same in every run, so that a red one is a change of ours.
"""

import json
import queue
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serve.logged import INITIALIZE, POST, Logged, headers_of, logged, request

from shall.mcp.server import TOOLS

pytestmark = pytest.mark.process

BOUNDED = settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
ANSWER_S = 20.0
"""How long an answer may take before it counts as a hang: generous, for a busy machine."""

NAMES = sorted(function.__name__ for function in TOOLS)
METHODS = [
    *("initialize", "ping", "tools/list", "tools/call", "prompts/list", "prompts/get"),
    *("resources/list", "resources/read", "resources/templates/list", "resources/subscribe"),
    *("completion/complete", "logging/setLevel", "server/discover", "subscriptions/listen"),
    *("notifications/initialized", "notifications/cancelled", "tasks/get", "rpc.discover", ""),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
META = st.fixed_dictionaries(
    {},
    optional={
        "io.modelcontextprotocol/protocolVersion": st.just("2026-07-28") | VALUES,
        "io.modelcontextprotocol/clientCapabilities": st.just({}) | VALUES,
        "progressToken": VALUES,
    },
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(["name", "yaml_path", "content", "path", "limit", "run_id", "workspace"])
    | st.text(max_size=9),
    VALUES,
    max_size=4,
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(NAMES) | VALUES,
        "arguments": ARGUMENTS | VALUES,
        "uri": st.sampled_from(["case://format", "run://x", "file:///etc/passwd"]) | VALUES,
        "protocolVersion": st.sampled_from(["2025-06-18", "1999-01-01"]) | VALUES,
        "capabilities": st.just({}) | VALUES,
        "clientInfo": st.just({"name": "c", "version": "1"}) | VALUES,
        "requestId": VALUES,
        "_meta": META | VALUES,
    },
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | VALUES,
        "id": st.integers() | st.text(max_size=9) | VALUES,
        "method": st.sampled_from(METHODS) | VALUES,
        "params": PARAMS | VALUES,
        "result": VALUES,
        "error": VALUES,
    },
)
WELL_FORMED = st.builds(
    lambda method, params: {"jsonrpc": "2.0", "id": 7, "method": method, "params": params},
    st.sampled_from(METHODS),
    PARAMS,
)
AS_JSON = (WELL_FORMED | MESSAGES | st.lists(MESSAGES, max_size=3) | VALUES).map(
    lambda value: json.dumps(value).encode("utf-8", "surrogatepass")
)
NESTED = st.integers(1, 5000).map(lambda depth: b"[" * depth + b"]" * depth)
BODIES = (
    AS_JSON
    | st.builds(lambda body, at: body[: at % (len(body) + 1)], AS_JSON, st.integers(0, 10_000))
    | st.binary(max_size=200)
    | NESTED
)
_PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from([*POST.values(), "text/event-stream", "*/*", "a/b;q=x"]),
        "Content-Type": st.sampled_from(["application/json"] * 3 + ["text/plain", ";"]),
        "MCP-Protocol-Version": st.sampled_from(["2026-07-28", "2025-06-18"]) | _PLAIN,
        "Mcp-Method": st.sampled_from([name for name in METHODS if name]) | _PLAIN,
        "Mcp-Name": st.sampled_from(NAMES) | _PLAIN,
        "Mcp-Param-Name": _PLAIN,
        "Mcp-Session-Id": _PLAIN,
        "Last-Event-ID": st.integers().map(str) | _PLAIN,
        "X-Request-ID": _PLAIN,
        "traceparent": _PLAIN,
        "Authorization": _PLAIN,
    },
)
ORIGINS = st.sampled_from(["null", "http://evil.example", "http://[", "http://127.0.0.1"])
FOREIGN = st.builds(
    lambda headers, origin: {**headers, "Origin": origin}, HEADERS, ORIGINS | _PLAIN
)
VERBS = st.sampled_from(["POST"] * 6 + ["GET", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH"])
PATHS = st.sampled_from(["/mcp"] * 4 + ["/mcp/", "/mcp/messages/", "/mcp/messages/?session_id=1"])
NAMED = st.builds(
    lambda name, arguments: {"name": name, "arguments": arguments},
    st.sampled_from(NAMES),
    ARGUMENTS,
)
MODERN_MESSAGES = st.builds(request, st.just("tools/call"), NAMED) | st.builds(
    request, st.sampled_from([name for name in METHODS if name]), PARAMS
)
Sent = tuple[str, str, dict[str, str], bytes]


def _in_order(message: dict[str, Any], changed: dict[str, str]) -> Sent:
    """Make a request of 2026-07-28 with the headers that belong to it, some of them changed."""
    name = message["params"].get("name")
    headers = headers_of(message) if name is None or isinstance(name, str) else POST
    sayable = {key: text for key, text in headers.items() if text.isascii() and text.isprintable()}
    return "POST", "/mcp", {**sayable, **changed}, json.dumps(message).encode()


REQUESTS = {
    "in order": st.builds(_in_order, MODERN_MESSAGES, st.just({}) | HEADERS),
    "in a session": st.tuples(
        st.just("POST"), st.just("/mcp"), st.just({**POST, "Mcp-Session-Id": "ours"}), BODIES
    ),
    "to an event stream": st.tuples(
        st.just("POST"), st.just("/mcp/messages/?session_id=ours"), st.just(POST), BODIES
    ),
    "anything": st.tuples(VERBS, PATHS, HEADERS | FOREIGN, BODIES),
}
HEALTH = request("tools/call", {"name": "health_check", "arguments": {}})


@pytest.mark.verifies("reliability#1.1")
@pytest.mark.parametrize("kind", REQUESTS)
def test_http_survives_whatever_is_sent(project: Path, kind: str) -> None:
    with (
        logged(project) as served,
        httpx2.Client(timeout=ANSWER_S) as http,
        ExitStack() as stack,
    ):
        url = served.url
        session = http.post(url, json=INITIALIZE, headers=POST).headers["mcp-session-id"]
        older = stack.enter_context(_EventStream(url))

        @BOUNDED
        @given(sent=REQUESTS[kind])
        def send(sent: Sent) -> None:
            verb, path, headers, body = sent
            if headers.get("Mcp-Session-Id") == "ours":
                headers = {**headers, "Mcp-Session-Id": session}
            path = path.replace("session_id=ours", f"session_id={older.session}")
            base = url.removesuffix("/mcp")
            with http.stream(verb, f"{base}{path}", headers=headers, content=body) as answer:
                # A listener's stream stays open, which is its whole answer.
                if b"subscriptions/listen" not in body and verb != "GET":
                    answer.read()
                assert answer.status_code < 500

        send()
        good = http.post(url, json=HEALTH, headers=headers_of(HEALTH))
        assert good.json()["result"]["structuredContent"]["status"] == "ok"
        log = served.stop()
    assert "Traceback" not in log, log


@pytest.mark.verifies("reliability#1.2")
def test_stdio_survives_whatever_is_sent(project: Path) -> None:
    with logged(project, transport="stdio") as served:
        client = _Lines(served)
        client.ask("hello", "initialize", INITIALIZE["params"])

        @BOUNDED
        @given(body=BODIES.filter(lambda body: b"\n" not in body))
        def send(body: bytes) -> None:
            client.write(body)
            assert client.ask("good", "ping", {}) == {}

        send()
        tools = client.ask("last", "tools/list", {})["tools"]
        assert {tool["name"] for tool in tools} >= set(NAMES)
        client.close()
        log = served.ended()
    assert "Traceback" not in log, log


class _EventStream:
    """A client of 2024-11-05 that listens and passes over all it hears."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(timeout=None)
        self._stream = self._http.stream("GET", url, headers={"Accept": "text/event-stream"})
        self.session = ""

    def __enter__(self) -> "_EventStream":
        lines = self._stream.__enter__().iter_lines()
        self.session = next(line for line in lines if "session_id=" in line).partition("=")[2]
        self._reader = threading.Thread(target=lambda: [None for _ in lines], daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.join(ANSWER_S)  # the server has left
        self._stream.__exit__(None, None, None)
        self._http.close()


class _Lines:
    """A client that writes and reads lines."""

    def __init__(self, served: Logged) -> None:
        assert served.process.stdin is not None
        assert served.process.stdout is not None
        self._input = served.process.stdin
        self._output = served.process.stdout
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._output:
            self._answers.put(json.loads(line))

    def write(self, line: bytes) -> None:
        self._input.write(line + b"\n")
        self._input.flush()

    def ask(self, key: str, method: str, params: dict[str, Any]) -> Any:
        message = {"jsonrpc": "2.0", "id": f"ours-{key}", "method": method, "params": params}
        self.write(json.dumps(message).encode())
        while True:
            answer = self._answers.get(timeout=ANSWER_S)
            if answer.get("id") == message["id"] and "result" in answer:
                return answer["result"]

    def close(self) -> None:
        self._input.close()
