"""The main job on real input: an MCP client writes, runs and reads against a real httpbin."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.process,
    pytest.mark.usefixtures("measured", "forks"),
]


@asynccontextmanager
async def over_stdio(project: Path) -> AsyncIterator[Client]:
    arguments = ["-m", "shall", "serve", "--workspace", str(project)]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))
    with (project.parent / "stderr.log").open("w") as log:
        async with Client(stdio_client(parameters, errlog=log)) as client:
            yield client


@asynccontextmanager
async def over_http(project: Path) -> AsyncIterator[Client]:
    command = [sys.executable, "-m", "shall", "serve", "--transport", "http", "--port", "0"]
    process = subprocess.Popen(  # noqa: ASYNC220 - started once, before anything else happens
        [*command, "--workspace", str(project)], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        async with Client(found[0]) as client:
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


@pytest.mark.verifies("demo#2.1")
@pytest.mark.parametrize("connect", [over_stdio, over_http])
async def test_a_client_writes_runs_and_reads(
    connect: Any, httpbin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHALL_KEEP", "all")  # also the bodies of what passes
    project = tmp_path / "project"
    project.mkdir()

    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        data: dict[str, Any] = result.structured_content
        return data

    async with connect(project) as client:
        for number in range(50):
            step = {
                "id": "get",
                "method": "GET",
                "path": "/get",
                "params": {"n": number},
                "assert": [
                    {"type": "status_code", "expected": 200},
                    {"type": "equals", "field": "args.n", "expected": str(number)},
                ],
            }
            case = {"name": f"case {number}", "host": httpbin, "steps": [step]}
            await call("write_testcase", yaml_path=f"tests/cases/{number:02}.yaml", testcase=case)
        run = await call("run_tests")
        assert (run["total"], run["passed"], run["has_failures"]) == (50, 50, False)
        history = await call("get_test_results", limit=5)
        assert history["results"][0]["run_id"] == run["run_id"]
        whole = await call("get_test_results", run_id=run["run_id"], case="case 7")
        assert '"n": "7"' in whole["cases"][0]["steps"][0]["exchange"]["response_body"]
        metrics = await call("get_mcp_metrics")
        assert (metrics["total"], metrics["success_rate"]) == (53, 1.0)
