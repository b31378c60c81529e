import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from shall.actions.tool_access import ToolAccess
from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings

pytestmark = pytest.mark.anyio

READING = {
    "health_check": {},
    "list_testcases": {},
    "get_test_results": {},
    "get_mcp_metrics": {},
    "trace_requirements": {},
    "read_file": {"path": "specs/requirements.md"},
}


@pytest.fixture
def nested(project: Path) -> Path:
    """A project in the allowed folder, with a case, a document and nothing of ours."""
    for folder in (project, project / "backend"):
        (folder / "tests/cases").mkdir(parents=True)
        (folder / "specs").mkdir()
        (folder / "specs/requirements.md").write_text("# Requirements\n")
        (folder / "shall.yaml").touch()
    return project


def entries(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.verifies("defences#7.4")
@pytest.mark.parametrize("log_calls", [True, False])
async def test_a_read_only_server_leaves_the_workspace_as_it_is(
    nested: Path, answer: Callable[[Any], dict[str, Any]], log_calls: bool
) -> None:
    before = entries(nested)
    settings = Settings(workspaces=(nested,), read_only=True, log_calls=log_calls)
    spaces = open_workspaces(settings)
    try:
        server = build_server(spaces, access=ToolAccess(read_only=True))
        async with Client(server, mode="legacy") as client:
            for workspace in ({}, {"workspace": "backend"}, {"workspace": "backend/tests"}):
                for tool, arguments in READING.items():
                    if tool in {"health_check", "get_mcp_metrics"}:
                        workspace = {}
                    told = answer(await client.call_tool(tool, {**arguments, **workspace}))
                    assert told["status"] == "ok", told
    finally:
        spaces.close()
    assert entries(nested) == before


@pytest.mark.verifies("defences#7.5")
async def test_a_caller_who_may_write_makes_the_state_of_the_first_workspace_only(
    nested: Path, client: Client
) -> None:
    await client.call_tool("list_testcases", {"workspace": "backend"})
    assert (nested / ".shall/local/shall.db").is_file()
    assert not (nested / "backend/.shall").exists()


@pytest.mark.verifies("defences#7.4")
async def test_a_state_that_went_away_is_not_made_again_to_read_it(
    nested: Path, answer: Callable[[Any], dict[str, Any]]
) -> None:
    spaces = open_workspaces(Settings(workspaces=(nested,), read_only=True))
    try:
        spaces.choose("backend")
        shutil.rmtree(nested / "backend")
        async with Client(build_server(spaces), mode="legacy") as client:
            told = answer(await client.call_tool("list_testcases", {"workspace": "backend"}))
        assert told["error_code"] == "MCP_DIRECTORY_NOT_FOUND"
    finally:
        spaces.close()
    assert not (nested / "backend").exists()
