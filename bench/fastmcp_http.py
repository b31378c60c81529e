"""The same tool on fastmcp, run by an interpreter that has it: see serving.py."""

import sys
from pathlib import Path

import uvicorn
from fastmcp import FastMCP

port, folder, *ours = sys.argv[1:]
sys.path += ours  # behind fastmcp's own libraries

from shall.actions.status import health  # noqa: E402
from shall.joining import open_workspace  # noqa: E402
from shall.settings import Settings  # noqa: E402

server = FastMCP("bench")
workspace = open_workspace(Path(folder), Settings(), keeps_state=False)


@server.tool
async def health_check() -> dict[str, str]:
    """Tell the version and where the tests are."""
    found = health(workspace)
    return {
        "status": "ok",
        "version": found.version,
        "repo_root": found.repo_root,
        "tests_root": found.tests_root,
        "test_cases_root": found.test_cases_root,
    }


if __name__ == "__main__":
    app = server.http_app(stateless_http=True, json_response=True)
    uvicorn.run(app, port=int(port), access_log=False, log_level="warning")
