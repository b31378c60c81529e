"""What is kept of a call: its line in the call log, and its count in the store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from shall.bootstrap import call_log_path, open_workspace
from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]
Connect = Callable[..., Any]


def logged(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.verifies("store#2.6")
async def test_the_request_id_of_an_answer_stands_in_the_call_log(
    client: Client, answer: Answer, project: Path
) -> None:
    well = answer(await client.call_tool("health_check", {}))
    wrong = answer(await client.call_tool("get_testcase", {"path": "none.yaml"}))
    refused = answer(await client.call_tool("health_check", {"none": "such"}))

    lines = logged(project / ".shall/local/logs/mcp_calls.jsonl")
    assert [line["request_id"] for line in lines] == [
        reply["request_id"] for reply in (well, wrong, refused)
    ]
    assert [line["error_code"] for line in lines] == [None, wrong["error_code"], "MCP_VALUE_ERROR"]
    assert [line["tool"] for line in lines] == ["health_check", "get_testcase", "health_check"]
    assert [line["status"] for line in lines] == ["ok", "error", "error"]
    assert all(line["latency_ms"] > 0 for line in lines)
    metrics = answer(await client.call_tool("get_mcp_metrics", {}))
    assert (metrics["total"], metrics["error"]) == (3, 2)


@pytest.mark.process
@pytest.mark.verifies("store#2.6")
async def test_a_server_that_ends_has_logged_and_counted_every_call(
    over_stdio: Connect, spaces: Workspaces, project: Path
) -> None:
    async with over_stdio() as client:
        for _ in range(5):
            await client.call_tool("health_check", {})
        assert len(logged(project / ".shall/local/logs/mcp_calls.jsonl")) == 5

    store = spaces.choose(None).store
    assert store is not None
    assert store.call_statistics(0, None).total == 5


async def test_without_state_calls_are_logged_all_the_same(
    client: Client, answer: Answer, project: Path
) -> None:
    (project / ".shall/local/shall.db").mkdir(parents=True)  # where the database belongs
    reply = answer(await client.call_tool("health_check", {}))

    (line,) = logged(project / ".shall/local/logs/mcp_calls.jsonl")
    assert line["request_id"] == reply["request_id"]


async def test_the_operator_may_want_no_call_log(project: Path) -> None:
    opened = open_workspaces(Settings(workspaces=(project,), log_calls=False))
    async with Client(build_server(opened), mode="legacy") as client:
        await client.call_tool("health_check", {})
    opened.close()

    assert not (project / "atf").exists()


async def test_workspaces_may_share_a_call_log(tmp_path: Path) -> None:
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    opened = open_workspaces(Settings(workspaces=folders, logs_root=tmp_path / "logs"))
    first, second = (opened.choose(str(folder)) for folder in folders)

    assert first.call_log is second.call_log is not None
    opened.close()


def test_what_is_no_server_logs_no_calls(project: Path) -> None:
    workspace = open_workspace(project, Settings())

    assert workspace.call_log is None
    assert workspace.store is not None
    workspace.store.close()
    workspace.files.close()


@pytest.mark.parametrize(
    ("logs_root", "calls_log", "expected"),
    [
        ("atf/logs", "mcp_calls.jsonl", "/srv/project/atf/logs/mcp_calls.jsonl"),
        ("/var/log/shall", "calls.jsonl", "/var/log/shall/calls.jsonl"),
        ("/var/log/shall", "own/calls.jsonl", "/srv/project/own/calls.jsonl"),
        ("/var/log/shall", "./calls.jsonl", "/srv/project/calls.jsonl"),
        ("atf/logs", "/tmp/calls.jsonl", "/tmp/calls.jsonl"),
    ],
)
def test_a_bare_name_lies_under_the_logs_root(
    logs_root: str, calls_log: str, expected: str
) -> None:
    settings = Settings(logs_root=Path(logs_root), calls_log=calls_log)

    assert call_log_path(Path("/srv/project"), settings) == Path(expected)
