"""A real uvicorn with the gates in front of a small application, and raw sockets to it."""

import contextlib
import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from msgspec.structs import replace
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.ports import free_port

from shall.serve.limits.addresses import behind_proxies
from shall.serve.limits.protocol import protocol_class
from shall.serve.limits.rates import limit_rates
from shall.serve.limits.sizes import SizeGate
from shall.settings import Settings

GET = b"GET /next HTTP/1.1\r\nHost: a\r\nConnection: close"
SMALL = Settings(
    max_header_bytes=8 << 10,
    max_body_bytes=1 << 20,
    max_json_depth=16,
)


class Echo:
    """Tells what it was given; ``/stream`` answers in parts until the client leaves."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.left = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.calls.append(scope["path"])
        body = await Request(scope, receive).body()
        shown = {"client": scope["client"], "scheme": scope["scheme"], "size": len(body)}
        shown["headers"] = sorted(name.decode() for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = scope["path"] == "/stream"
        text = json.dumps(shown).encode()
        await send({"type": "http.response.body", "body": text, "more_body": more})
        if more:
            assert (await receive())["type"] == "http.disconnect"
            self.left.set()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


class Running:
    """A server on ``port``."""

    def __init__(self, port: int, echo: Echo, context: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.echo = echo
        self._context = context

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        return self._context.wrap_socket(made) if self._context else made

    def ask(self, request: bytes) -> bytes:
        """Send bytes and read until the server closes."""
        with self.connect() as connection:
            connection.sendall(request)
            return self.read_all(connection)

    def read_all(self, connection: socket.socket) -> bytes:
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)

    def read_until(self, connection: socket.socket, end: bytes) -> bytes:
        data = b""
        while end not in data:
            part = connection.recv(65536)
            assert part, data
            data += part
        return data

    def post(self, body: bytes, *headers: bytes, path: bytes = b"/") -> bytes:
        """Write a request that the server closes the connection after."""
        lines = [
            b"POST " + path + b" HTTP/1.1",
            b"Host: a",
            b"Connection: close",
            b"Content-Type: application/json",
            b"Content-Length: %d" % len(body),
            *headers,
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def seen(self, *headers: bytes) -> dict[str, Any]:
        """Ask with some headers; return what the application saw."""
        answer = self.ask(b"\r\n".join([GET, *headers, b"", b""]))
        return json.loads(self.unchunked(answer))  # type: ignore[no-any-return]

    def unchunked(self, answer: bytes) -> bytes:
        return answer.split(b"\r\n\r\n", 1)[1].split(b"\r\n")[1]

    def refusal(self, answer: bytes) -> tuple[int, str]:
        """Return the status and the code of a refusal."""
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head, answer
        return int(head.split()[1]), json.loads(body)["code"]

    def still_answers(self) -> None:
        answer = self.ask(GET + b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 "), answer


def gated(app: ASGIApp, settings: Settings) -> ASGIApp:
    return behind_proxies(SizeGate(limit_rates(app, settings), settings), settings)


Start = Callable[..., Running]


@pytest.fixture
def small() -> Settings:
    """Small sizes."""
    return SMALL


@pytest.fixture
def hasty() -> Settings:
    """Small sizes, and no patience."""
    return replace(SMALL, header_timeout_s=0.3, body_timeout_s=0.3)


@pytest.fixture
def start(caplog: pytest.LogCaptureFixture) -> Iterator[Start]:
    """Starts servers in threads; at the end none of them may have logged an error."""
    with contextlib.ExitStack() as stack:

        def run(settings: Settings = SMALL, **more: Any) -> Running:
            return stack.enter_context(running(settings, **more))

        yield run
    records = [*caplog.get_records("call"), *caplog.records]  # those of this phase, the teardown
    errors = [it.getMessage() for it in records if it.levelno >= logging.ERROR]
    assert errors == []


@contextlib.contextmanager
def running(settings: Settings, **more: Any) -> Iterator[Running]:
    echo = Echo()
    config = uvicorn.Config(
        gated(echo, settings),
        http=protocol_class(settings),
        ws="none",
        proxy_headers=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        **more,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    context = None
    if "ssl_certfile" in more:
        context = ssl.create_default_context(cafile=str(more["ssl_certfile"]))
        context.check_hostname = False
    yield Running(listener.getsockname()[1], echo, context)
    server.should_exit = True
    thread.join(60)
    listener.close()
    assert not thread.is_alive()


@pytest.fixture
def redis(tmp_path: Path) -> Callable[[], contextlib.AbstractContextManager[str]]:
    """Starts a Redis of its own and gives its URL, each time the same."""
    return partial(redis_server, tmp_path, free_port())


@pytest.fixture
def redis_url(redis: Callable[[], contextlib.AbstractContextManager[str]]) -> Iterator[str]:
    """A running Redis."""
    with redis() as url:
        yield url


@contextlib.contextmanager
def redis_server(folder: Path, port: int) -> Iterator[str]:
    program = shutil.which("redis-server")
    assert program, "type `make services`"
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir"]
    process = subprocess.Popen([*command, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for line in process.stdout:
        if "Ready to accept connections" in line:
            break
    else:
        raise AssertionError(f"redis-server ended with {process.wait()}")
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=60)
