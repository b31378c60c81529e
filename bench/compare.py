"""`shall run` beside hurl, pytest + httpx, Tavern, newman and Step CI, in interleaved rounds.

    bench/install-peers
    python bench/compare.py --svg docs/benchmarks.svg

Cases of 3 requests and 12 checks against `service.c`. A contender that is not installed is left
out, and so is one that would take minutes. Figures are the median of the rounds; a ratio is the
median of the ratios to the first contender within each round. Memory is the most that any one
process of a contender took.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import peers
from rounds import HERE

BENCH = HERE.parent / ".bench"
SHALL = [str(Path(sys.executable).with_name("shall")), "run"]
PYTEST = [str(BENCH / "venv/bin/pytest"), "-q", "-p", "no:cacheprovider"]
PLUGIN = [
    *("env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", sys.executable, "-m", "pytest", "-q"),
    *("-p", "no:cacheprovider", "-p", "shall.pytest_plugin", "tests/cases"),
]
SLOW = 200
"""Cases above which only shall and hurl are measured."""


@dataclass(frozen=True)
class Contender:
    """A runner: its command, what writes its files, and how many cases it is given at most."""

    name: str
    command: Sequence[str]
    write: Callable[[Path, int, str], None]
    most: int = 10_000
    least: int = 1


@dataclass(frozen=True)
class Measured:
    """One run: seconds of the clock and of the processors, and megabytes of its largest process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def contenders() -> Iterator[Contender]:
    """Yield those that are installed; hurl first, since the others are compared with it."""
    hurl = BENCH / "hurl"
    if hurl.exists():
        jobs = str(len(os.sched_getaffinity(0)))
        shell = ["sh", "-c", f"find . -name '*.hurl' | sort | xargs {hurl} --test --jobs {jobs}"]
        yield Contender("hurl", shell, peers.write_hurl)
    yield Contender("shall run", SHALL, peers.write_shall)
    yield Contender("shall run, one process", [*SHALL, "-j", "1"], peers.write_shall, least=200)
    yield Contender("shall, through pytest", PLUGIN, peers.write_shall, SLOW, least=200)
    if Path(PYTEST[0]).exists():
        yield Contender("pytest + httpx", PYTEST, peers.write_pytest, SLOW)
        yield Contender("Tavern", PYTEST, peers.write_tavern, SLOW)
    tools = BENCH / "node_modules/.bin"
    if (tools / "newman").exists():
        newman = [str(tools / "newman"), "run", "collection.json", "--silent"]
        yield Contender("newman", newman, peers.write_newman, SLOW)
    if (tools / "stepci").exists():
        yield Contender(
            "Step CI", [str(tools / "stepci"), "run", "workflow.yml"], peers.write_step_ci, SLOW
        )


def shall_variants() -> Iterator[Contender]:
    """Yield what `shall run` does beyond: evidence of criteria, and every report."""

    def write_linked(folder: Path, count: int, host: str) -> None:
        peers.write_shall(folder, count, host, linked=True)

    reports = ["--report-html", "r.html", "--report-junit", "r.xml", "--report-json", "r.json"]
    yield Contender("shall run, 200 criteria", SHALL, write_linked)
    yield Contender("shall run, all reports", [*SHALL, *reports], peers.write_shall)


def measure(command: Sequence[str], folder: Path) -> Measured:
    """Run a command that must succeed."""
    environ = {**os.environ, "STEPCI_DISABLE_ANALYTICS": "1", "NO_COLOR": "1"}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody runs without compiled modules
    with (folder / "out.txt").open("w") as out:
        before = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{(folder / 'out.txt').read_text()[-2000:]}")
    return Measured(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compare(
    chosen: Sequence[Contender], count: int, host: str, rounds: int, folder: Path
) -> dict[str, list[Measured]]:
    """Measure contenders with that many cases; each runs once to warm up."""
    found: dict[str, list[Measured]] = {}
    places = {}
    for number, contender in enumerate(chosen):
        if contender.least <= count <= contender.most:
            places[contender.name] = folder / f"{count}-{number}", contender.command
            contender.write(folder / f"{count}-{number}", count, host)
            measure(contender.command, folder / f"{count}-{number}")
    for _ in range(rounds):
        for name, (place, command) in places.items():
            found.setdefault(name, []).append(measure(command, place))
    return found


def table(found: Mapping[str, list[Measured]], base: str) -> list[str]:
    """Return lines of a Markdown table."""
    lines = []
    for name, runs in found.items():
        wall, cpu, peak = (
            statistics.median(getattr(run, field) for run in runs)
            for field in ("wall_s", "cpu_s", "peak_mb")
        )
        pairs = zip(runs, found[base], strict=True)
        ratio = statistics.median(run.wall_s / other.wall_s for run, other in pairs)
        lines.append(f"| {name} | {wall:.2f} s | {ratio:.1f} | {cpu:.2f} s | {peak:.0f} MB |")
    return lines


def picture(seconds: Mapping[int, Mapping[str, float]]) -> str:
    """Return bars of the seconds of each contender, a group for each number of cases."""
    width, label, row, y = 720, 190, 22, 10
    parts = []
    for count, values in seconds.items():
        longest = max(values.values())
        y += 18
        parts.append(f'<text x="0" y="{y}" class="h">{count:,} cases of 3 requests</text>')
        for name, value in values.items():
            y += row
            bar = max(1.0, value / longest * (width - label - 70))
            kind = "ours" if name.startswith("shall") else "peer"
            parts += [
                f'<text x="0" y="{y}">{name}</text>',
                f'<rect x="{label}" y="{y - 12}" width="{bar:.1f}" height="15" class="{kind}"/>',
                f'<text x="{label + bar + 6:.1f}" y="{y}">{value:.2f} s</text>',
            ]
        y += 16
    style = (
        "text{font:13px sans-serif;fill:#24292f}.h{font-weight:600}"
        ".ours{fill:#2f6f4f}.peer{fill:#8c959f}"
        "@media(prefers-color-scheme:dark){text{fill:#d0d7de}.ours{fill:#57ab7a}}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" role="img">'
    title = "<title>Seconds from the command to its end; shorter is better</title>"
    return f"{head}{title}<style>{style}</style>{''.join(parts)}</svg>\n"


@contextmanager
def service() -> Iterator[str]:
    """Start the service on a free port; yield its address."""
    command = [str(BENCH / "service")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
        if found is None:
            raise SystemExit("The service does not start: run bench/install-peers first.")
        yield found[0]
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[1, 200, 1000, 10_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these contenders")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the picture to FILE")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="draw what earlier runs printed")
    options = parser.parse_args()
    if options.draw:
        printed = map(json.loads, options.draw.read_text(encoding="utf-8").splitlines())
        drawn = {int(count): values for each in printed for count, values in each.items()}
        options.svg.write_text(picture(drawn), encoding="utf-8")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    chosen = [it for it in contenders() if not options.only or it.name in options.only]
    seconds: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, service() as host:
        for count in options.cases:
            rounds = options.rounds if count < 10_000 else min(3, options.rounds)
            more = shall_variants() if count == 1000 and not options.only else ()
            bare = [Contender("python -c pass", [sys.executable, "-c", "pass"], _nothing)]
            all_of_them = [*chosen, *more, *(bare if count == 1 else [])]
            found = compare(all_of_them, count, host, rounds, Path(name))
            print(f"\n{count:,} cases, {rounds} rounds\n")
            print("| runner | time | x of the first | processor | memory |")
            print("| --- | --- | --- | --- | --- |")
            print("\n".join(table(found, next(iter(found)))), flush=True)
            seconds[count] = {
                it: round(statistics.median(run.wall_s for run in runs), 3)
                for it, runs in found.items()
            }
    if options.svg:
        options.svg.write_text(picture(seconds), encoding="utf-8")
    print(json.dumps(seconds))


def _nothing(folder: Path, _count: int, _host: str) -> None:
    folder.mkdir(parents=True)


if __name__ == "__main__":
    main()
