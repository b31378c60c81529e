"""Our MCPServer as the SDK alone serves it: no gates, no metrics; the same loop and HTTP parser."""

import sys
from pathlib import Path

import uvicorn

from shall.joining import open_workspaces
from shall.mcp.server import build_server
from shall.settings import Settings


def main() -> None:
    """Serve: ``bare_http.py http PORT FOLDER`` or ``bare_http.py stdio FOLDER``."""
    transport, *port, folder = sys.argv[1:]
    server = build_server(open_workspaces(Settings(workspaces=(Path(folder),))))
    if transport == "stdio":
        server.run("stdio")
    else:
        app = server.streamable_http_app(json_response=transport == "json")
        uvicorn.run(app, port=int(port[0]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
