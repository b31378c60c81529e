"""Starts the commands of the documents, each until it listens."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import Popen

BIN = Path(sys.executable).parent
TOKEN = "your-token"


def environment(**more: str) -> dict[str, str]:
    """Our own environment, without what would tell a server something, and with what is given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MCP_", "SHALL_", "ATF_"))
    }
    return kept | {"PATH": f"{BIN}:{os.environ['PATH']}:/usr/sbin"} | more


def wait_until_served(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the process answers, or ends, a connection: it may listen before it serves."""
    until = time.monotonic() + 60
    while True:
        with socket.socket() as client:
            client.settimeout(30)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                client.recv(1)
                return
        assert process.poll() is None, f"it ended: {log.read_text()}"
        assert time.monotonic() < until, f"nothing listens on {port}: {log.read_text()}"
        time.sleep(0.02)  # another process: there is nothing to wait on


def wait_until_forked(process: subprocess.Popen[bytes], children: int) -> None:
    """Wait until a process has that many children."""
    until = time.monotonic() + 60
    listed = ["pgrep", "-P", str(process.pid)]
    while (found := len(subprocess.run(listed, capture_output=True).stdout.split())) != children:
        assert time.monotonic() < until, f"{found} of {children} children"
        time.sleep(0.02)  # another process: there is nothing to wait on


@dataclass
class Running:
    """A process that listens."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Without a path."""
        return f"{self.scheme}://localhost:{self.port}"

    def written(self) -> str:
        """What it has written to standard output and standard error."""
        return self.log.read_text("utf-8")

    def stop(self) -> int:
        """End it with SIGTERM and give its exit status."""
        self.process.terminate()
        return self.process.wait(30)


Start = Callable[..., Running]
Env = Mapping[str, str]


@contextmanager
def starting(
    project: Path, logs: Path, popen: type[subprocess.Popen[bytes]] = Popen
) -> Iterator[Start]:
    """Start commands in the project, each until it listens on its port, and end them at last."""
    running: list[Running] = []

    def run(
        command: list[str], port: int, env: Env, scheme: str = "http", cwd: Path = project
    ) -> Running:
        log = logs / f"output-{len(running)}.log"
        with log.open("wb") as output:
            process = popen(
                command,
                cwd=cwd,
                env=environment(**env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started = Running(process, port, log, scheme)
        running.append(started)
        wait_until_served(process, port, log)
        return started

    yield run
    for started in running:
        started.process.terminate()
    for started in running:
        try:
            started.process.wait(20)
        except subprocess.TimeoutExpired:
            started.process.kill()
            started.process.wait()
            raise


def spec_server(start: Start, free_port: Callable[[], int]) -> Start:
    """Serve document D: ``python -m mcp_server_spec.main --transport http-stream``."""

    def serve(*flags: str, host: str = "localhost", **env: str) -> Running:
        port = free_port()
        command = ["python", "-m", "mcp_server_spec.main", "--transport", "http-stream"]
        scheme = "https" if "--ssl-keyfile" in flags else "http"
        return start([*command, "--host", host, "--port", str(port), *flags], port, env, scheme)

    return serve


def api_server(start: Start, free_port: Callable[[], int]) -> Start:
    """Serve document O: ``api-auto-test-mcp`` with its environment, and a token."""

    def serve(**env: str) -> Running:
        port = free_port()
        block = {
            "MCP_TRANSPORT": "sse",
            "MCP_HOST": "127.0.0.1",
            "MCP_PORT": str(port),
            "MCP_SSE_PATH": "/mcp",
            "MCP_AUTH_TOKEN": TOKEN,
        }
        return start(["api-auto-test-mcp"], port, block | env)

    return serve


def gunicorn_server(start: Start, free_port: Callable[[], int]) -> Start:
    """Serve document D's line for several processes."""

    def serve(*flags: str, workers: int = 4, **env: str) -> Running:
        port = free_port()
        command = ["gunicorn", "-w", str(workers), "-k", "uvicorn.workers.UvicornWorker"]
        bind = ["--bind", f"127.0.0.1:{port}"]
        started = start([*command, *bind, *flags, "mcp_server_spec.main:app"], port, env)
        wait_until_forked(started.process, workers)  # the first one serves before the last exists
        return started

    return serve


def once(serve: Start) -> Start:
    """Start a server once for each set of settings."""
    started: dict[Any, Running] = {}

    def find(*flags: str, **settings: Any) -> Running:
        key = (flags, frozenset(settings.items()))
        if key not in started:
            started[key] = serve(*flags, **settings)
        return started[key]

    return find
