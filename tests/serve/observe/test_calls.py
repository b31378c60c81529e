"""One id for a call: in the answer, in the envelope, in the log."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from shall.serve.app import make_app
from shall.settings import Settings

pytestmark = pytest.mark.anyio

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER_TRACE = "1bf7651916cd43dd8448eb211c80319c"


@pytest.fixture
def address(project: Path, listening: Any) -> Iterator[str]:
    yield listening(make_app(Settings(workspaces=(project,))).app)


def lines(file: Path, logger: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in file.read_text().splitlines()]
    return [line for line in found if line["logger"] == logger]


@pytest.mark.verifies("observability#1.3", "observability#1.4")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_the_id_of_the_request_is_that_of_the_envelope_and_the_log(
    address: str, log: Callable[..., Path], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise LookupError("a fault")

    monkeypatch.setattr("shall.mcp.status_tools.health", broken)
    file = log(log_format="json")
    headers = {"X-Request-ID": "from-the-proxy", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
    ):
        result = await client.call_tool("health_check", {})
        meta: Any = {"traceparent": f"00-{OTHER_TRACE}-b7ad6b7169203331-01"}
        await client.call_tool("health_check", {}, meta=meta)

    assert result.structured_content is not None
    assert result.structured_content["request_id"] == "from-the-proxy"
    shown = lines(file, "shall.actions.calls")
    assert {line["request_id"] for line in shown} == {"from-the-proxy"}
    assert [line["trace_id"] for line in shown] == [TRACE, OTHER_TRACE]
    assert {line["request_id"] for line in lines(file, "shall.access")} == {"from-the-proxy"}


@pytest.mark.process
@pytest.mark.verifies("observability#1.5")
async def test_over_stdio_each_message_has_an_id_of_its_own(project: Path, tmp_path: Path) -> None:
    start = "\n".join(
        [
            "import sys",
            "from shall.cli.commands import main",
            "from shall.mcp import status_tools",
            "def broken(_): raise LookupError('a fault')",
            "status_tools.health = broken",
            "main(sys.argv[1:])",
        ]
    )
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", start, "serve", "--workspace", str(project)],
        env={**os.environ, "MCP_LOG_FORMAT": "json"},
    )
    with (tmp_path / "stderr.log").open("w") as stderr:
        async with Client(stdio_client(parameters, errlog=stderr), mode="legacy") as client:
            calls = [client.call_tool("health_check", {}) for _ in range(5)]
            results = await asyncio.gather(*calls)

    ids = [(result.structured_content or {})["request_id"] for result in results]
    shown = lines(tmp_path / "stderr.log", "shall.actions.calls")
    assert len(set(ids)) == 5
    assert sorted(line["request_id"] for line in shown) == sorted(ids)
