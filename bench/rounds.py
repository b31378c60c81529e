"""Interleaved rounds: every contender once a round, so that a busy machine is unfair to none."""

import json
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


def interleave(
    contenders: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Run each contender once to warm up, then once a round; give the seconds of each."""
    for contender in contenders.values():
        contender()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            seconds[name].append(contender())
    return seconds


def show(seconds: Mapping[str, list[float]], base: str) -> None:
    """Print medians, and ratios to the base as the median of the ratios of each round."""
    width = max(map(len, seconds))
    for name, times in seconds.items():
        ratio = statistics.median(t / b for t, b in zip(times, seconds[base], strict=True))
        print(f"{name:{width}}  {statistics.median(times):8.3f} s  {ratio:6.2f} x {base}")
    summary = {name: round(statistics.median(times), 4) for name, times in seconds.items()}
    print(json.dumps({"python": platform.python_version(), "base": base, "median_s": summary}))


def wall(command: list[str], folder: Path) -> float:
    """Run a command that must succeed; give its seconds from start to end."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


@contextmanager
def fast_server() -> Iterator[str]:
    """Start bench/fast_server.py on a free port; give its address."""
    command = [sys.executable, str(HERE / "fast_server.py"), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://[\w.:]+", line)
        if found is None:
            raise SystemExit(f"fast_server.py did not tell its address: {line!r}")
        yield found[0]
    finally:
        process.terminate()
        process.wait()
