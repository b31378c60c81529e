"""One event stream of 2024-11-05, from the first event to the last."""

import anyio
import pytest
from starlette.types import Message

from shall.serve import sse
from shall.serve.one_url import UNCHECKED
from shall.serve.sse import SseSessions

pytestmark = pytest.mark.anyio

SCOPE = {"type": "http", "method": "GET", "path": "/mcp", "headers": [], "root_path": ""}


async def test_a_silent_stream_is_kept_open_and_ends_with_its_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sse, "PING_S", 0.01)
    sent: list[Message] = []
    pinged, leaving = anyio.Event(), anyio.Event()

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body") == b": ping\r\n\r\n":
            pinged.set()

    async def receive() -> Message:
        await leaving.wait()
        return {"type": "http.disconnect"}

    sessions = SseSessions("/mcp/messages/", UNCHECKED)
    with anyio.fail_after(30):
        async with sessions.connect_sse(SCOPE, receive, send) as (reading, _):
            assert sent[0]["status"] == 200
            assert sent[1]["body"].startswith(
                b"event: endpoint\r\ndata: /mcp/messages/?session_id="
            )
            await pinged.wait()
            leaving.set()
            with pytest.raises(anyio.EndOfStream):  # the session has nobody to read from
                await reading.receive()
            await reading.aclose()
    assert sessions._read_stream_writers == {}
