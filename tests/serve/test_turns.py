"""MCP and REST callers share the turns of one server."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from shall.serve.app import make_app
from shall.settings import Settings

CALL = {"name": "list_testcases", "arguments": {}}
POST = {"Accept": "application/json, text/event-stream"}


@pytest.mark.verifies("defences#4.11")
def test_one_pool_carries_out_the_calls_of_mcp_and_rest(tmp_path: Path) -> None:
    (tmp_path / "tests/cases").mkdir(parents=True)
    served = make_app(Settings(workspaces=(tmp_path,), sessions="no"))
    request: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}
    with TestClient(served.app, base_url="http://localhost") as http:

        def answers() -> list[str]:
            rest = http.post("/tools/list_testcases", json={"arguments": {}})
            return [rest.text, http.post("/mcp", json=request, headers=POST).text]

        assert ["MCP_DRAINING" in answer for answer in answers()] == [False, False]
        served.parts.workers.stop()
        assert ["MCP_DRAINING" in answer for answer in answers()] == [True, True]
