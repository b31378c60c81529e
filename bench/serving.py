"""Calls a second: our server with every gate, against the SDK alone and against fastmcp.

Needs wrk and ab (`apt-get install wrk apache2-utils`). fastmcp is measured where a virtual
environment at .services/fastmcp has it:

    python -m venv .services/fastmcp
    .services/fastmcp/bin/pip install fastmcp==4.1.2 uvloop httptools

fastmcp is served as it comes (asyncio and h11, which its requirements install), and as fast as it
can be made (uvloop, httptools, no sessions, JSON only).

Every contender answers the same calls (MCP 2026-07-28: health_check, which has no arguments, and
list_testcases with some) once a round, for a few seconds each; a ratio is the median of the ratios
of each round. Exits with 1 where a target is missed.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from over_mcp import Server, started
from processes import free_port, serving
from rounds import HERE

TOKEN = "bench-" + "0" * 32
FASTMCP = HERE.parent / ".services/fastmcp/bin/python"
GATES = {
    "SHALL_AUTH_TOKEN": TOKEN,
    "SHALL_RATE": "1000000",
    "SHALL_RATE_BURST": "1000000",
    "SHALL_MAX_CONCURRENT": "1000",
}
QUIET = {"SHALL_LOG_LEVEL": "WARNING"}
CALLS: dict[str, dict[str, object]] = {
    "health_check": {},
    "list_testcases": {"test_type": "all", "limit": 5},
}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    },
}
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Authorization": f"Bearer {TOKEN}",
}
# Every answer is looked at: a server that refuses is fast, too.
WRK = """
wrk.method = "POST"
wrk.body = [==[{body}]==]
{headers}
function response(status, headers, body)
  if status ~= 200 or not string.find(body, '"status') then wrk.thread:stop() end
end
"""
Rates = dict[str, list[float]]


def ours(folder: Path, port: int) -> list[str]:
    """Return the command of our server."""
    serve = [sys.executable, "-m", "shall", "serve", "--transport", "http"]
    return [*serve, "--port", str(port), "--workspace", str(folder)]


def write_script(folder: Path, tool: str) -> Path:
    """Write what wrk sends."""
    sent = {**HEADERS, "Mcp-Name": tool}
    headers = "\n".join(f'wrk.headers["{name}"] = "{text}"' for name, text in sent.items())
    params = {**CALL["params"], "name": tool, "arguments": CALLS[tool]}
    script = folder / f"{tool}.lua"
    script.write_text(WRK.format(body=json.dumps({**CALL, "params": params}), headers=headers))
    return script


def wrk(url: str, script: Path, clients: int, seconds: float) -> tuple[int, float]:
    """Return the number of calls answered, and how many a second."""
    duration = f"{max(1, round(seconds))}s"
    command = ["wrk", "-t1", f"-c{clients}", f"-d{duration}", "-s", str(script), url]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", shown)
    count = re.search(r"(\d+) requests in", shown)
    if rate is None or count is None or "Non-2xx" in shown or "Socket errors" in shown:
        raise SystemExit(f"wrk {url}:\n{shown}")
    return int(count[1]), float(rate[1])


def over_http(folder: Path, options: argparse.Namespace, tool: str) -> Rates:
    """Return the calls a second of every contender over HTTP."""
    script = write_script(folder, tool)
    commands: dict[str, Callable[[int], list[str]]] = {
        "bare SDK": lambda port: _bare("http", str(port), folder),
        "bare SDK, JSON only": lambda port: _bare("json", str(port), folder),
        "shall": partial(ours, folder),
        "shall, no access log": partial(ours, folder),
    }
    if FASTMCP.exists():
        commands["fastmcp"] = lambda port: _fastmcp("as-it-comes", str(port), folder)
        commands["fastmcp, tuned"] = lambda port: _fastmcp("tuned", str(port), folder)
    with ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            port = free_port()
            environ = GATES if name.startswith("shall") else {}
            if name.endswith("no access log"):
                environ = {**GATES, **QUIET}
            running[name] = stack.enter_context(serving(command(port), port, environ))
        rates: Rates = {name: [] for name in running}
        for number in range(options.rounds + 1):
            for name, server in running.items():
                rate = wrk(server.url, script, options.clients, options.seconds)[1]
                if number:  # the first round warms up
                    rates[name].append(rate)
    return rates


def over_stdio(folder: Path, options: argparse.Namespace) -> Rates:
    """Return the calls a second over stdio, sixteen in flight."""
    serve = [sys.executable, "-m", "shall", "serve", "--workspace", str(folder)]
    commands = {"bare SDK": _bare("stdio", folder), "shall": serve}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(started(command, folder, {}))
            for name, command in commands.items()
        }
        rates: Rates = {name: [] for name in servers}
        for number in range(options.rounds + 1):
            for name, server in servers.items():
                rate = _stdio_rate(server, 1000)
                if number:
                    rates[name].append(rate)
    return rates


def _stdio_rate(server: Server, calls: int, in_flight: int = 16) -> float:
    asked = answered = 0
    begin = time.perf_counter()
    assert server.process.stdout
    while answered < calls:
        while asked < calls and asked - answered < in_flight:
            asked += 1
            server.last += 1
            server.send("tools/call", {"name": "health_check", "arguments": {}}, id=server.last)
        line = server.process.stdout.readline()
        answered += '"result"' in line
    return calls / (time.perf_counter() - begin)


def _fastmcp(*arguments: object) -> list[str]:
    ours_too = [sysconfig.get_path("purelib"), HERE.parent / "src"]
    return [str(FASTMCP), str(HERE / "fastmcp_http.py"), *map(str, [*arguments, *ours_too])]


def _bare(*arguments: object) -> list[str]:
    return [sys.executable, str(HERE / "bare_http.py"), *map(str, arguments)]


def health(folder: Path, options: argparse.Namespace) -> Rates:
    """Return the requests a second of /health, as `ab -n 1000 -c 10` tells them."""
    ports = {"uvicorn alone": free_port(), "shall": free_port()}
    bare = _bare("health", ports["uvicorn alone"], folder)
    with (
        serving(bare, ports["uvicorn alone"]),
        serving(ours(folder, ports["shall"]), ports["shall"], {**GATES, **QUIET}),
    ):
        rates: Rates = {name: [] for name in ports}
        for number in range(options.rounds + 1):
            for name, port in ports.items():
                rate = _ab(f"http://127.0.0.1:{port}/health")
                if number:
                    rates[name].append(rate)
    return rates


def _ab(url: str) -> float:
    command = ["ab", "-q", "-n", "1000", "-c", "10", url]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests per second:\s+([\d.]+)", shown)
    if rate is None or not re.search(r"Failed requests:\s+0\n", shown):
        raise SystemExit(f"ab {url}:\n{shown}")
    return float(rate[1])


def memory(folder: Path, options: argparse.Namespace) -> tuple[float, float]:
    """Return the memory after the first tenth of the calls and after all, in megabytes."""
    script = write_script(folder, "health_check")
    port = free_port()
    with serving(ours(folder, port), port, {**GATES, **QUIET}) as server:
        calls, first = 0, 0.0
        while calls < options.calls:
            calls += wrk(server.url, script, options.clients, options.seconds)[0]
            if not first and calls >= options.calls / 10:
                first = server.rss_mb()
        return first, server.rss_mb()


def compare(rates: Rates, base: str, other: str) -> float:
    """Return the median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(rates[other], rates[base], strict=True))


def show(title: str, rates: Rates, base: str) -> None:
    """Print medians and ratios."""
    print(f"\n{title}")
    for name, each in rates.items():
        ratio = compare(rates, base, name)
        spread = f"{min(each):.0f}-{max(each):.0f}"
        print(f"{name:22} {statistics.median(each):8.0f}/s  {spread:>13}  {ratio:5.2f} x {base}")


def measured(folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, float, float]]:
    """Measure what is asked for; give names, values and the least that they must be."""
    if "http" in options.parts:
        for tool in CALLS:
            rates = over_http(folder, options, tool)
            show(f"{tool} over HTTP, {options.clients} clients", rates, "bare SDK")
            yield f"{tool} / bare SDK", compare(rates, "bare SDK", "shall"), 0.9
            for name in (name for name in rates if name.startswith("fastmcp")):
                yield f"{tool} / {name}", compare(rates, name, "shall"), 2.0
    if "stdio" in options.parts:
        rates = over_stdio(folder, options)
        show("tools/call over stdio, 16 in flight", rates, "bare SDK")
        yield "stdio / bare SDK", compare(rates, "bare SDK", "shall"), 0.95
    if "health" in options.parts:
        rates = health(folder, options)
        show("/health by ab -n 1000 -c 10, no connection used twice", rates, "uvicorn alone")
        yield "/health by ab, requests/s", statistics.median(rates["shall"]), 7440
    if "memory" in options.parts:
        first, last = memory(folder, options)
        print(f"\nmemory: {first:.1f} MB after a tenth of the calls, {last:.1f} MB after all")
        yield "memory, first / last", first / last, 0.95


PARTS = ["http", "stdio", "health", "memory"]


def main() -> None:
    """Measure, print, and say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--calls", type=int, default=100_000)
    options = parser.parse_args()
    missing = [name for name in ("wrk", "ab") if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"{' and '.join(missing)} is not installed; see --help.")
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "tests/cases").mkdir(parents=True)
        figures = list(measured(Path(name), options))
    print()
    for label, value, least in figures:
        print(f"{'ok  ' if value >= least else 'MISS'}  {label}: {value:.2f}, wanted {least:g}")
    print(json.dumps({label: round(value, 3) for label, value, _ in figures}))
    sys.exit(any(value < least for _, value, least in figures))


if __name__ == "__main__":
    main()
