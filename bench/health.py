"""How fast /health answers while a large run goes on in the same server.

Measures idle, during a run in a thread of the server (``SHALL_RUN_WORKERS=1``) and during a run in
processes that the server starts (as it does by itself), in interleaved rounds. The service is that
of ``compare.py`` (bench/install-peers). A probe is one GET on a connection that stays open, every
five milliseconds.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from compare import service
from peers import write_shall
from processes import free_port, serving

PAUSE_S = 0.005
IDLE_S = 3.0
KINDS = {"in a thread": "1", "in processes": "auto"}


def probe(port: int, is_over: Callable[[], bool]) -> list[float]:
    """Return the milliseconds that each answer of /health took, until it is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/health")  # the first one waits for the start of the server
    connection.getresponse().read()
    took = []
    while not is_over():
        start = time.perf_counter()
        connection.request("GET", "/health")
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"/health answered {response.status}")
        took.append((time.perf_counter() - start) * 1000)
        time.sleep(PAUSE_S)
    return took


def run_all(port: int, count: int) -> float:
    """Run all cases of the workspace by one call; return the seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    connection.request("POST", "/api/runs", "{}", {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    if answer.get("passed") != count:
        raise SystemExit(f"the run answered {str(answer)[:500]}")
    return time.perf_counter() - start


def measure(folder: Path, count: int, workers: str) -> tuple[list[float], list[float], float]:
    """Return what /health took idle and during a run, and the seconds of the run."""
    port = free_port()
    command = [sys.executable, "-m", "shall", "serve", "--transport", "http"]
    command += ["--port", str(port), "--workspace", str(folder)]
    environ = {"SHALL_RUN_WORKERS": workers, "SHALL_LOG_LEVEL": "WARNING"}
    with serving(command, port, environ):
        until = time.monotonic() + IDLE_S
        idle = probe(port, lambda: time.monotonic() > until)
        seconds: list[float] = []
        running = threading.Thread(target=lambda: seconds.append(run_all(port, count)))
        running.start()
        during = probe(port, lambda: not running.is_alive())
        running.join()
    return idle, during, seconds[0]


def figures(took: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum."""
    cuts = statistics.quantiles(took, n=100)
    return {"p50_ms": cuts[49], "p99_ms": cuts[98], "max_ms": max(took)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, list[float]] = {"idle": []}
    runs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, service() as host:
        folder = Path(name)
        write_shall(folder, options.cases, host)
        for _ in range(options.rounds):
            for kind, workers in KINDS.items():
                idle, during, seconds = measure(folder, options.cases, workers)
                found["idle"] += idle
                found.setdefault(kind, []).extend(during)
                runs.setdefault(kind, []).append(seconds)
    print(f"{options.cases} cases, {os.cpu_count()} processors, {options.rounds} rounds")
    reported = {kind: figures(took) for kind, took in found.items()}
    for kind, each in reported.items():
        shown = "  ".join(f"{label} {value:7.2f}" for label, value in each.items())
        run = f"  run {statistics.median(runs[kind]):.1f} s" if kind in runs else ""
        print(f"{kind:14} {shown}{run}")
    print(
        json.dumps({kind: {k: round(v, 2) for k, v in it.items()} for kind, it in reported.items()})
    )


if __name__ == "__main__":
    main()
