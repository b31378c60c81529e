"""Runs the commands of a page as its reader types them, with real servers."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from string import Template
from typing import BinaryIO

from tests.forked import Popen
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs/operations"

NOT_HERE = frozenset(
    ("certbot", "docker", "docker-compose", "journalctl", "kubectl", "nginx", "sudo", "systemctl")
)
"""Programs that a test cannot run: they need a daemon, a cluster, root or the internet."""

_NAMES = ("8000", "8443", "3001", "3002", "3003")
_PORTS = re.compile(rf"(?<![\d.])({'|'.join(_NAMES)})(?!\d)")
_SERVERS = re.compile(r"(\w+=\S* )*(shall serve|python -m mcp_server_spec\.main|gunicorn) ")
_COMMANDS = re.compile(r"(?P<words>(\w+=\S* )*shall [^|&;<>()$`\\]+?)( >(?P<file>[\w.-]+))?")
_KILLS = re.compile(r"kill \$\(lsof -t -i :(\d+) ")
_SAYS = re.compile(r"\s+# -> (?:(?P<status>\d+): )?(?P<text>.+)$")
_Start = type[subprocess.Popen[bytes]]
_FROM_THE_CHECKOUT = ("deploy", "health_check.sh", "test_mcp_server.py")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the shell blocks of a page: the info string, and the text."""
    return re.findall(r"^```(sh\b.*)\n((?:.*\n)*?)```$", page.read_text("utf-8"), re.MULTILINE)


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a block, each on one line."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def programs(text: str) -> set[str]:
    """Return the programs that a block starts."""
    parts = (it for line in commands(text) for it in re.split(r"&&|\|\||\||;", line))
    return {re.sub(r"^\s*(\w+=\S* )*", "", part).split()[0] for part in parts}


@dataclass
class _Server:
    process: subprocess.Popen[bytes]
    log: Path
    is_served: bool = False
    is_leaving: bool = False

    def wait_until_served(self, port: int) -> None:
        """Wait until it answers, or ends, a first connection: it may listen before it serves."""
        until = time.monotonic() + 60
        while not self.is_served:
            with socket.socket() as client:
                client.settimeout(30)
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    client.recv(1)
                    self.is_served = True
                    return
            assert self.process.poll() is None, f"it ended: {self.log.read_text()}"
            assert time.monotonic() < until, f"nothing listens on {port}: {self.log.read_text()}"
            time.sleep(0.02)  # another process: there is nothing to wait on

    def terminate(self, port: int) -> None:
        """End it as systemd does, once: a second signal may come when nobody takes it any more."""
        self.wait_until_served(port)  # as may one that comes earlier
        if not self.is_leaving:
            self.process.terminate()
        self.is_leaving = True

    def stop(self, port: int) -> None:
        """End it; the pages promise that it leaves with 0."""
        self.terminate(port)
        assert self.process.wait(30) == 0, self.log.read_text()


@dataclass
class Reader:
    """Somebody who types what a page says, in a project of their own.

    Free ports are put in the place of the page's. What a command assigns holds for the next one.
    ``popen`` starts the commands of ours that need no shell; the servers at the ports of
    ``seen_by_ps`` are never forked, as ``ps`` shows how a process began.
    """

    folder: Path
    ports: Mapping[str, int]
    variables: dict[str, str] = field(default_factory=dict)
    servers: dict[int, _Server] = field(default_factory=dict)
    popen: _Start = Popen
    seen_by_ps: frozenset[int] = frozenset()

    def type(self, line: str) -> None:
        """Carry out a command, and look whether it says what the page says that it says."""
        said = _SAYS.search(line)
        line = _PORTS.sub(lambda found: str(self.ports[found[0]]), _SAYS.sub("", line))
        if said is None and _SERVERS.match(line):
            self._serve(line.removesuffix("&"))
            return
        for port, server in self.servers.items():
            server.wait_until_served(port)
        status, printed = self._carry_out(line)
        assert status == (int(said["status"] or 0) if said else 0), f"{line}\n{printed}"
        if said is not None:
            text = _PORTS.sub(lambda found: str(self.ports[found[0]]), said["text"])
            assert text in printed, f"{line}\n{printed}"
        if killed := _KILLS.match(line):
            self.servers[int(killed[1])].is_leaving = True

    def _carry_out(self, line: str) -> tuple[int, str]:
        """Run a command until it ends; return its exit status and what it printed."""
        if command := _COMMANDS.fullmatch(line):
            return self._carry_out_ours(command["words"], command["file"])
        kept = self.folder.parent / "kept"
        done = subprocess.run(
            ["bash", "-c", f"set -a -o pipefail\n{line}\nstatus=$?\nenv -0 >{kept}\nexit $status"],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        pairs = (pair.split("=", 1) for pair in kept.read_text().split("\0") if pair)
        self.variables = dict(pairs)
        return done.returncode, done.stdout

    def _carry_out_ours(self, line: str, file: str | None) -> tuple[int, str]:
        """Run a command of ours without a shell; its standard output goes to the file, if any."""
        if file is None:
            with self._start(line, self.popen, subprocess.PIPE) as process:
                printed, _ = process.communicate(timeout=60)
            return process.returncode, printed.decode()
        with (
            (self.folder / file).open("wb") as output,
            self._start(line, self.popen, output, subprocess.PIPE) as process,
        ):
            _, printed = process.communicate(timeout=60)
        return process.returncode, printed.decode()

    def _start(
        self,
        line: str,
        popen: _Start,
        output: int | BinaryIO,
        errors: int = subprocess.STDOUT,
    ) -> "subprocess.Popen[bytes]":
        """Start a command of plain words, after what is assigned to it."""
        words = [Template(word).substitute(self.variables) for word in shlex.split(line)]
        assigned = list(takewhile(lambda word: re.match(r"\w+=", word), words))
        return popen(
            words[len(assigned) :],
            cwd=self.folder,
            env=self.variables | dict(word.split("=", 1) for word in assigned),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )

    def _serve(self, line: str) -> None:
        named = re.search(r"(?:--port |--bind \S+:)(\d+)", line)
        port = int(named[1]) if named else self.ports["8000"]
        if port in self.servers:
            self.servers.pop(port).stop(port)
        log = self.folder.parent / f"server-{port}.log"
        popen: _Start = subprocess.Popen if port in self.seen_by_ps else self.popen
        with log.open("wb") as output:
            self.servers[port] = _Server(self._start(line, popen, output), log)

    def leave(self) -> None:
        """End the servers, and look how they end."""
        for port, server in self.servers.items():
            server.terminate(port)
        for port, server in self.servers.items():
            server.stop(port)

    def clean_up(self) -> None:
        """End what is left of a page that failed."""
        for server in self.servers.values():
            if server.process.poll() is None:
                server.process.terminate()  # it takes its workers with it
                server.process.wait(30)


def make_reader(tmp_path: Path) -> Reader:
    """Make a project with one case, and somebody who reads in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in _FROM_THE_CHECKOUT:
        (folder / name).symlink_to(ROOT / name)
    ports = {name: free_port() for name in _NAMES}
    ours = ("MCP_", "SHALL_", "ATF_")
    variables = {name: it for name, it in os.environ.items() if not name.startswith(ours)}
    variables |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
        "HOME": str(tmp_path),
        "MCP_PORT": str(ports["8000"]),
        "LC_ALL": "C.UTF-8",
    }
    reader = Reader(folder, ports, variables)
    reader.type("shall init")
    return reader
