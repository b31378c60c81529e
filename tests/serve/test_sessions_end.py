"""Sessions that nobody uses any more."""

from pathlib import Path

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from tests.serve.logged import INITIALIZE, POST

from shall.mcp.server import build_server
from shall.serve.event_store import Sessions
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings

PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}


@pytest.mark.anyio
@pytest.mark.verifies("reliability#2.4")
async def test_a_session_that_its_client_left_is_ended(project: Path) -> None:
    spaces = open_workspaces(Settings(workspaces=(project,)))
    low = build_server(spaces)._lowlevel_server
    sessions = Sessions(low, stateless=False, max_body_bytes=1 << 20)
    assert sessions.session_idle_timeout == 1800
    sessions.session_idle_timeout = 0.2

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await sessions.handle_request(scope, receive, send)

    transport = httpx2.ASGITransport(app)
    async with sessions.run(), httpx2.AsyncClient(transport=transport) as http:
        for _ in range(20):
            opened = await http.post("http://a/mcp", json=INITIALIZE, headers=POST)
            assert opened.status_code == 200
        with anyio.fail_after(30):
            while sessions._server_instances:  # noqa: ASYNC110 - the SDK tells nobody
                await anyio.sleep(0.01)
        session = {**POST, "Mcp-Session-Id": opened.headers["mcp-session-id"]}
        late = await http.post("http://a/mcp", json=PING, headers=session)
        assert late.status_code == 404  # the client opens another one
    spaces.close()
