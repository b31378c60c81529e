"""What single features cost beside the bare library, or beside the plainest way to do the same.

python bench/features.py [schema order rows stream]

Seconds are CPU time of the process that checks; the service of the streams is another process.
"""

import json
import multiprocessing
import random
import resource
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import Any

import jsonschema_rs
import pycurl
from rounds import interleave, show

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.cases.data_file import read_rows
from shall.cases.model import Case
from shall.cases.reader import read_data
from shall.engine.budgets import Budget
from shall.engine.check import CaseContext, judge_check
from shall.engine.job import Job
from shall.engine.learning import Secrecy
from shall.engine.options import RunOptions
from shall.engine.plan import plan_case
from shall.engine.query import read_content
from shall.engine.redact import Redactor
from shall.engine.run import RunContext, run_jobs
from shall.engine.scope import Scope
from shall.results.records import Outcome
from shall.settings import Settings
from shall.transport.exchange import Response
from shall.transport.http.loop import CurlLoop
from shall.workspace.files import Files

EVENTS = 100_000
ROWS = 10_000
ITEMS = 1_000
ROUNDS = 5


def seconds(work: Callable[[], Any], times: int = 1) -> Callable[[], float]:
    """Return what carries out work, and returns its CPU time for one time."""

    def measured() -> float:
        started = process_time()
        for _ in range(times):
            work()
        return (process_time() - started) / times

    return measured


def checked(expect: Mapping[str, Any], body: Any) -> Callable[[], None]:
    """Return what checks a response that has been read, and must pass."""
    case = read_data({"name": "a", "steps": [{"GET": "/", "expect": expect}]})
    (call,) = plan_case(case, RunOptions(run_id="bench", host="http://h")).steps
    scope = Scope(budget=Budget())
    response = Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode(), "")
    content = read_content(response, scope.budget)
    files = Files(Path(tempfile.mkdtemp()))
    context = CaseContext(scope, files, Secrecy(Redactor(), scope))

    def check() -> None:
        for plan in call.checks:
            result = judge_check(plan, response, content, context)
            if result.outcome is not Outcome.PASSED:
                raise SystemExit(repr(result.message))

    return check


def schema() -> None:
    """Check a body of 100 orders by a schema."""
    order = {
        "type": "object",
        "required": ["id", "item", "lines"],
        "properties": {
            "id": {"type": "integer", "minimum": 1},
            "item": {"type": "string", "maxLength": 20},
            "lines": {"type": "array", "items": {"type": "number"}},
        },
    }
    text = {"type": "array", "items": order}
    body = [{"id": n + 1, "item": f"book {n}", "lines": [n / 4] * 5} for n in range(100)]
    library = jsonschema_rs.Draft202012Validator(text)
    contenders = {
        "shall: body: {schema: ...}": seconds(checked({"body": {"schema": text}}, body), 200),
        "jsonschema_rs": seconds(lambda: library.is_valid(body), 200),
    }
    show(interleave(contenders, ROUNDS), "jsonschema_rs")


def order() -> None:
    """Compare 1,000 items with as many in another order."""
    items = [{"id": n, "sku": f"B{n % 50}", "price": n / 4} for n in range(ITEMS)]
    mixed = json.loads(json.dumps(random.Random(7).sample(items, ITEMS)))

    def naive() -> None:
        rest = list(mixed)
        for item in items:
            rest.remove(item)

    contenders = {
        "shall: in_any_order": seconds(checked({"$": {"in_any_order": items}}, mixed)),
        "naive: list.remove": seconds(naive),
    }
    show(interleave(contenders, ROUNDS), "naive: list.remove")


def rows() -> None:
    """Read 10,000 rows of CSV, and run a case with each; print the memory that this takes."""
    text = "item,qty,note\n" + "".join(f"book {n},{n},a note of row {n}\n" for n in range(ROWS))
    import csv  # noqa: PLC0415 - the bare contender
    import io  # noqa: PLC0415 - as above

    contenders = {
        "shall: data: rows.csv": seconds(lambda: read_rows(text, "rows.csv")),
        "csv.DictReader": seconds(lambda: list(csv.DictReader(io.StringIO(text)))),
    }
    show(interleave(contenders, ROUNDS), "csv.DictReader")
    with tempfile.TemporaryDirectory() as folder, served(answers) as url:
        root = Path(folder)
        (root / "tests/cases").mkdir(parents=True)
        (root / "tests/cases/rows.csv").write_text(text)
        step = {"POST": "/", "json": {"item": "{{ row.item }}"}, "expect": {"status": 200}}
        case = {"testcase": {"name": "a", "host": url, "data": "rows.csv", "steps": [step]}}
        (root / "tests/cases/a.yaml").write_text(json.dumps(case))
        workspace = open_workspace(root, Settings(run_workers=1))
        before = _peak_mib()
        started = process_time()
        summary = execute(workspace, RunRequest())
        if summary.bad_total or summary.total != ROWS:
            raise SystemExit(repr(summary))
        print(f"run of {ROWS:,} rows: {process_time() - started:.2f} s CPU,", end=" ")
        print(f"{_peak_mib():.0f} MiB at most, {_peak_mib() - before:.0f} MiB more than before it")


def stream() -> None:
    """Read a stream of 100,000 events."""
    with served(events) as url:
        expect = {"events": {"length": EVENTS}, "$.events[-1].data.n": EVENTS - 1}
        step = {"GET": "/", "stream": True, "expect": expect}
        case = read_data({"name": "a", "host": url, "steps": [step]})

        def bare() -> bytes:
            read: list[bytes] = []
            curl = pycurl.Curl()
            curl.setopt(pycurl.URL, url)
            curl.setopt(pycurl.WRITEFUNCTION, read.append)
            curl.perform()
            curl.close()
            return b"".join(read)

        before = _peak_mib()
        contenders = {
            "bare libcurl": seconds(bare),
            "libcurl, split, json.loads": seconds(lambda: parsed(bare())),
        }
        interleave(contenders, 1)
        between = _peak_mib()
        ours = {"shall: stream: true": seconds(lambda: run_one(case))}
        measured = interleave({**ours, **contenders}, ROUNDS)
        show(measured, "libcurl, split, json.loads")
        fastest = min(measured["shall: stream: true"])
        print(f"{EVENTS / fastest:,.0f} events a second of CPU time;", end=" ")
        print(f"{between - before:.0f} MiB bare, {_peak_mib() - between:.0f} MiB more by shall")


def parsed(data: bytes) -> list[tuple[str, str, Any]]:
    """Parse a stream of events in the plainest way."""
    found = []
    for block in data.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


def run_one(case: Case) -> None:
    """Run one case, which must pass."""
    loop, files = CurlLoop(), Files(Path(tempfile.gettempdir()))
    try:
        context = RunContext(loop, files, lambda _: None)
        summary = run_jobs([Job("a", case)], 1, RunOptions(run_id="bench"), context)
    finally:
        loop.close()
        files.close()
    if summary.bad_total:
        raise SystemExit(repr(summary.bad[0].steps[0].error or summary.bad[0]))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def events(client: socket.socket) -> None:
    """Send the events, as fast as they are read."""
    client.recv(65536)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    part = [
        f'id: {n}\nevent: price\ndata: {{"n": {n}, "p": 1.5}}\n\n'.encode() for n in range(EVENTS)
    ]
    for start in range(0, EVENTS, 500):
        client.sendall(b"".join(part[start : start + 500]))


def answers(client: socket.socket) -> None:
    """Answer every request of a connection."""
    while client.recv(65536):
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


class served:  # noqa: N801 - a context
    """Starts a service in another process; gives its address."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        fork = multiprocessing.get_context("fork")
        self._process = fork.Process(target=self._serve, args=(answer,), daemon=True)

    def __enter__(self) -> str:
        self._process.start()
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._listening.close()

    def _serve(self, answer: Callable[[socket.socket], None]) -> None:
        from threading import Thread  # noqa: PLC0415 - in the process of the service alone

        def one(client: socket.socket) -> None:
            with client, suppress(OSError):
                answer(client)

        while True:
            client, _ = self._listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Thread(target=one, args=(client,), daemon=True).start()


BENCHES = {it.__name__: it for it in (schema, order, rows, stream)}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"--- {name}: {BENCHES[name].__doc__}")
        BENCHES[name]()
