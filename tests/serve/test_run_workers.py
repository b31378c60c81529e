"""Large runs of a server: in processes of their own, with the results of one process."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins
from tests.serve.logged import headers_of
from tests.serve.test_calls import write_cases
from tests.serve.test_vanishing import RUN, sent

from shall.actions import run
from shall.actions.results import run_details
from shall.actions.run import CASES_A_PROGRAM, execute
from shall.actions.run_request import RunRequest
from shall.actions.trace import trace_requirements
from shall.engine.spawned_workers import WorkerProgram
from shall.engine.stop import Stop
from shall.results.records import Outcome, RunStatus, RunSummary
from shall.serve.worker_program import worker_program
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.specs.status import Status
from shall.workspace.workspace import Workspace

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="for Linux only")

Serve = Callable[..., Any]
OF_THE_RUN = {"run_id", "started_at", "duration_s", "timings", "response_headers", "worker"}
REQUIREMENTS = "### Requirement 1\n\n1. THE shop SHALL answer.\n"
UNDONE = "  teardowns:\n    - {id: t, operation_type: api, method: DELETE, path: /echo/undone}\n"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two cases be worth a process."""
    monkeypatch.setattr(run, "CASES_A_PROGRAM", 2)


@pytest.fixture
def opened(project: Path) -> Iterator[Callable[..., Workspace]]:
    """Opens the project as a server does."""
    closes: list[Callable[[], None]] = []

    def opened(program: WorkerProgram | None = None, **settings: Any) -> Workspace:
        made = Settings(workspaces=(project,), **settings)
        spaces = open_workspaces(made, worker_program=program or worker_program(made))
        closes.append(spaces.close)
        return spaces.choose(None)

    yield opened
    for close in closes:
        close()


def lasting(data: Any) -> Any:
    """Return results without what differs between any two runs."""
    if isinstance(data, dict):
        return {key: lasting(it) for key, it in data.items() if key not in OF_THE_RUN}
    return [lasting(it) for it in data] if isinstance(data, list | tuple) else data


@pytest.mark.process
@pytest.mark.usefixtures("few", "measured")
@pytest.mark.verifies("engine#6.6")
def test_processes_of_a_server_give_the_results_of_a_thread(
    opened: Callable[..., Workspace],
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(project)
    for planted in ("shall/__init__.py", "msgspec.py", "pickle.py"):  # imported by no process
        (project / planted).parent.mkdir(exist_ok=True)
        (project / planted).write_text("raise SystemExit(9)")
    write_cases(project, 6, service.url, "'/echo/{{ secret }}'")
    step = "{id: get, path: /status/500, assert: [{type: status_code, expected: 200}]}"
    (project / "tests/cases/bad.yaml").write_text(
        f"testcase: {{name: bad, host: '{service.url}', verifies: ['shop#1.1'], steps: [{step}]}}\n"
    )
    (project / "tests/cases/unreadable.yaml").write_text("testcase: {name: 1, zzz: 2}\n")
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(REQUIREMENTS)

    def results(workers: int) -> tuple[Any, Any, Any]:
        settings = {"secrets": ("secret",), "variables": {"secret": "c4nary-91"}}
        space = opened(run_workers=workers, **settings)
        summary = execute(space, RunRequest())
        cases = run_details(space, summary.run_id).cases
        stored = sorted((to_builtins(it) for it in cases), key=lambda it: it["case_key"])
        proofs = [row.status for row in trace_requirements(space).rows]
        return summary.counts(), lasting(stored), proofs

    alone, divided = results(1), results(2)
    assert alone == divided
    assert not caplog.records
    assert divided[2] == [Status.FAILING]
    assert "c4nary" not in str(divided)
    assert len({call for call in service.log.calls if "/echo/c4nary-91" in call}) == 1


@pytest.mark.process
@pytest.mark.usefixtures("few")
@pytest.mark.verifies("engine#6.7")
def test_a_cancelled_run_ends_its_processes_with_their_teardowns(
    opened: Callable[..., Workspace], service: Any, project: Path
) -> None:
    write_cases(project, 4, service.url, "/slow")
    for file in (project / "tests/cases").iterdir():
        file.write_text(file.read_text() + UNDONE)
    space, stop = opened(run_workers=2, variables={"key": "c4nary-92"}), Stop()
    ended: list[RunSummary] = []
    thread = threading.Thread(
        target=lambda: ended.append(execute(space, RunRequest(), stop=stop)), daemon=True
    )
    thread.start()
    wait_until(lambda: service.log.calls.count("/slow began") >= 2)
    wait_until(lambda: len(programs(os.getpid())) == 2)
    workers = programs(os.getpid())
    stop.request()
    thread.join(30)
    assert ended[0].status is RunStatus.INTERRUPTED
    service.wait_for(service.log.closed, "/slow")
    assert service.calls_to("/echo/undone") >= 2
    assert not any(lives(pid) for pid in workers)
    assert not any("c4nary" in shown for shown in workers.values())
    assert space.worker_program is not None
    assert not space.worker_program.free.locked()


@pytest.mark.process
@pytest.mark.usefixtures("few")
@pytest.mark.verifies("engine#6.8")
def test_a_run_whose_processes_do_not_start_takes_place_in_the_server(
    opened: Callable[..., Workspace],
    service: Any,
    project: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_cases(project, 4, service.url, "/echo")
    broken = WorkerProgram("shall.there_is_no_such_module", Settings(), threading.Lock())
    assert execute(opened(broken), RunRequest()).counts()[Outcome.PASSED] == 4
    assert "no worker process was started" in caplog.text
    caplog.clear()
    with broken.free:  # another run has processes
        assert execute(opened(broken), RunRequest()).counts()[Outcome.PASSED] == 4
    assert not caplog.records


@pytest.mark.verifies("engine#6.5")
def test_a_small_run_of_a_server_starts_no_process(
    opened: Callable[..., Workspace],
    service: Any,
    project: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_cases(project, 4, service.url, "/echo")
    broken = WorkerProgram("shall.there_is_no_such_module", Settings(), threading.Lock())
    assert execute(opened(broken, run_workers=8), RunRequest()).counts()[Outcome.PASSED] == 4
    assert not caplog.records


@pytest.mark.process
@pytest.mark.verifies("engine#6.7")
def test_the_processes_of_a_server_that_is_killed_stop_and_tear_down(
    serve: Serve, service: Any, project: Path
) -> None:
    write_cases(project, CASES_A_PROGRAM, service.url, "/slow")
    for file in (project / "tests/cases").iterdir():
        file.write_text(file.read_text() + UNDONE)
    served = serve()
    with sent(served.url, RUN, headers_of(RUN)):
        service.wait_for(service.log.calls, "/slow began")
        workers = programs(served.process.pid)
        assert workers
        served.process.kill()
        service.wait_for(service.log.closed, "/slow")
        wait_until(lambda: service.calls_to("/echo/undone") >= 1)
        wait_until(lambda: not any(lives(pid) for pid in workers))


def programs(parent: int) -> dict[int, str]:
    """Return the worker processes of a process, with their arguments and environment."""
    found = {}
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            shown = Path(f"/proc/{pid}/cmdline").read_text()
            if "shall.serve.run_worker" in shown:
                found[int(pid)] = shown + Path(f"/proc/{pid}/environ").read_text()
    return found


def lives(pid: int) -> bool:
    """Return whether a process runs; one that ended may wait for init to take its exit status."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)  # of other processes there is nothing to wait on
