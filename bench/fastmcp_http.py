"""The same tool on fastmcp, run by an interpreter that has it: see serving.py."""

import sys

import uvicorn
from fastmcp import FastMCP

server = FastMCP("bench")


@server.tool
async def health_check() -> dict[str, str]:
    """Tell the version and where the tests are."""
    return {"status": "ok", "version": "1", "repo_root": "/tmp", "tests_root": "/tmp/tests"}


if __name__ == "__main__":
    app = server.http_app(stateless_http=True, json_response=True)
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
