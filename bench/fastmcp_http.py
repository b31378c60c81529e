"""The same tools on fastmcp, run by an interpreter that has it: see serving.py.

``fastmcp_http.py as-it-comes|tuned PORT FOLDER LIBRARY...``
"""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastmcp import FastMCP
from pydantic import Field

mode, port, folder, *ours = sys.argv[1:]
sys.path += ours  # behind fastmcp's own libraries

from shall.actions.cases import list_cases  # noqa: E402
from shall.actions.status import health  # noqa: E402
from shall.bootstrap import open_workspace  # noqa: E402
from shall.settings import Settings  # noqa: E402

server = FastMCP("bench")
workspace = open_workspace(Path(folder), Settings(), keeps_state=False)


@server.tool
async def health_check() -> dict[str, str]:
    """Report the version and where the tests are."""
    found = health(workspace)
    return {
        "status": "ok",
        "version": found.version,
        "repo_root": found.repo_root,
        "tests_root": found.tests_root,
        "test_cases_root": found.test_cases_root,
    }


@server.tool
async def list_testcases(
    root_path: Annotated[str | None, Field(description="a folder of the workspace")] = None,
    test_type: Literal["all", "integration", "unit"] = "all",
    limit: int = 200,
    offset: int = 0,
) -> dict[str, Any]:
    """List test case files."""
    found = list_cases(workspace, root_path, test_type)
    return {"status": "ok", "testcases": found[offset : offset + limit], "total": len(found)}


if __name__ == "__main__":
    quiet = {"access_log": False, "log_level": "warning"}
    if mode == "tuned":
        app = server.http_app(stateless_http=True, json_response=True)
        uvicorn.run(app, port=int(port), **quiet)
    else:
        uvicorn.run(server.http_app(), port=int(port), loop="asyncio", http="h11", **quiet)
