"""What an attacker tries in an afternoon, against a server in a limit of 1 GiB, on loopback.

Each attack prints what it got, the peak memory of the server and the slowest answer of /health
while it ran. Exits with 1 where an attack succeeded. `--python` tries another installation: that of
an earlier release. Every attack is bounded in count and time, and starts a server of its own.
"""

import argparse
import base64
import contextlib
import http.client
import http.server
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import free_port

LIMIT_BYTES = 1 << 30
TOKEN = "owner-" + "7" * 32
SECRET = "canary-S3cret-of-shall"
MARKER = "planted-code-ran"


@dataclass
class Target:
    """A server under attack: its port, process and workspace."""

    port: int
    process: subprocess.Popen[bytes]
    workspace: Path
    slowest_s: float = 0.0
    peak_mb: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def call(
        self, method: str, path: str, body: Any = None, token: str = TOKEN, timeout_s: float = 40
    ) -> tuple[int, Any]:
        """Return status and JSON (or text) of a request; status 0 where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, raw.decode("utf-8", "replace")

    def tool(self, name: str, token: str = TOKEN, **arguments: Any) -> str:
        """Call a tool and return its answer as text."""
        _, answer = self.call("POST", f"/tools/{name}", {"arguments": arguments}, token)
        return json.dumps(answer, ensure_ascii=False)

    def write_case(self, case: Any) -> str:
        """Write the one case of an attack."""
        return self.tool(
            "write_testcase", yaml_path="tests/cases/a.yaml", testcase=case, overwrite=True
        )

    def watch(self) -> None:
        """Ask /health and read the memory ten times a second until ``stop``."""
        while not self.stop.is_set():
            begin = time.perf_counter()
            self.call("GET", "/health", token="", timeout_s=40)
            self.slowest_s = max(self.slowest_s, time.perf_counter() - begin)
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{self.process.pid}/status").read_text()
                for peak in re.findall(r"VmHWM:\s+(\d+)", status):
                    self.peak_mb = int(peak) / 1024
            self.stop.wait(0.1)


class NotStarted(Exception):
    """The server ended before it served."""


def limited() -> None:
    """Bound the memory of the child that is about to start."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))


@contextlib.contextmanager
def target(
    python: str,
    *,
    token: str = TOKEN,
    module: str = "shall",
    environ: dict[str, str] | None = None,
    prepare: Callable[[Path], None] = lambda _: None,
) -> Iterator[Target]:
    """Start a server in a new workspace and watch it."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder).resolve() / "project"
        (workspace / "tests" / "cases").mkdir(parents=True)
        (workspace / "specs").mkdir()
        (workspace / "shall.yaml").write_text(
            f"variables: {{key: {SECRET}}}\nsecrets: [key]\n", encoding="utf-8"
        )
        prepare(workspace)
        port = free_port()
        command = [python, "-m", "shall", "serve", "--transport", "http"]
        if module != "shall":
            command = [python, "-m", module, "--transport", "http-stream"]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            command,
            cwd=workspace,
            env={**os.environ, "SHALL_AUTH_TOKEN": token, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(workspace.parent / "log").open("wb"),
            preexec_fn=limited,
        )
        server = Target(port, process, workspace)
        watcher = threading.Thread(target=server.watch)
        try:
            until = time.monotonic() + 20
            while server.call("GET", "/health", token="")[0] != 200:
                if process.poll() is not None or time.monotonic() > until:
                    raise NotStarted((workspace.parent / "log").read_text())
                time.sleep(0.05)
            watcher.start()
            yield server
        finally:
            server.stop.set()
            if watcher.ident:
                watcher.join()
            process.kill()
            process.wait()


@contextlib.contextmanager
def service(answer: bytes, kind: str = "application/json") -> Iterator[tuple[str, list[bytes]]]:
    """Serve one answer for everything; yield its address and the bodies that were sent to it."""
    seen: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - the name that the library calls

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()


def step(host: str, **more: Any) -> dict[str, Any]:
    """Return the data of a case with one step."""
    request = {"id": "a", "url": f"{host}/", "method": "POST", **more}
    request.setdefault("assert", [{"type": "status_code", "expected": 200}])
    return {"name": "an attack", "steps": [request]}


Outcome = tuple[bool, str]
"""Whether the server held, and what the attacker got."""


def planted_module(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Plant a module by a tool call without a token, and start the server anew."""
    source = f"print('{MARKER}')\n"
    with target(python, token="", module="mcp_server_spec.main") as server:
        paths = (
            "mcp_server_spec/main.py",
            "yaml_rs.py",
            ".venv/lib/sitecustomize.py",
            "venv/x.pth",
            "src/x.py",
            "health_check.sh",
            ".mcp.json",
        )
        got = [
            path
            for path in paths
            if '"status": "ok"' in server.tool("create_file", path=path, content=source)
        ]
        yield server, (not got, f"written: {', '.join(got) or 'nothing'}")


def planted_import(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Let a module lie in the workspace that a lazy import would find."""

    def plant(workspace: Path) -> None:
        for name in ("yaml_rs", "markdown_it", "regex"):
            text = f"import pathlib\npathlib.Path({str(workspace / MARKER)!r}).touch()\n"
            (workspace / f"{name}.py").write_text(text, encoding="utf-8")

    with target(
        python, module="mcp_server_spec.main", prepare=plant, environ={"PYTHONSAFEPATH": ""}
    ) as server:
        server.write_case(step("http://a"))
        for name in ("run_tests", "trace_requirements"):
            server.tool(name)
        ran = (server.workspace / MARKER).exists()
        yield server, (not ran, "its code ran" if ran else "it was not imported")


def stolen_files(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Let a case upload files that `read_file` refuses."""

    def prepare(workspace: Path) -> None:
        (workspace / ".git").mkdir()
        (workspace / ".git" / "config").write_text("stolen-file", encoding="utf-8")
        (workspace / ".env").write_text("stolen-file", encoding="utf-8")

    with service(b"{}") as (host, seen), target(python, prepare=prepare) as server:
        for file in (".env", ".git/config", ".shall/local/shall.db", ".shall/local/sealing.key"):
            case = step(host, files={"f": file})
            server.write_case(case)
            server.tool("run_tests")
        sent = sum(b"stolen-file" in body or b"SQLite format" in body for body in seen)
        yield server, (not sent, f"{sent} of 4 files were sent")


def unread_bodies(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Open 254 connections without a token, each with a body of 4 MiB that lacks its last byte."""
    with target(python) as server:
        size = 4 << 20
        head = (
            "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Accept: application/json, text/event-stream\r\nContent-Length: {size - 1}\r\n\r\n"
        )
        sockets = []
        for _ in range(254):
            with contextlib.suppress(OSError):
                sock = socket.create_connection(("127.0.0.1", server.port), 5)
                sockets.append(sock)
                sock.sendall(head.encode() + b" " * (size - 2))
        for sock in sockets:
            sock.close()
        alive = server.call("GET", "/health", token="")[0] == 200
        yield server, (alive and server.peak_mb < 400, "alive" if alive else "dead")


def dripping_bodies(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Send one byte of a body every 5 seconds, for 40 seconds."""
    with target(python) as server:
        sock = socket.create_connection(("127.0.0.1", server.port), 45)
        sock.sendall(
            b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 4000\r\n\r\n"
        )
        begin, answer = time.monotonic(), b""
        sock.settimeout(5)
        while time.monotonic() - begin < 40 and not answer:
            with contextlib.suppress(TimeoutError):
                answer = sock.recv(200) or b"closed"
            with contextlib.suppress(OSError):
                sock.sendall(b" ")
        took = time.monotonic() - begin
        line = answer.partition(b"\r\n")[0].decode() or "open"
        yield server, (bool(answer), f"{line} after {took:.0f} s")


def unknown_keys(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Write a case with 60,000 unknown keys."""
    text = "testcase:\n  name: a\n" + "".join(f"  k{i}: 1\n" for i in range(60_000))
    with target(python) as server:
        yield from timed(server, lambda: server.write_case(text))


def slow_patterns(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Run a case of 40 patterns that backtrack, with a time-out of 2 seconds."""
    check = {"type": "regex", "field": "a", "expected": "(a|a|aa)+$"}
    answer = json.dumps({"a": "a" * 60 + "!"}).encode()
    with (
        service(answer) as (host, _),
        target(python, environ={"PYTEST_TIMEOUT": "2"}) as server,
    ):
        case = step(host, **{"assert": [check] * 40})
        server.write_case(case)
        yield from timed(server, lambda: server.tool("run_tests"), most_s=4)


def large_json(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Run a case that is answered with 60 MB of JSON."""
    answer = b"[" + b'{"a":1},' * 7_500_000 + b"1]"
    with service(answer) as (host, _), target(python) as server:
        case = step(host, **{"assert": [{"type": "exists", "field": "a"}]})
        server.write_case(case)
        yield from timed(server, lambda: server.tool("run_tests"))


def expansion(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Run a case whose variables expand to gigabytes."""
    variables = {"a0": "x" * 100}
    for number in range(1, 8):
        variables[f"a{number}"] = f"{{{{ a{number - 1} }}}}" * 10
    with service(b"{}") as (host, _), target(python) as server:
        case = {**step(host, json={"a": "{{ a7 }}"}), "variables": variables}
        server.write_case(case)
        yield from timed(server, lambda: server.tool("run_tests"))


def odd_numbers(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Write a number of 5,000 parts, an integer of 5,000 digits, a pattern of 3,000 groups."""
    texts = [
        f"testcase:\n  name: a\n  variables: {{a: {':'.join(['59'] * 5000)}}}\n",
        f"testcase:\n  name: a\n  variables: {{a: {'9' * 5000}}}\n",
    ]
    nested = step(
        "http://127.0.0.1:9",
        **{"assert": [{"type": "regex", "field": "a", "expected": "(" * 3000 + ")" * 3000}]},
    )
    with target(python) as server:
        answers = [server.write_case(text) for text in [*texts, nested]]
        answers.append(server.tool("run_tests"))
        log = (server.workspace.parent / "log").read_text()
        bad = sum("MCP_INTERNAL_ERROR" in it for it in answers) + log.count("Traceback")
        yield server, (not bad, f"{bad} tracebacks")


def large_file(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Read a file of 1.5 GB."""

    def prepare(workspace: Path) -> None:
        with (workspace / "specs" / "big.md").open("wb") as file:
            file.truncate(1_500_000_000)

    with target(python, prepare=prepare) as server:
        yield from timed(server, lambda: server.tool("read_file", path="specs/big.md"))


def many_workspaces(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Name 120 sub-folders as workspaces."""

    def prepare(workspace: Path) -> None:
        for number in range(120):
            (workspace / f"sub{number}").mkdir()

    with target(python, prepare=prepare) as server:
        fds = Path(f"/proc/{server.process.pid}/fd")
        before = len(list(fds.iterdir()))
        for number in range(120):
            server.tool("list_testcases", workspace=str(server.workspace / f"sub{number}"))
        after = len(list(fds.iterdir()))
        left = len(list(server.workspace.glob("sub*/.shall")))
        held = after - before < 40 and not left
        yield server, (held, f"{after - before} more descriptors, {left} state folders")


def shown_secrets(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Read the secrets of shall.yaml by tools, and as a service returns them in other forms."""
    forms = {
        "plain": SECRET,
        "base64": base64.b64encode(f"user:{SECRET}".encode()).decode(),
        "hex": SECRET.encode().hex(),
        "upper": SECRET.upper(),
        "percent": "".join(f"%25{byte:02X}" for byte in SECRET.encode()),
    }
    answer = json.dumps(forms).encode()
    with service(answer) as (host, _), target(python) as server:
        case = step(
            host,
            headers={"X-Canary": "{{ key }}"},
            **{"assert": [{"type": "equals", "field": "none", "expected": 1}]},
        )
        server.write_case(case)
        server.tool("run_tests")
        got = server.tool("read_file", path="shall.yaml") + server.tool(
            "get_test_results", run_id="latest", case="tests/cases/a.yaml"
        )
        shown = [name for name, value in forms.items() if value[8:] in got]
        yield server, (not shown, f"shown: {', '.join(shown) or 'none'}")


def odd_hosts(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Send no Host, and two."""
    with target(python) as server:
        got = []
        for hosts in (b"", b"Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"):
            with socket.create_connection(("127.0.0.1", server.port), 5) as sock:
                sock.sendall(b"GET /health HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
                got.append(sock.recv(1000).split(b" ")[1].decode())
        yield server, (got == ["400", "400"], f"answered {' and '.join(got)}")


def ready_in_root(python: str) -> Iterator[tuple[Target, Outcome]]:
    """Start as a unit does that names no working folder."""
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        process = subprocess.Popen(
            [python, "-m", "shall", "serve", "--transport", "http", "--port", str(port)],
            cwd="/",
            env={**os.environ, "HOME": home, "STATE_DIRECTORY": home},
            stderr=subprocess.DEVNULL,
        )
        server = Target(port, process, Path("/"))
        try:
            until = time.monotonic() + 20
            while server.call("GET", "/health", token="")[0] != 200 and time.monotonic() < until:
                time.sleep(0.05)
            ready, _ = server.call("GET", "/ready", token="")
            works = '"status": "ok"' in server.tool("list_testcases", token="")
            held = (ready == 200) == works and works
            yield server, (held, f"/ready {ready}, tools {'work' if works else 'do not work'}")
        finally:
            process.kill()
            process.wait()


def broke(answer: str) -> bool:
    """Return whether an answer is an internal error, of a call or of a case."""
    return any(word in answer for word in ("INTERNAL", "case.internal", "fault of shall", "Memory"))


def reason(answer: str) -> str:
    """Return the first error message of an answer, else its beginning."""
    found = re.search(r'\\"(?:error_message|error|message)\\":\\"(.{10,90}?)\\"', answer)
    return found[1] if found else answer[40:110]


def timed(
    server: Target, attack: Callable[[], str], most_s: float = 20.0
) -> Iterator[tuple[Target, Outcome]]:
    """Run an attack, then SIGTERM; /health must answer within a second all the time."""
    begin = time.monotonic()
    got = attack()
    took = time.monotonic() - begin
    alive = server.process.poll() is None
    server.stop.set()
    server.process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.process.wait(15)
    left_s = time.monotonic() - begin
    held = alive and took < most_s and server.slowest_s < 1 and not broke(got)
    yield (
        server,
        (
            held,
            f"{took:.1f} s, {'alive' if alive else 'dead'}, SIGTERM {left_s:.1f} s: {reason(got)}",
        ),
    )


ATTACKS: dict[str, Callable[[str], Iterator[tuple[Target, Outcome]]]] = {
    attack.__name__.replace("_", "-"): attack
    for attack in (
        *(planted_module, planted_import, stolen_files, unread_bodies, dripping_bodies),
        *(unknown_keys, slow_patterns, large_json, expansion, odd_numbers, large_file),
        *(many_workspaces, shown_secrets, odd_hosts, ready_in_root),
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    parser.add_argument("--python", default=sys.executable, help="the installation to attack")
    arguments = parser.parse_args()
    lost = 0
    print(f"{'attack':16} {'held':5} {'peak MB':>8} {'/health s':>10}  what it got")
    for name in arguments.attacks or ATTACKS:
        try:
            for server, (held, got) in ATTACKS[name](arguments.python):
                lost += not held
                figures = f"{server.peak_mb:8.0f} {server.slowest_s:10.2f}"
                print(f"{name:16} {'yes' if held else 'NO':5} {figures}  {got}", flush=True)
        except NotStarted as error:
            lost += 1
            print(f"{name:16} NO    the server does not start: {str(error).strip()[-120:]}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
