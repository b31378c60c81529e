"""The call log of document O, and what is counted from it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]


def logs_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.jsonl"))


def calls(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def test_o6_no_log_is_kept_where_it_is_turned_off(
    serve_api: Start, connect: Any, project: Path
) -> None:
    server = serve_api(MCP_LOG_CALLS_ENABLED="0")
    async with connect(f"{server.url}/mcp") as client:
        await client.call_tool("health_check", {})
    assert server.stop() == 0
    assert logs_in(project) == []


@pytest.mark.parametrize(
    ("env", "place"),
    [
        ({}, "atf/logs/mcp_calls.jsonl"),
        ({"MCP_LOGS_ROOT": "elsewhere"}, "elsewhere/mcp_calls.jsonl"),
        ({"MCP_LOGS_ROOT": "elsewhere", "MCP_CALLS_LOG": "own.jsonl"}, "elsewhere/own.jsonl"),
        ({"MCP_LOGS_ROOT": "elsewhere", "MCP_CALLS_LOG": "here/own.jsonl"}, "here/own.jsonl"),
    ],
)
async def test_o6_o7_o8_o27_the_log_lies_where_the_settings_say_and_joins_the_answer(
    serve_api: Start,
    connect: Any,
    project: Path,
    run: Any,
    env: dict[str, str],
    place: str,
) -> None:
    server = serve_api(**env)
    async with connect(f"{server.url}/mcp") as client:
        said = (await client.call_tool("health_check", {})).structured_content
        missing = {"yaml_path": "tests/cases/none.yaml"}
        wrong = (await client.call_tool("get_testcase", missing)).structured_content
    assert server.stop() == 0
    first, second = calls(project / place)
    assert {"timestamp", "tool", "request_id", "status", "latency_ms"} <= first.keys()
    assert (first["tool"], first["status"]) == ("health_check", "ok")
    assert (second["tool"], second["status"]) == ("get_testcase", "error")
    assert second["error_code"] == wrong["error_code"]
    assert run("grep", "-c", said["request_id"], place).stdout == "1\n"


@pytest.mark.parametrize("way", ["rename", "copytruncate"])
async def test_o25_a_log_that_is_rotated_goes_on(
    serve_api: Start, connect: Any, project: Path, run: Any, tmp_path: Path, way: str
) -> None:
    file = project / "atf/logs/mcp_calls.jsonl"
    rules = tmp_path / "rules"
    kind = "create" if way == "rename" else way
    rules.write_text(f"{file} {{\n rotate 3\n {kind}\n}}\n")
    rules.chmod(0o644)
    server = serve_api()
    async with connect(f"{server.url}/mcp") as client:
        for _ in range(3):
            await client.call_tool("health_check", {})
            rotated = run("logrotate", "--force", "--state", tmp_path / "state", rules)
            assert rotated.returncode == 0, rotated.stderr
        await client.call_tool("health_check", {})
    assert server.stop() == 0
    kept = [calls(it) for it in (file, *(file.parent / f"{file.name}.{n}" for n in (1, 2, 3)))]
    assert [len(it) for it in kept] == [1, 1, 1, 1]
    assert len({line["request_id"] for lines in kept for line in lines}) == 4
