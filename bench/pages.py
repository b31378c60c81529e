"""Our pages of a run beside the reports of Playwright and Allure 3: size, and time to open.

    bench/install-peers            # the service
    scripts/install-test-services  # Node, Chromium, Playwright for Python
    python bench/pages.py --cases 100 10000

Cases of 3 requests and 12 checks, of which one in a hundred fails. Ours are run against the service
and stored; Allure 3 reads our ``report --allure`` of the same run. Playwright's report has as many
tests of three steps and eight checks without a request: 100 are run, and repeated in its blob
report with other names, since running 10,000 takes it a quarter of an hour.

A time is from the start of the navigation until the first case of the list is shown, the median of
five, each in a new context. Playwright's file and ours are opened from the disk; Allure's loads
its data with requests, so it is served by a web server of Python.
"""

import argparse
import functools
import http.server
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peers
from compare import service

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.tabs import chromium  # noqa: E402 - found on the path just made

PEERS = ROOT / ".bench" / "reports"
SHALL = [sys.executable, "-m", "shall"]
ROUNDS = 5
BLOB = 100
"""Tests of Playwright that are really run."""

SPEC = """\
const { test, expect } = require('@playwright/test');
for (let n = 1; n <= 100; n++) {
  test(`case ${n}`, async () => {
    await test.step('login', async () => {
      const answer = { token_type: 'bearer', user: { id: n, name: `user${n}` } };
      expect(200).toBe(200);
      expect(answer.token_type).toBe('bearer');
      expect(answer.user.id).toBe(n);
      expect(answer.user.name).toBe(n % 100 ? `user${n}` : 'nobody');
    });
    await test.step('user', async () => { expect(200).toBe(200); expect(n).toBe(n); });
    await test.step('order', async () => { expect(201).toBe(201); expect(2).toBe(2); });
  });
}
"""


def node(folder: Path, script: str, *arguments: str, may_fail: bool = False) -> None:
    """Run a program of the peers with the Node of the tests."""
    node_path = ROOT / ".services" / "bin" / "node"
    command = [str(node_path), str(PEERS / "node_modules" / script), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise SystemExit(done.stdout + done.stderr)


def install_peers() -> None:
    """Install the peers from their lock, once."""
    source = ROOT / "bench" / "peers" / "reports"
    lock = (source / "package-lock.json").read_bytes()
    if (PEERS / "package-lock.json").exists() and (
        PEERS / "package-lock.json"
    ).read_bytes() == lock:
        return
    shutil.rmtree(PEERS, ignore_errors=True)
    shutil.copytree(source, PEERS)
    npm = ROOT / ".services" / "bin" / "npm"
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    environment = {**os.environ, "PATH": f"{npm.parent}:{os.environ['PATH']}"}
    subprocess.run([npm, "ci", "--prefix", PEERS, *flags], env=environment, check=True)


def run_ours(folder: Path, count: int) -> None:
    """Run the cases; write the page, and results for Allure."""
    folder.mkdir()
    (folder / "shall.yaml").write_text("")
    with service() as host:
        peers.write_shall(folder, count, host)
        for n in range(100, count + 1, 100):
            case = folder / "tests" / "cases" / f"case_{n:05}.yaml"
            case.write_text(case.read_text().replace(f"expected: user{n}}}", "expected: nobody}"))
        subprocess.run([*SHALL, "run"], cwd=folder, capture_output=True, check=False)
    report = [*SHALL, "report", "--html", "page.html", "--allure", "allure-results"]
    subprocess.run(report, cwd=folder, capture_output=True, check=True)


def make_playwright(folder: Path, count: int) -> Path:
    """Run 100 tests, repeat them in the blob, and make the report of it."""
    folder.mkdir()
    (folder / "cases.spec.js").write_text(SPEC)
    (folder / "playwright.config.js").write_text("module.exports = { workers: 1 };")
    (folder / "node_modules").symlink_to(PEERS / "node_modules")
    blob = folder / "blob"
    os.environ["PLAYWRIGHT_BLOB_OUTPUT_DIR"] = str(blob)
    os.environ["PLAYWRIGHT_HTML_OPEN"] = "never"
    os.environ["PLAYWRIGHT_HTML_OUTPUT_DIR"] = str(folder / "report")
    cli = "@playwright/test/cli.js"
    node(folder, cli, "test", "--reporter=blob", may_fail=True)
    [archive] = blob.glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read("report.jsonl").decode().splitlines()
    archive.unlink()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("report.jsonl", "\n".join(repeated(lines, count // BLOB)) + "\n")
    node(folder, cli, "merge-reports", "--reporter=html", str(blob))
    return folder / "report"


def repeated(lines: list[str], times: int) -> Iterator[str]:
    """Yield the events of a blob report, those of tests several times with other ids."""
    for line in lines:
        event = json.loads(line)
        if event["method"] == "onProject":
            [suite] = event["params"]["project"]["suites"]
            suite["entries"] = [renamed(it, n) for n in range(times) for it in suite["entries"]]
            yield json.dumps(event)
        elif event["method"].startswith(("onTest", "onStep", "onAttach")):
            for n in range(times):
                yield re.sub(
                    r'("(?:testId|resultId|id|parentStepId)":"\w[\w-]*)', rf"\g<1>{n:03}", line
                )
        else:
            yield line


def renamed(entry: dict[str, Any], n: int) -> dict[str, Any]:
    """Return a test with another id and number."""
    number = n * BLOB + int(entry["title"].removeprefix("case "))
    return {**entry, "testId": f"{entry['testId']}{n:03}", "title": f"case {number}"}


@contextmanager
def static(folder: Path) -> Iterator[str]:
    """Serve a folder; yield its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve our pages of a project; yield the address of its only run."""
    command = [*SHALL, "serve", "--transport", "http", "--port", "0", "--workspace", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    base = next(it[1] for line in process.stderr if (it := re.search(r"at (http\S+)/mcp", line)))
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    listed = subprocess.run(
        [*SHALL, "report", "--format", "json"], cwd=folder, capture_output=True, check=True
    )
    yield f"{base}/runs/{json.loads(listed.stdout)['run_id']}"
    process.terminate()
    process.wait()
    drain.join()


def opened_ms(browser: Any, address: str, first: str) -> float:
    """Return how long a page takes until an element is shown, the median of five.

    It is infinite where a page shows none within a minute.
    """
    from playwright.sync_api import TimeoutError as NotShownError  # noqa: PLC0415 - see chromium()

    times = []
    for _ in range(ROUNDS):
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(address, wait_until="commit")
        try:
            page.locator(first).first.wait_for(timeout=60_000)
            times.append(page.evaluate("performance.now()"))
        except NotShownError:
            return math.inf
        finally:
            context.close()
    return statistics.median(times)


def size_of(path: Path) -> tuple[int, int]:
    """Return the bytes and the number of the files."""
    files = [path] if path.is_file() else [it for it in path.rglob("*") if it.is_file()]
    return sum(it.stat().st_size for it in files), len(files)


def measure(browser: Any, folder: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield the figures of each report of so many cases."""
    ours = folder / "ours"
    run_ours(ours, count)
    page = ours / "page.html"
    row = "[data-row], .case"
    yield figures("shall report", count, size_of(page), opened_ms(browser, page.as_uri(), row))
    with served(ours) as address:
        yield figures("shall serve", count, None, opened_ms(browser, address, row))
    report = make_playwright(folder / "playwright", count)
    index = (report / "index.html").as_uri()
    shown = opened_ms(browser, index, ".chip-header, .test-file-test")
    yield figures("Playwright", count, size_of(report), shown)
    node(ours, "allure/cli.js", "generate", "allure-results", "-o", str(folder / "allure"))
    with static(folder / "allure") as address:
        shown = opened_ms(browser, address, "[data-testid=tree-leaf], [data-testid=tree-group]")
    yield figures("Allure 3", count, size_of(folder / "allure"), shown)


def figures(name: str, count: int, size: tuple[int, int] | None, shown_ms: float) -> dict[str, Any]:
    """Print a line; return it as data."""
    stored = "" if size is None else f"{size[0] / 1e6:8.2f} MB {size[1]:6} files"
    print(f"{name:14} {count:6} cases  {stored:28} {shown_ms:8.0f} ms", flush=True)
    return {"report": name, "cases": count, "size": size, "shown_ms": shown_ms}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, nargs="+", default=[100, 10_000])
    counts = parser.parse_args().cases
    install_peers()
    found = []
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        for count in counts:
            folder = Path(name) / str(count)
            folder.mkdir()
            found += measure(browser, folder, count)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
