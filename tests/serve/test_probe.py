"""The short way of the health probe answers as the long one does."""

from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from shall.serve.app import make_app
from shall.settings import Settings

pytestmark = pytest.mark.anyio

HOST = (b"host", b"127.0.0.1:8000")


@pytest.fixture
def served(tmp_path: Path) -> Any:
    return make_app(Settings(workspaces=(tmp_path,)))


async def answer(served: Any, *headers: tuple[bytes, bytes], method: str = "GET") -> Any:
    sent: list[Message] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": "/health",
        "query_string": b"",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await served.app(scope, receive, send)
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


@pytest.mark.verifies("rest#1.1")
async def test_a_plain_probe_is_answered_like_one_with_headers_of_its_own(served: Any) -> None:
    status, headers, body = await answer(served, HOST)
    long_way = await answer(served, HOST, (b"x-request-id", b"mine"))
    assert (status, body) == (200, long_way[2])
    assert long_way[1].pop(b"x-request-id") == b"mine"
    assert len(headers.pop(b"x-request-id")) == 12
    assert headers == long_way[1]
    head = await answer(served, HOST, method="HEAD")
    assert (head[0], head[2]) == (200, b"")
    labels = {
        "http_request_method": "GET",
        "http_route": "/health",
        "http_response_status_code": "200",
    }
    name = "http_server_request_duration_seconds_count"
    assert served.parts.metrics.registry.get_sample_value(name, labels) == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"host", b"evil.example")], 421),
        ([(b"host", b"EVIL.example:80")], 421),
        ([HOST, HOST], 400),
        ([], 400),
        ([(b"host", b"a b")], 400),
        ([HOST, (b"origin", b"http://evil.example")], 403),
        ([HOST, (b"mcp-protocol-version", b"9.9")], 400),
    ],
)
async def test_a_probe_is_refused_as_every_request_is(
    served: Any, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    assert (await answer(served, *headers))[0] == status
    assert (await answer(served, *headers))[0] == status  # nothing of the first is remembered
