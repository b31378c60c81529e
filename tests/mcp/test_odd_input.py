"""What a careless or hostile caller sends is answered with the envelope, never with a crash."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]
PATH = "tests/cases/a.yaml"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_test_results", {"limit": 10**30}),
        ("get_mcp_metrics", {"limit": 10**30}),
        ("get_mcp_metrics", {"limit": -(10**30)}),
        ("get_mcp_metrics", {"since_minutes": 10**30}),
        ("list_testcases", {"limit": 10**30, "offset": 10**30}),
    ],
)
async def test_a_number_that_no_database_holds_means_all(
    client: Client, answer: Answer, tool: str, arguments: dict[str, int]
) -> None:
    assert answer(await client.call_tool(tool, arguments))["status"] == "ok"


async def test_metrics_answer_the_window_that_was_asked_for(client: Client, answer: Answer) -> None:
    data = answer(await client.call_tool("get_mcp_metrics", {"since_minutes": 10**12}))
    assert data["window_minutes"] == 10**12


async def test_a_number_that_json_cannot_say_has_a_place(
    client: Client, answer: Answer, project: Path
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    number = f"0x{'f' * 5000}"  # more digits than Python writes out
    step = f"{{id: s, method: POST, path: /, json: {number}}}"
    (project / PATH).write_text(f"testcase:\n  name: a\n  steps: [{step}]\n")
    data = answer(await client.call_tool("get_testcase", {"yaml_path": PATH, "mode": "full"}))
    assert data["errors"] == [f"{PATH}:3:48: A number has more than 400 characters."]


@pytest.mark.verifies("mcp#2.2")
async def test_an_unknown_argument_of_a_prompt_is_named_with_the_near_one(client: Client) -> None:
    given = {"requirements": "a shop", "requirement": "x"}
    with pytest.raises(MCPError, match=r"requirement \(did you mean requirements\?\)") as refused:
        await client.get_prompt("generate-requirements", given)
    assert refused.value.code == types.INVALID_PARAMS


async def test_a_control_character_in_a_path_is_no_fault(client: Client, answer: Answer) -> None:
    for tool, name in itertools.product(("read_file", "get_testcase"), ("a\0b", "a\nb", "\x7f")):
        arguments = {"path" if tool == "read_file" else "yaml_path": name}
        data = answer(await client.call_tool(tool, arguments))
        assert data["error_code"] == "MCP_INVALID_PATH", (tool, name)


@pytest.mark.verifies("workspace#2.1", "workspace#2.2")
@pytest.mark.parametrize(
    "uri", ["file:///a%00b", f"file:///{'x' * 300}", "file:///", "file://[::bad/x"]
)
async def test_a_root_that_can_be_no_folder_is_left_out(
    tmp_path: Path, answer: Answer, uri: str
) -> None:
    async def roots(context: Any) -> types.ListRootsResult:
        del context
        return types.ListRootsResult(roots=[types.Root(uri=uri)])

    opened = open_workspaces(Settings())
    spaces = Workspaces([], tmp_path, tmp_path, opened._open)  # started in the home folder
    async with Client(build_server(spaces), mode="legacy", list_roots_callback=roots) as client:
        data = answer(await client.call_tool("list_testcases", {}))
    spaces.close()
    assert data["error_code"] == "MCP_INVALID_PATH"
    assert "--workspace" in data["error_message"]
