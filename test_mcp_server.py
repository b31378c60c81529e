"""Try a running server: ``python test_mcp_server.py [URL] [--token TOKEN]``.

Asks for everything that document D's clients use, prints a line for each and exits with status 0
if all of it holds, else 1. It needs Python only, writes nothing, and leaves no connection behind.
The token may also stand in MCP_AUTH_TOKEN, where no list of processes shows it.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

TIMEOUT_S = 10


class Failed(Exception):
    """A check does not hold."""


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Message
    text: str

    def json(self) -> Any:
        """Read the body; from an event stream the first message."""
        text = self.text
        if self.headers.get_content_type() == "text/event-stream":
            lines = (line[5:] for line in text.splitlines() if line.startswith("data:"))
            text = next((line for line in lines if line.strip()), "")
        try:
            return json.loads(text)
        except ValueError:
            raise Failed(f"the body is no JSON: {text[:80]!r}") from None


@dataclass
class Server:
    """The server that is tried."""

    url: str
    token: str = ""
    context: ssl.SSLContext | None = None
    connection: str = field(default="", init=False)

    def ask(
        self, method: str, path: str, body: Any = None, expect: int = 200, **headers: str
    ) -> Answer:
        """Send a request; an answer of another status than expected is a failure."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=self.context) as got:
                answer = Answer(got.status, got.headers, self._read(got))
        except urllib.error.HTTPError as error:
            with error:
                answer = Answer(error.code, error.headers, self._read(error))
        except OSError as error:
            raise Failed(f"no answer: {getattr(error, 'reason', None) or error}") from None
        if answer.status != expect:
            raise Failed(f"HTTP {answer.status} instead of {expect}: {answer.text[:80]!r}")
        return answer

    @staticmethod
    def _read(got: Any) -> str:
        if got.headers.get_content_type() != "text/event-stream":
            return str(got.read().decode("utf-8", "replace"))
        # A stream may stay open: its first message is all that is asked for.
        lines: list[str] = []
        for line in got:
            lines.append(line.decode("utf-8", "replace"))
            if lines[-1].startswith("data:") and lines[-1][5:].strip():
                break
        return "".join(lines)


def health(server: Server) -> str:
    """GET /health."""
    status = server.ask("GET", "/health").json().get("status")
    _hold(status == "healthy", f"status is {status!r}")
    return "healthy"


def info(server: Server) -> str:
    """GET /info."""
    said = server.ask("GET", "/info").json()
    _hold(bool(said.get("name") and said.get("version")), "name or version is missing")
    return f"{said['name']} {said['version']}"


def versions(server: Server) -> str:
    """The header MCP-Protocol-Version: 2.0, 2.1 and 2.2 are taken, 1.0 is refused."""
    for version in ("2.0", "2.1", "2.2"):
        server.ask("GET", "/info", MCP_Protocol_Version=version)
    server.ask("GET", "/info", MCP_Protocol_Version="1.0", expect=400)
    return "2.0, 2.1 and 2.2 are taken, 1.0 is refused"


def prompts(server: Server) -> str:
    """GET /prompts."""
    return f"{len(_named(server, 'prompts'))} prompts"


def tools(server: Server) -> str:
    """GET /tools."""
    return f"{len(_named(server, 'tools'))} tools"


def connect(server: Server) -> str:
    """POST /connect."""
    body = {"client_info": {"name": "test_mcp_server.py"}}
    server.connection = server.ask("POST", "/connect", body).json().get("connection_id", "")
    _hold(bool(server.connection), "connection_id is missing")
    return server.connection


def heartbeat(server: Server) -> str:
    """POST /heartbeat/{id}."""
    _hold(bool(server.connection), "there is no connection")
    status = server.ask("POST", f"/heartbeat/{server.connection}").json().get("status")
    _hold(status == "ok", f"status is {status!r}")
    return "ok"


def disconnect(server: Server) -> str:
    """DELETE /disconnect/{id}; the connection is gone after it."""
    _hold(bool(server.connection), "there is no connection")
    server.ask("DELETE", f"/disconnect/{server.connection}")
    server.ask("POST", f"/heartbeat/{server.connection}", expect=404)
    return "disconnected"


def metrics(server: Server) -> str:
    """GET /metrics."""
    lines = server.ask("GET", "/metrics").text.splitlines()
    samples = [line for line in lines if line and not line.startswith("#")]
    _hold(bool(samples), "there is no sample")
    return f"{len(samples)} samples"


def mcp(server: Server) -> str:
    """POST /mcp: initialize."""
    client = {"name": "test_mcp_server.py", "version": "1"}
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    accept = "application/json, text/event-stream"
    answer = server.ask("POST", "/mcp", body, Accept=accept)
    result = answer.json().get("result", {})
    _hold("serverInfo" in result, "serverInfo is missing")
    if session := answer.headers.get("Mcp-Session-Id"):
        server.ask("DELETE", "/mcp", Accept=accept, Mcp_Session_Id=session)
    return f"{result['serverInfo']['name']}, revision {result.get('protocolVersion')}"


CHECKS: tuple[Callable[[Server], str], ...] = (
    health,
    info,
    versions,
    prompts,
    tools,
    connect,
    heartbeat,
    disconnect,
    metrics,
    mcp,
)


def results(server: Server) -> Iterator[bool]:
    """Carry out each check, print what came of it, and tell whether it holds."""
    for check in CHECKS:
        name = check.__name__
        try:
            print(f"✓ {name:<12}{check(server)}")
            yield True
        except Failed as failure:
            print(f"✗ {name:<12}{failure}")
            yield False


def main() -> int:
    """Try the server; give the exit status."""
    command = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    command.add_argument("url", nargs="?", default="http://localhost:3001")
    command.add_argument("--token", default=os.environ.get("MCP_AUTH_TOKEN", ""))
    command.add_argument("--ca", metavar="FILE", help="trust this certificate (PEM)")
    arguments = command.parse_args()
    context = ssl.create_default_context(cafile=arguments.ca) if arguments.ca else None
    held = list(results(Server(arguments.url.rstrip("/"), arguments.token, context)))
    print(f"{held.count(True)} of {len(held)} checks hold")
    return 0 if all(held) else 1


def _named(server: Server, what: str) -> list[Any]:
    listed = server.ask("GET", f"/{what}").json().get(what)
    _hold(isinstance(listed, list) and bool(listed), f"there are no {what}")
    return list(listed)


def _hold(holds: bool, problem: str) -> None:
    if not holds:
        raise Failed(problem)


if __name__ == "__main__":
    sys.exit(main())
