import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.background_run import run_tests
from shall.actions.cases import list_cases
from shall.actions.results import past_runs, run_details
from shall.actions.run_request import RunRequest
from shall.actions.trace import trace_requirements
from shall.actions.workers import Workers
from shall.bootstrap import open_workspace
from shall.errors import BadValue, CaseNotFound, FolderNotFound, RunNotFound, StoreUnavailable
from shall.results.collected import Collected
from shall.results.events import CaseFinished, Emit, Event, RunFinished, RunStarted
from shall.results.records import Outcome, RunResult, RunStatus
from shall.settings import Settings
from shall.workspace.workspace import Workspace

pytestmark = pytest.mark.anyio

Write = Callable[[str, str], None]

REQUIREMENTS = """# Requirements

### Requirement 1: Stock

#### Acceptance Criteria

1. WHEN a product is read, THE Shop SHALL answer its stock.
2. THE Shop SHALL answer 404 for an unknown product.
3. THE Shop SHALL keep orders.
"""


async def run_whole(
    workspace: Workspace, request: RunRequest, emit: Emit | None = None, warn: Any = None
) -> RunResult:
    collected = Collected()

    def take(event: Event) -> None:
        collected.take(event)
        if emit is not None:
            emit(event)

    return collected.result(await run_tests(workspace, request, take, warn))


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/hang":
            self.server.asked.set()  # type: ignore[attr-defined]
            self.server.released.wait(20)  # type: ignore[attr-defined]
        body = json.dumps({"stock": 3}).encode()
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Shop)
        self.asked = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def shop() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def case(name: str, path: str, stock: int = 3, extra: str = "") -> str:
    return f"""testcase:
  name: {name}
  {extra}
  steps:
    - id: read
      path: {path}
      method: GET
      assert:
        - {{type: status_code, expected: 200}}
        - {{type: equals, field: stock, expected: {stock}}}
"""


@pytest.mark.verifies("store#1.1")
async def test_a_run_is_kept_whole_with_every_step_and_check(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/good.yaml", case("good", "/a"))
    write("tests/cases/bad.yaml", case("bad", "/a", stock=4))
    events: list[Event] = []

    result = await run_whole(workspace, RunRequest(host=shop.url), events.append)

    assert result.counts()[Outcome.PASSED] == 1
    assert result.counts()[Outcome.FAILED] == 1
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert sum(isinstance(event, CaseFinished) for event in events) == 2
    assert [run.run_id for run in past_runs(workspace)] == [result.run_id]
    details = run_details(workspace, "latest", "bad")
    assert details.run.status is RunStatus.COMPLETE
    [kept] = details.cases
    assert kept == next(found for found in result.cases if found.name == "bad")
    assert kept.steps[0].checks[1].actual == 3
    assert run_details(workspace, result.run_id).run.failed == 1


async def test_a_file_that_cannot_be_read_is_an_error_and_the_others_run(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/good.yaml", case("good", "/a"))
    write("tests/cases/broken.yaml", "testcase:\n  nam: x\n  steps: []\n")
    result = await run_whole(workspace, RunRequest(host=shop.url))
    assert result.counts() == {
        Outcome.PASSED: 1,
        Outcome.FAILED: 0,
        Outcome.ERROR: 1,
        Outcome.SKIPPED: 0,
    }
    broken = next(found for found in result.cases if found.case_key == "tests/cases/broken.yaml")
    assert broken.error is not None
    assert "broken.yaml:2" in broken.error.params["problems"]


async def test_tags_choose_cases(workspace: Workspace, write: Write, shop: _Server) -> None:
    write("tests/cases/a.yaml", case("a", "/a", extra="tags: [smoke]"))
    write("tests/cases/b.yaml", case("b", "/a", extra="tags: [slow, night]"))
    result = await run_whole(workspace, RunRequest(tags=["night", "x"], host=shop.url))
    assert [found.name for found in result.cases] == ["b"]
    with pytest.raises(CaseNotFound, match="tags"):
        await run_whole(workspace, RunRequest(tags=["nothing"]))


async def test_paths_choose_cases_each_once(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/a.yaml", case("a", "/a"))
    write("tests/cases/sub/b.yaml", case("b", "/a"))
    paths = ["tests/cases/sub", "tests/cases/sub/b.yaml"]
    result = await run_whole(workspace, RunRequest(paths=paths, host=shop.url))
    assert [found.case_key for found in result.cases] == ["tests/cases/sub/b.yaml"]


async def test_a_path_that_names_nothing_is_reported(workspace: Workspace, write: Write) -> None:
    with pytest.raises(FolderNotFound, match="shall init"):
        await run_whole(workspace, RunRequest())
    write("tests/cases/login.yaml", case("a", "/a"))
    with pytest.raises(CaseNotFound, match=r"Did you mean tests/cases/login\.yaml"):
        await run_whole(workspace, RunRequest(paths=["tests/cases/logim.yaml"]))
    with pytest.raises(RunNotFound):
        run_details(workspace, "latest")
    with pytest.raises(BadValue):
        past_runs(workspace, 0)


@pytest.mark.verifies("tracing#2.1")
async def test_what_a_run_says_about_criteria_shows_in_the_matrix(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("specs/stock/requirements.md", REQUIREMENTS)
    write("tests/cases/read.yaml", case("read", "/a", extra="verifies: [stock#1.1, stock#9.9]"))
    write("tests/cases/gone.yaml", case("gone", "/gone", extra="verifies: ['stock#1.2']"))

    def statuses() -> dict[str, str]:
        rows = trace_requirements(workspace).rows
        return {row.criterion.key: row.status.value for row in rows}

    assert statuses() == {"stock#1.1": "not run", "stock#1.2": "not run", "stock#1.3": "untested"}
    result = await run_whole(workspace, RunRequest(host=shop.url))
    assert statuses() == {"stock#1.1": "proved", "stock#1.2": "failing", "stock#1.3": "untested"}
    matrix = trace_requirements(workspace, "stock")
    assert [unknown.link.criterion for unknown in matrix.unknown] == ["stock#9.9"]
    assert matrix.rows[0].links[0].run_id == result.run_id
    assert result.cases[1].criteria[0].fingerprint == matrix.rows[0].criterion.fingerprint
    with pytest.raises(BadValue, match="Did you mean stock"):
        trace_requirements(workspace, "stok")


async def test_a_case_that_cannot_be_read_is_named_by_the_matrix(
    workspace: Workspace, write: Write
) -> None:
    write("specs/stock/requirements.md", REQUIREMENTS)
    write("tests/cases/broken.yaml", "testcase:\n  nam: x\n  steps: []\n")
    write("tests/test_broken.py", "verifies = (\n")
    problems = [str(problem) for problem in trace_requirements(workspace).problems]
    assert any("broken.yaml:2" in problem for problem in problems)
    assert any("test_broken.py" in problem for problem in problems)


async def test_a_file_that_is_no_text_is_an_error_of_its_own(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/good.yaml", case("good", "/a"))
    (workspace.root / "tests/cases/noise.yaml").write_bytes(b"\xff\xfe\x00")
    (workspace.root / "tests/test_noise.py").write_bytes(b"\xff\xfe verifies")
    result = await run_whole(workspace, RunRequest(host=shop.url))
    assert [found.outcome.value for found in result.cases] == ["passed", "error"]
    assert list_cases(workspace) == ["tests/cases/good.yaml", "tests/cases/noise.yaml"]
    problems = trace_requirements(workspace).problems
    assert [problem.span and problem.span.file for problem in problems] == [
        "tests/cases/noise.yaml",
        "tests/test_noise.py",
    ]


@pytest.mark.verifies("defences#4.7")
async def test_cancelling_a_run_waits_until_it_has_ended_and_is_recorded(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    undo = "  teardowns: [{id: undo, operation_type: api, method: GET, path: /undo}]\n"
    write("tests/cases/hang.yaml", case("hang", "/hang") + undo)
    running = asyncio.create_task(run_whole(workspace, RunRequest(host=shop.url)))
    await asyncio.to_thread(shop.asked.wait, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [run] = past_runs(workspace)
    assert run.status is RunStatus.INTERRUPTED
    [kept] = run_details(workspace, run.run_id).cases
    assert [it.outcome for it in kept.teardowns] == [Outcome.PASSED]


async def test_a_run_that_waits_gives_its_turn_to_others(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/hang.yaml", case("hang", "/hang"))
    workers = Workers(1)
    request = RunRequest(host=shop.url)
    running = asyncio.create_task(run_tests(workspace, request, turns=workers.turns))
    await asyncio.to_thread(shop.asked.wait, 10)
    assert await workers.call(int, "7") == 7
    shop.released.set()
    assert (await running).all_hold


@pytest.mark.verifies("store#1.6")
async def test_without_state_a_run_still_gives_its_results(tmp_path: Path, shop: _Server) -> None:
    (tmp_path / ".shall").write_text("a file where the state folder should be")
    workspace = open_workspace(tmp_path, Settings())
    assert workspace.state_warning is not None
    workspace.files.write_text("tests/cases/a.yaml", case("a", "/a"))
    result = await run_whole(workspace, RunRequest(host=shop.url))
    assert result.all_hold
    with pytest.raises(StoreUnavailable):
        past_runs(workspace)
    workspace.files.close()


async def test_a_store_that_fails_during_the_run_does_not_hide_the_results(
    workspace: Workspace, write: Write, shop: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    write("tests/cases/a.yaml", case("a", "/a", extra="verifies: ['x#1.1']"))
    assert workspace.store is not None
    workspace.store.close()
    (workspace.state / "evidence").rmdir() if (workspace.state / "evidence").is_dir() else None
    (workspace.state / "evidence").write_text("not a folder")
    shown: list[str] = []
    result = await run_whole(replace(workspace), RunRequest(host=shop.url), warn=shown.append)
    assert result.all_hold
    assert ["results of this run" in shown[0], "evidence of this run" in shown[1]] == [True, True]
    assert all(fault in caplog.text for fault in shown)


@pytest.mark.verifies("store#1.10")
async def test_the_last_results_of_a_run_wait_for_the_disk_with_its_end(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    write("tests/cases/a.yaml", case("a", "/a"))
    first = await run_whole(workspace, RunRequest(host=shop.url))
    with closing(sqlite3.connect(workspace.state / "local/shall.db")) as database:
        database.execute(
            "CREATE TRIGGER refused BEFORE UPDATE OF status ON runs"
            " BEGIN SELECT raise(ABORT, 'refused'); END"
        )
    shown: list[str] = []
    second = await run_whole(workspace, RunRequest(host=shop.url), warn=shown.append)

    assert "refused" in shown[0]
    assert len(run_details(workspace, first.run_id).cases) == 1
    assert run_details(workspace, second.run_id).cases == []


@pytest.mark.verifies("store#1.8")
async def test_no_secret_lies_anywhere_in_the_state(
    workspace: Workspace, write: Write, shop: _Server
) -> None:
    canary = "canary-77d1"
    text = f"""testcase:
  name: a
  verifies: ["x#1.1"]
  variables: {{password: {canary}}}
  steps:
    - id: read
      path: /a
      method: GET
      headers: {{Authorization: "Bearer {canary}", Cookie: "session={canary}"}}
      params: {{api_key: "{{{{ password }}}}"}}
"""
    write("tests/cases/a.yaml", text)
    result = await run_whole(workspace, RunRequest(host=shop.url))
    assert result.all_hold
    assert workspace.store is not None
    workspace.store.close()
    kept = [path for path in workspace.state.rglob("*") if path.is_file()]
    assert any(path.name == "shall.db" for path in kept)
    assert [path.name for path in kept if canary.encode() in path.read_bytes()] == []


def test_runs_in_threads_that_come_and_go_read_yaml(tmp_path: Path) -> None:
    """The YAML parser's memory must not belong to a thread that has ended."""
    program = """
import asyncio, pathlib
from shall.actions.run_request import RunRequest
from shall.actions.background_run import run_tests
from shall.bootstrap import open_workspace
from shall.settings import Settings
space = open_workspace(pathlib.Path("."), Settings(), keeps_state=False)
space.files.write_text("tests/cases/a.yaml", "testcase: {name: a, steps: [{id: a, path: /a}]}")
for _ in range(20):
    asyncio.run(run_tests(space, RunRequest(host="http://127.0.0.1:9")))
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert ended.returncode == 0
