"""`shall run --workers`: several processes, one run."""

import json
import math
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.made_results import case_result

from shall.actions.discovery import JobReader, Texts, case_files
from shall.actions.run import CASES_A_WORKER, execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_project
from shall.engine import worker_processes
from shall.engine.process_future import ProcessFuture
from shall.engine.stop import Stop
from shall.engine.worker_processes import Inbox, Sender
from shall.results.encoding import decode_case
from shall.results.events import CaseFinished
from shall.results.records import CriterionRef
from shall.settings import Settings
from shall.transport.exchange import Request
from shall.transport.http import pool
from shall.workspace.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

Shall = Callable[..., "subprocess.CompletedProcess[str]"]
WriteCase = Callable[..., None]

_OF_THE_RUN = {"run_id", "started_at", "duration_s", "timings", "response_headers", "worker"}


def _lasting(data: Any) -> Any:
    """Return results without what differs between any two runs."""
    if isinstance(data, dict):
        return {key: _lasting(it) for key, it in data.items() if key not in _OF_THE_RUN}
    return [_lasting(it) for it in data] if isinstance(data, list) else data


@pytest.mark.process
@pytest.mark.verifies("engine#6.1", "cases#11.2", "run-pages#1.12")
def test_workers_give_the_results_of_one_process(
    shall_process: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    for number in range(6):
        write_case(f"good{number}", f"/echo/{number}")
    write_case("bad", "/status/500", more='verifies: ["x#1.1"]')
    write_case("drawn", "'/echo/{{ uuid() }}/{{ random_str(16) }}'")
    service.answer("odd", '{"a": "\\ud800"}', "application/json")
    odd = "{id: get, path: /given/odd, assert: [{type: equals, field: a, expected: 1}]}"
    (project / "tests/cases/odd.yaml").write_text(f"testcase:\n  name: odd\n  steps: [{odd}]\n")
    (project / "tests/cases/unreadable.yaml").write_text("testcase: {name: 1, zzz: 2}\n")

    def run(workers: str) -> tuple[int, str, Any, Any]:
        ended = shall_process(
            *("run", "-j", workers, "--host", service.url, "--seed", "5"),
            *("--report-json", "r.json"),
        )
        whole = json.loads((project / "r.json").read_text())
        with closing(sqlite3.connect(project / ".shall/local/shall.db")) as database:
            stored = database.execute(
                "SELECT document FROM cases JOIN runs ON runs.id = cases.run WHERE run_id = ?"
                " ORDER BY case_key",
                (whole["run_id"],),
            ).fetchall()
        shown = re.sub(r"(< )?[\d.]+ m?s\b", "", ended.stdout.partition("\nrun ")[0])
        cases = [json.loads(document) for (document,) in stored]
        ran_by = {it.get("worker") for it in cases}
        assert ran_by == {None} if workers == "1" else ran_by <= {1, 2, 3}
        return ended.returncode, shown, _lasting(whole), _lasting(cases)

    alone, divided = run("1"), run("3")
    assert alone == divided
    assert alone[0] == 2
    assert len(alone[2]["cases"]) == len(alone[3]) == 10


@pytest.mark.process
@pytest.mark.verifies("engine#6.1")
def test_results_larger_than_what_a_pipe_holds_are_received_whole(
    shall_process: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("small")
    write_case("large")
    with (project / "tests/cases/large.yaml").open("a") as file:
        file.write(8000 * "        - {type: status_code, expected: 200}\n")

    ended = shall_process("run", "-j", "2", "--host", service.url, "--report-json", "r.json")

    assert ended.returncode == 0, ended.stderr
    cases = json.loads((project / "r.json").read_text())["cases"]
    counts = {it["name"]: len(it["steps"][0]["checks"]) for it in cases}
    assert counts == {"large": 8001, "small": 1}


@pytest.mark.verifies("engine#6.1")
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_results_of_which_a_part_is_there_are_received_whole(size: int) -> None:
    sent = [case_result(name=f"case {number}") for number in range(3)]
    of_worker, to_relay = os.pipe()
    relayed, of_relay = os.pipe()
    sender, inbox = Sender(to_relay), Inbox(relayed)
    sender.numbers += [4, 5, 6]
    for number, each in enumerate(sent):
        sender.take(CaseFinished(each, number))
    sender.tick(math.inf)
    os.close(to_relay)

    received = []
    while part := os.read(of_worker, size):
        os.write(of_relay, part)
        results, is_done = inbox.read(Stop())
        received += results
        assert not is_done
    os.close(of_relay)

    assert inbox.read(Stop()) == ([], True)
    assert [(number, decode_case(encoded)) for number, _, encoded in received] == [
        *zip(sender.numbers, sent, strict=True)
    ]
    for end in (of_worker, relayed):
        os.close(end)


@pytest.mark.process
@pytest.mark.verifies("engine#6.10")
def test_workers_give_the_evidence_of_one_process(
    shall_process: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    spec = project / "specs/shop/requirements.md"
    spec.parent.mkdir(parents=True)
    spec.write_text(
        "# Shop\n\n### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n"
        "1. WHEN an order is placed, THE shop SHALL confirm it.\n"
    )
    for number in range(4):
        write_case(f"linked{number}", more='verifies: ["shop#1.1"]')
    write_case("unknown", more='verifies: ["shop#7.7"]')
    write_case("unlinked")

    def run(workers: str) -> tuple[str, list[Any]]:
        ended = shall_process("run", "-j", workers, "--host", service.url)
        assert ended.returncode == 0, ended.stderr
        (log,) = (project / ".shall/evidence").glob("*.jsonl")
        facts = [json.loads(line) for line in log.read_text().splitlines()]
        log.unlink()
        for fact in facts:
            for name in ("at", "run_id", "duration_s"):
                del fact[name]
        return ended.stderr, sorted(facts, key=lambda it: it["source"])

    warned, facts = run("1")
    assert "shop#7.7" in warned
    assert [bool(it["criterion_fingerprint"]) for it in facts] == [True] * 4 + [False]
    assert run("3") == (warned, facts)


class Awaited(ProcessFuture):
    """Criteria that are there when somebody waits for them."""

    times_taken = 0

    def done(self) -> bool:
        return False

    def result(self) -> bytes:
        self.times_taken += 1
        return b'{"shop#1.1": ["shop#1.1", "ab12"]}'


@pytest.mark.verifies("engine#6.10", "engine#6.11")
@pytest.mark.parametrize("repeat", [1, 2])
def test_cases_are_read_before_the_criteria_are_there_and_run_after(
    write_case: WriteCase, project: Path, repeat: int
) -> None:
    for number in range(5):
        write_case(f"c{number}", more='verifies: ["shop#1.1"]')
    keys = [f"tests/cases/c{number}.yaml" for number in range(5)] * repeat
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(len(keys)):
            taken.append(number)
            yield number

    with closing(open_project(project, Settings())) as opened, closing(Awaited()) as awaited:
        reader = JobReader(opened)
        reader.criteria = awaited
        jobs = iter(reader.read_turns(keys, (), numbers(), repeat))

        first = next(jobs)

        assert taken == [*range(len(keys))]  # read ahead
        found = [first, *jobs]
        assert awaited.times_taken == 1
    assert [it.key for it in found] == keys
    assert {it.criteria for it in found} == {(CriterionRef("shop#1.1", "ab12"),)}


@pytest.mark.verifies("engine#6.13")
def test_a_run_with_workers_begins_before_its_cases(
    shall_process: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    for number in range(4):
        write_case(f"c{number}")
    command = ("run", "-j", "2", "--host", service.url, "--report-json", "r.json")
    shall_process(*command)
    before = service.calls_to("/echo")
    with (
        closing(sqlite3.connect(project / ".shall/local/shall.db")) as store,
        ThreadPoolExecutor() as threads,
    ):
        store.execute("BEGIN EXCLUSIVE")  # the run waits for it, its workers do not
        running = threads.submit(shall_process, *command)
        while service.calls_to("/echo") == before and not running.done():
            pass
        store.rollback()
        assert running.result().returncode == 0, running.result().stderr
    report = json.loads((project / "r.json").read_text())
    assert len(report["cases"]) == 4
    assert report["started_at"] <= min(it["started_at"] for it in report["cases"])


@pytest.mark.verifies("engine#6.12")
def test_no_process_takes_more_than_half_of_its_part_of_the_cases_before_the_criteria_are_there(
    write_case: WriteCase, project: Path
) -> None:
    for number in range(8):
        write_case(f"c{number}", more='verifies: ["shop#1.1"]')
    with closing(open_project(project, Settings())) as opened, closing(Awaited()) as awaited:
        texts = Texts()
        keys = case_files(opened, (), texts)
        reader = JobReader(opened, texts)
        future = reader.prepare_criteria(len(keys), 2)
        assert future is not None
        future.close()
        reader.criteria = awaited
        numbers = iter(range(8))
        next(iter(reader.read_turns(keys, (), numbers)))
        assert [*numbers] == [2, 3, 4, 5, 6, 7]


@pytest.mark.process
@pytest.mark.verifies("engine#6.2")
def test_workers_draw_different_random_values(
    shall_process: Shall, write_case: WriteCase, service: Any
) -> None:
    for number in range(6):
        write_case(f"c{number}", "'/echo/{{ random_str(16) }}'")
    assert shall_process("run", "-j", "3", "--host", service.url).returncode == 0
    drawn = [call for call in service.log.calls if "/echo/" in call]
    assert len(drawn) == 6
    assert len(set(drawn)) == 6


@pytest.mark.process
@pytest.mark.verifies("engine#6.3")
def test_the_case_of_a_worker_that_was_killed_is_an_error_and_the_others_run(
    write_case: WriteCase, service: Any, project: Path
) -> None:
    for name in ("a1", "a2"):
        write_case(name, "/held")
    for number in range(5):
        write_case(f"b{number}")
    with _running(project, "--concurrency", "2", "--host", service.url) as process:
        _wait_until(lambda: service.calls_to("/held began") == 2)
        os.kill(_children(process.pid)[0], signal.SIGKILL)
        service.release("/held")
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 3  # the case may be sound
    assert "6 passed, 0 failed, 1 error" in out
    assert "worker process" in out
    assert "Traceback" not in errors


@pytest.mark.process
@pytest.mark.verifies("engine#6.4", "cli#1.14")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_stop_and_tear_down_when_their_run_is_interrupted_or_killed(
    write_case: WriteCase, service: Any, project: Path, sent: signal.Signals
) -> None:
    write_case("hang", "/slow")
    write_case("quick")
    file = project / "tests/cases/hang.yaml"
    file.write_text(
        file.read_text()
        + "  teardowns:\n    - {id: t, operation_type: api, method: DELETE, path: /echo/undone}\n"
    )
    with _running(project, "--host", service.url) as process:
        service.wait_for(service.log.calls, "/slow began")
        workers = _children(process.pid)
        if sent is signal.SIGTERM:  # as a service manager sends it: to each process
            for pid in workers:
                os.kill(pid, sent)
        process.send_signal(sent)
        out, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    if sent is not signal.SIGKILL:
        assert process.returncode == 130
        assert "The run was interrupted" in out
    service.wait_for(service.log.closed, "/slow")
    _wait_until(lambda: service.calls_to("/echo/undone") == 1)
    _wait_until(lambda: not any(_lives(pid) for pid in workers))


@pytest.mark.verifies("engine#6.5")
def test_a_program_with_threads_forks_no_worker(
    workspace: Workspace,
    write: Callable[[str, str], None],
    service: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_processes, "WorkerProcesses", _refuse)
    step = "{id: get, path: /echo, method: GET}"
    for number in range(2 * CASES_A_WORKER):
        write(f"tests/cases/c{number}.yaml", f"testcase:\n  name: a\n  steps: [{step}]\n")
    request = RunRequest(host=service.url)  # the service runs in a thread
    assert execute(workspace, request).bad_total == 0


@pytest.mark.verifies("engine#6.9")
def test_workers_together_open_as_few_connections_at_once_as_one_process(
    workspace: Workspace, write: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    workloads: list[Any] = []

    def start(_count: int, workload: Any, *_: object) -> None:
        workloads.append(workload)
        raise OSError  # no process is left

    monkeypatch.setattr(worker_processes, "WorkerProcesses", start)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # as in the command
    for name in ("a", "b"):
        step = "{GET: /, expect: {status: 200}}"
        write(f"tests/cases/{name}.yaml", f"testcase: {{name: {name}, steps: [{step}]}}\n")
    defaults = replace(workspace.defaults, run_workers=2)
    execute(replace(workspace, defaults=defaults), RunRequest(host="http://127.0.0.1:1"))
    monkeypatch.setattr(pool, "NEXT_AFTER_S", 60)
    assert _opened_at_once(workspace.make_loop()) == 4
    assert _opened_at_once(workloads[0].make_loop()) == 2


def _opened_at_once(loop: Any) -> int:
    """Return how many connections ten requests open to a service that does not answer."""

    def work(url: str) -> Iterator[Any]:
        yield Request("GET", url)

    with closing(loop), socket.create_server(("127.0.0.1", 0), backlog=16) as service:
        service.setblocking(False)
        for _ in range(10):
            loop.start(work(f"http://127.0.0.1:{service.getsockname()[1]}/"))
        loop.step(time.monotonic() + 0.05)
        opened: list[socket.socket] = []
        with suppress(BlockingIOError):
            while True:
                opened.append(service.accept()[0])
        for each in opened:
            each.close()
        return len(opened)


def _refuse(*_: object) -> None:
    raise AssertionError("a process was forked")


@contextmanager
def _running(project: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "shall", "run", "--workers", "2", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it starts with & ignore SIGINT, and these tests with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _children(pid: int) -> list[int]:
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    """Return whether a process runs; one that ended may wait for init to take its exit status."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def _wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)  # of other processes there is nothing to wait on
