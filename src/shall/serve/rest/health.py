"""``GET /health``: the process lives. It asks nothing and nobody, and its length never changes."""

import json

from starlette.types import Receive, Scope, Send

from shall import __version__
from shall.serve.problem import problem
from shall.serve.rest.versions import DEFAULT, HEADER, unsupported, version_of

_VERSION = HEADER.lower().encode("ascii")


class Health:
    """The endpoint, as an ASGI application: the answer is made once."""

    def __init__(self, server_name: str) -> None:
        told = {"status": "healthy", "server": {"name": server_name, "version": __version__}}
        body = json.dumps(told, separators=(",", ":")).encode("ascii")  # scripts look for the text
        self._headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode("ascii")),
        ]
        self._body = {"type": "http.response.body", "body": body}
        self._no_body = {"type": "http.response.body", "body": b""}
        self._usual = self._start(DEFAULT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            allow = {"Allow": "GET, HEAD"}
            refused = problem(scope, 405, "MCP_METHOD_NOT_ALLOWED", "GET /health.", headers=allow)
            await refused(scope, receive, send)
            return
        version = version_of(scope)
        if version is None:
            await unsupported(scope)(scope, receive, send)
            return
        await send(self._usual if version == DEFAULT else self._start(version))
        await send(self._body if scope["method"] == "GET" else self._no_body)

    def _start(self, version: str) -> dict[str, object]:
        headers = [*self._headers, (_VERSION, version.encode("ascii"))]
        return {"type": "http.response.start", "status": 200, "headers": headers}
