"""Servers whose log is read all the time, so that they may say much and can be asked what."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.forked import Popen

MODERN = "2026-07-28"
POST = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
"""What a client with a session says first."""


class Logged:
    """A process and the lines it has written to its standard error."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self._lines.append(line.decode("utf-8", "replace"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the log says something."""
        found: list[re.Match[str]] = []

        def is_said() -> bool:
            found[:] = [match for line in self._lines if (match := re.search(pattern, line))]
            return bool(found) or self._ended

        with self._changed:
            self._changed.wait_for(is_said, timeout=60)
        assert found, f"the log never said {pattern}: {self._lines}"
        return found[0]

    @property
    def url(self) -> str:
        """Where MCP is served."""
        return self.wait_for(r"serves MCP at ([^\s\"]+)")[1]

    @property
    def base(self) -> str:
        """Without the path of MCP."""
        return self.url.removesuffix("/mcp")

    def so_far(self) -> str:
        """What it has written until now."""
        with self._changed:
            return "".join(self._lines)

    def stop(self) -> str:
        """End the process with SIGTERM; give its whole log. Its exit status must be 0."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> str:
        """Wait for the end of the process; give its whole log. Its exit status must be 0."""
        status = self.process.wait(timeout=30)
        self._reader.join(timeout=30)
        log = "".join(self._lines)
        assert status == 0, log
        return log


@contextmanager
def logged(
    project: Path, *flags: str, transport: str = "http", before: Sequence[str] = (), **environ: str
) -> Iterator[Logged]:
    """Start ``shall serve``; ``before`` are the words in front of the command."""
    command = [*before, sys.executable, "-m", "shall", "serve", "--transport", transport]
    port = ["--port", "0"] if transport == "http" else []
    process = Popen(
        [*command, *port, "--workspace", str(project), *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if transport == "stdio" else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environ},
    )
    running = Logged(process)
    try:
        yield running
    finally:
        process.kill()
        process.wait()
        running._reader.join(timeout=30)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def request(method: str, params: dict[str, Any] | None = None, *, id: Any = 1) -> dict[str, Any]:
    """Make a JSON-RPC request of 2026-07-28."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {**(params or {}), "_meta": meta}
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    """Return the headers that a client of 2026-07-28 sends with a request."""
    name = message["params"].get("name")
    more = {"Mcp-Name": name} if name else {}
    return {**POST, "MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"], **more}


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
