import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from shall.actions.importing import Import, read_cases, write_cases
from shall.actions.run import execute as run_cases
from shall.actions.run_request import RunRequest
from shall.cases.forms import METHODS
from shall.results.collected import Collected
from shall.results.records import RunResult
from shall.workspace.workspace import Workspace

Answer = tuple[int, dict[str, str], str]
"""A status, headers and a body. Of a list, each is the answer to one request."""


class Recorder:
    """A service that notes the requests it gets: method, path, headers in lower case, body."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[dict[str, Any]] = []
        self.answers: dict[str, Answer | list[Answer] | Callable[[Any], Answer]] = {}


@pytest.fixture(scope="session")
def _running_recorder() -> Iterator[Recorder]:
    log = Recorder("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            log.seen.append(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): it for name, it in self.headers.items()},
                    "body": body.decode("utf-8", "replace"),
                }
            )
            key = f"{self.command} {self.path.partition('?')[0]}"
            answer = log.answers.get(key, (200, {}, "{}"))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            status, headers, text = answer if isinstance(answer, tuple) else answer(log.seen[-1])
            data = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    log.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield log
    server.shutdown()
    server.server_close()
    thread.join(60)


@pytest.fixture
def recorder(_running_recorder: Recorder) -> Recorder:
    """The service that notes requests, which has seen none and answers 200 with ``{}``."""
    _running_recorder.seen.clear()
    _running_recorder.answers.clear()
    return _running_recorder


@pytest.fixture
def imported(workspace: Workspace) -> Callable[..., Import]:
    """Imports a text into the workspace."""

    def read(text: str, kind: str | None = None, name: str = "source.txt") -> Import:
        return write_cases(workspace, read_cases(text, name, kind), overwrite=True)

    return read


@pytest.fixture
def run(workspace: Workspace) -> Callable[..., RunResult]:
    """Runs the cases of the workspace with variables."""

    def run_all(**variables: Any) -> RunResult:
        collected = Collected()
        summary = run_cases(workspace, RunRequest(variables=variables), [collected.take])
        return collected.result(summary)

    return run_all


def comparable(seen: dict[str, Any]) -> dict[str, Any]:
    """Return what two clients should send alike: forms and JSON as their values."""
    ours = ("user-agent", "accept-encoding", "content-length", "connection", "host")
    headers = {name: it for name, it in seen["headers"].items() if name not in ours}
    if headers.get("accept") == "*/*":
        del headers["accept"]
    body: Any = seen["body"]
    if "json" in headers.get("content-type", "") and body:
        body = json.loads(body)
    if "multipart" in headers.get("content-type", ""):
        boundary = headers["content-type"].partition("boundary=")[2]
        body, headers["content-type"] = body.replace(boundary, "B"), "multipart"
    if "urlencoded" in headers.get("content-type", ""):
        body = parse_qs(body, keep_blank_values=True)
    path, _, query = seen["path"].partition("?")
    parameters = parse_qs(query, keep_blank_values=True)
    return {
        "method": seen["method"],
        "path": path,
        "query": parameters,
        "headers": headers,
        "body": body,
    }
