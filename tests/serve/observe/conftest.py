import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shall.serve.observe.logs import set_up_logging
from shall.settings import Settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Sets up the log of this process, for the test alone; gives its file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def set_up(**settings: Any) -> Path:
        file = tmp_path / "logs" / "server.log"
        set_up_logging(Settings(log_file=file, **settings))
        return file

    yield set_up
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


class Listening:
    """Serves applications on free ports, in threads of this process."""

    def __init__(self) -> None:
        self._started: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def __call__(self, app: ASGIApp) -> str:
        """Serve one; give its address."""
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="on"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        self._started.append((server, thread, listener))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def stop(self) -> None:
        """End all of them, and wait until they have ended."""
        while self._started:
            server, thread, listener = self._started.pop()
            server.should_exit = True
            thread.join(60)
            with closing(listener):
                assert not thread.is_alive()


@pytest.fixture
def listening(log: object) -> Iterator[Listening]:
    """Serves an application on a free port; gives its address."""
    del log  # set up before, so that its files are closed when nobody writes any more
    server = Listening()
    yield server
    server.stop()


class Answer:
    """What an application sent."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        headers: list[tuple[bytes, bytes]] = self.messages[0]["headers"]
        return headers

    @property
    def request_id(self) -> str:
        found = [value for name, value in self.headers if name == b"x-request-id"]
        assert len(found) == 1
        return found[0].decode()

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


async def ask(app: ASGIApp, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    """Send one request to an application, as an ASGI server does; names with ``_`` for ``-``."""
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"secret=in-the-query",
        "headers": [
            (name.replace("_", "-").encode(), value.encode("utf-8"))
            for name, value in headers.items()
        ],
        "client": ("192.0.2.7", 40000),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    answer = Answer()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answer.messages.append(message)

    await app(scope, receive, send)
    return answer


@pytest.fixture(name="ask")
def _ask() -> Callable[..., Any]:
    return ask


async def _answers(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def answers() -> ASGIApp:
    """The smallest application."""
    return _answers
