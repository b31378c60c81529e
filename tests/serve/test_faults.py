"""What befalls a server: a full disk, a locked store, a damaged one, a clock that jumps."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from tests.serve.full_disk import SmallDisk, SmallFiles, small_disk
from tests.serve.logged import headers_of, logged, request
from tests.serve.test_calls import write_cases

from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.store import sqlite

DATABASE = ".shall/local/shall.db"
CASE = "testcase:\n  name: old\n  host: http://a.example\n  steps: [{id: a, path: /}]\n"


class Caller:
    """Calls tools of a server over HTTP."""

    def __init__(self, http: httpx2.Client, url: str) -> None:
        self._http = http
        self._url = url

    def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        message = request("tools/call", {"name": tool, "arguments": arguments})
        answer = self._http.post(self._url, json=message, headers=headers_of(message)).json()
        content: dict[str, Any] = answer["result"]["structuredContent"]
        return content


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=60) as client:
        yield client


@pytest.mark.process
@pytest.mark.parametrize("kind", [SmallDisk, SmallFiles])
@pytest.mark.verifies("reliability#3.1")
def test_a_full_disk_takes_nothing_and_is_told(
    tmp_path: Path, http: httpx2.Client, service: Any, kind: type[SmallDisk | SmallFiles]
) -> None:
    folder = tmp_path / "small"
    with small_disk(folder, kind) as disk, logged(folder) as served:
        call = Caller(http, served.url)
        write_cases(folder, 1, service.url, "/echo")
        run = partial(call, "run_tests", yaml_path="tests/cases/case_00.yaml")
        write = partial(call, "write_testcase", yaml_path="tests/cases/written.yaml")
        assert write(testcase=CASE)["status"] == "ok"
        assert run()["passed"] == 1
        cases = {path: path.read_bytes() for path in (folder / "tests/cases").iterdir()}

        disk.fill(served.process.pid)
        refused = write(testcase=CASE.replace("old", "new" * 3000))
        assert refused["error_code"] == "MCP_FILE_UNAVAILABLE"
        assert disk.reason in refused["error_message"]
        assert {path: path.read_bytes() for path in (folder / "tests/cases").iterdir()} == cases
        unkept = run()  # what is asked is answered; only its record is missing
        assert unkept["passed"] == 1
        assert "the results of this run are not stored: The store" in unkept["warning"]
        served.wait_for(r"the results of this run are not stored: The store .*shall\.db")

        disk.free(served.process.pid)
        assert write(testcase=CASE.replace("old", "new"))["status"] == "ok"
        kept = run()
        assert kept["passed"] == 1
        assert "warning" not in kept
        assert [run["status"] for run in call("get_test_results")["results"]].count("complete") >= 2
        log = served.stop()
    assert "Traceback" not in log, log


@pytest.mark.anyio
@pytest.mark.verifies("reliability#3.2")
async def test_a_locked_store_delays_nothing_but_its_record(
    project: Path, service: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_S", 0.05)
    write_cases(project, 1, service.url, "/echo")
    spaces = open_workspaces(Settings(workspaces=(project,)))
    async with Client(build_server(spaces)) as client:
        await client.call_tool("health_check", {})
        other = sqlite3.connect(project / DATABASE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        run = await client.call_tool("run_tests", {})
        assert "not stored" in caplog.text
        assert "is locked by another process. Try again in a moment." in caplog.text
        other.execute("ROLLBACK")
        other.close()
        again = await client.call_tool("run_tests", {})
        history = await client.call_tool("get_test_results", {})
    spaces.close()
    answers = [answer.structured_content for answer in (run, again, history)]
    assert [answer["status"] for answer in answers if answer] == ["ok"] * 3
    assert ["warning" in answer for answer in answers if answer] == [True, False, False]
    assert answers[2] is not None
    assert len(answers[2]["results"]) == 1


@pytest.mark.process
@pytest.mark.verifies("reliability#3.3")
def test_a_damaged_store_is_told_and_repaired(
    project: Path, http: httpx2.Client, service: Any
) -> None:
    write_cases(project, 1, service.url, "/echo")
    with logged(project) as served:
        assert Caller(http, served.url)("run_tests")["passed"] == 1
        served.stop()
    damage(project / DATABASE)
    with logged(project) as served:
        call = Caller(http, served.url)
        told = call("get_test_results")
        assert told["error_code"] == "MCP_STORE_UNAVAILABLE"
        assert "Run `shall doctor --repair`" in told["error_message"]
        assert call("run_tests")["passed"] == 1
        log = served.stop()
    assert "Traceback" not in log, log
    command = [sys.executable, "-m", "shall", "doctor", "--repair", "--workspace", str(project)]
    repaired = subprocess.run(command, capture_output=True, text=True)
    assert list((project / DATABASE).parent.glob("shall.db.damaged-*")), repaired
    with logged(project) as served:
        call = Caller(http, served.url)
        assert call("run_tests")["passed"] == 1
        assert call("get_test_results")["results"][0]["status"] == "complete"
        served.stop()


def damage(database: Path) -> None:
    """Overwrite what follows the header: the schema and every row."""
    data = database.read_bytes()
    database.write_bytes(data[:100] + bytes(len(data) - 100))
