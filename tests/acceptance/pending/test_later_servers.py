"""Document D's server as its documents start it: reachable without a token, in two folders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]
TOKEN = "your-token"


def test_d9_d13_production_starts_with_a_warning_where_no_token_is_set(
    serve_spec: Start, curl: Any
) -> None:
    server = serve_spec("--log-level", "INFO", host="0.0.0.0")
    assert '"healthy"' in curl(f"http://127.0.0.1:{server.port}/health")
    warnings = [line for line in server.written().splitlines() if " WARNING " in line]
    assert len(warnings) == 1
    assert "MCP_AUTH_TOKEN" in warnings[0]


def files(folder: Path) -> dict[str, float]:
    return {
        it.relative_to(folder).as_posix(): it.stat().st_mtime
        for it in folder.rglob("*")
        if it.is_file()
    }


async def test_d18_d33_it_writes_to_its_specs_and_logs_only(
    serve_spec: Start, connect: Any, project: Path, tmp_path: Path
) -> None:
    for name in ("specs", "logs", "home", "tmp"):
        (project / name).mkdir()
    home, tmp = str(project / "home"), str(project / "tmp")
    server = serve_spec(HOME=home, TMPDIR=tmp, MCP_AUTH_TOKEN=TOKEN)
    before = files(tmp_path)
    async with connect(f"{server.url}/mcp") as client:
        await client.call_tool("health_check", {})
        await client.call_tool("get_test_results", {})
    assert server.stop() == 0
    changed = files(tmp_path).items() - before.items()
    written = {name for name, _ in changed if not name.startswith("output-")}
    assert "project/logs/mcp_calls.jsonl" in written
    assert all(it.startswith(("project/logs/", "project/specs/")) for it in written), written


def test_d51_d55_the_log_can_be_json(serve_spec: Start, run: Any) -> None:
    server = serve_spec("--log-level", "DEBUG", MCP_LOG_FORMAT="json")
    assert server.stop() == 0
    lines = [it for it in server.written().splitlines() if it.startswith("{")]
    assert lines
    for line in lines:
        parsed = run(
            "python", "-c", "import json,sys; print(json.loads(sys.argv[1])['level'])", line
        )
        assert parsed.stdout.strip() in {"DEBUG", "INFO", "WARNING"}
