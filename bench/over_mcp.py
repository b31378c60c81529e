"""What an MCP client on stdio waits for: the start of the server, and 50 cases of one request.

Messages are written and read as plain lines, so that no client's own time is measured.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rounds import HERE, fast_server, interleave, show
from workload import ONE_REQUEST, write_cases

OURS = [sys.executable, "-m", "mcp_server_spec.main", "--transport", "stdio"]
BARE = [sys.executable, str(HERE / "bare_server.py")]
INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


class Server:
    """A server process that speaks JSON-RPC in lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.last = 0

    def send(self, method: str, params: dict[str, Any], **more: Any) -> None:
        """Write one message."""
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> str:
        """Send a request; give the line of its answer."""
        self.last += 1
        self.send(method, params, id=self.last)
        assert self.process.stdout
        for line in self.process.stdout:
            if json.loads(line).get("id") == self.last:
                return line
        raise SystemExit(f"the server ended before it answered {method}")


@contextmanager
def started(command: list[str], folder: Path, environ: dict[str, str]) -> Iterator[Server]:
    """Start a server and say hello."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        server = Server(process)
        server.ask("initialize", INITIALIZE)
        server.send("notifications/initialized", {})
        yield server
    finally:
        process.kill()
        process.communicate()


def start(command: list[str], folder: Path) -> float:
    """Return the seconds from the start of the process to the answer to initialize."""
    begin = time.perf_counter()
    with started(command, folder, {}):
        return time.perf_counter() - begin


def run_tests(server: Server, sizes: list[int]) -> float:
    """Return the seconds that one call of run_tests takes; note the size of the answer."""
    begin = time.perf_counter()
    line = server.ask("tools/call", {"name": "run_tests", "arguments": {}})
    seconds = time.perf_counter() - begin
    result = json.loads(line).get("result", {})
    content = result.get("structuredContent") or {}
    if content.get("passed") != 50:
        raise SystemExit(f"run_tests: {line[:2000]}")
    sizes.append(len(line.encode()))
    return seconds


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name, fast_server() as host:
        folder = write_cases(Path(name), 50, ONE_REQUEST)
        print(f"spawn to the answer to initialize, {options.rounds} rounds")
        servers = {"shall": partial(start, OURS, folder), "bare SDK": partial(start, BARE, folder)}
        show(interleave(servers, options.rounds), "bare SDK")

        print(f"\nrun_tests of 50 cases of one request, {options.rounds} rounds")
        with started(OURS, folder, {"SHALL_HOST": host}) as server:
            sizes: list[int] = []
            call = {"run_tests": partial(run_tests, server, sizes)}
            show(interleave(call, options.rounds), "run_tests")
            print(f"the answer has at most {max(sizes)} bytes")


if __name__ == "__main__":
    main()
