"""Our MCPServer as the SDK alone serves it: no gates, no metrics; the same loop and HTTP parser.

``health`` serves one answer that is ready: what uvicorn costs without an application.
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn

from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings

READY = b'{"status": "healthy", "server": {"name": "shall", "version": "0.0.0"}}'


async def ready(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer at once."""
    del receive
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(READY))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": READY})


def main() -> None:
    """Serve: ``bare_http.py http|json|health PORT FOLDER`` or ``bare_http.py stdio FOLDER``."""
    transport, *port, folder = sys.argv[1:]
    server = build_server(open_workspaces(Settings(workspaces=(Path(folder),))))
    if transport == "stdio":
        server.run("stdio")
        return
    app: Any = ready
    if transport != "health":
        app = server.streamable_http_app(json_response=transport == "json")
    lifespan = "off" if transport == "health" else "on"
    uvicorn.run(app, port=int(port[0]), access_log=False, log_level="warning", lifespan=lifespan)


if __name__ == "__main__":
    main()
