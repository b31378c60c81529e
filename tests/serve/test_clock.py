"""A clock that an operator or a time server moves by an hour while the server works."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.logged import headers_of, logged, request
from tests.serve.test_calls import write_cases

pytestmark = pytest.mark.process


class Clock:
    """The date of a process; its monotonic clock goes on, as on a machine whose date is set."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(0)

    def move(self, seconds: int) -> None:
        """Set the date to so many seconds after the real one."""
        self._file.write_text(f"{seconds:+d}\n")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def library() -> Path:
    """Find the library behind the command ``faketime``: the one for programs with threads."""
    command = shutil.which("faketime")
    assert command is not None, "type: make services"
    return next(Path(command).parents[1].rglob("libfaketimeMT.so.1"))


@pytest.mark.verifies("reliability#4.1")
@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_a_clock_that_jumps_ends_nothing(
    project: Path, tmp_path: Path, service: Any, jump_s: int
) -> None:
    write_cases(project, 1, service.url, "/held")
    clock = Clock(tmp_path / "clock")
    with logged(project, **clock.environment) as served, httpx2.Client(timeout=60) as http:
        base = served.url.removesuffix("/mcp")

        def call(tool: str) -> dict[str, Any]:
            message = request("tools/call", {"name": tool, "arguments": {}})
            answer = http.post(served.url, json=message, headers=headers_of(message)).json()
            content: dict[str, Any] = answer["result"]["structuredContent"]
            return content

        connected = http.post(f"{base}/connect", json={}).json()["connection_id"]
        before = dated(http, base, connected)
        with ThreadPoolExecutor() as threads:
            running = threads.submit(call, "run_tests")
            service.wait_for(service.log.calls, "/held began")
            clock.move(jump_s)
            assert abs(dated(http, base, connected) - before - jump_s) < 1800  # it did jump
            service.release("/held")
            run = running.result()
        assert (run["passed"], 0 <= run["duration"] < 1800) == (1, True)
        listed = http.get(f"{base}/connections").json()["connections"]
        assert [(it["id"], it["errors"]) for it in listed] == [(connected, 0)]
        clock.move(0)
        assert http.post(f"{base}/heartbeat/{connected}").status_code == 200
        assert call("get_test_results")["results"][0]["status"] == "complete"
        statistics = call("get_mcp_metrics")
        assert 0 <= statistics["avg_latency_ms"] < 1_800_000
        log = served.stop()
    assert "Traceback" not in log, log


@pytest.mark.verifies("reliability#4.2")
def test_what_ran_after_the_date_was_set_back_is_what_the_matrix_tells(
    project: Path, tmp_path: Path, service: Any
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text(
        "### Requirement 1: Time\n\n#### Acceptance Criteria\n\n1. THE shop SHALL answer 200.\n"
    )
    case = project / "tests/cases/a.yaml"
    case.parent.mkdir(parents=True)
    clock = Clock(tmp_path / "clock")
    shown = []
    for seconds, status in ((3600, 200), (0, 418)):
        clock.move(seconds)
        case.write_text(CASE.format(host=service.url, status=status))
        run = [sys.executable, "-m", "shall", "run"]
        environment = {**os.environ, **clock.environment}
        subprocess.run(run, cwd=project, env=environment, capture_output=True, timeout=60)
        trace = [sys.executable, "-m", "shall", "trace"]
        matrix = subprocess.run(trace, cwd=project, capture_output=True, text=True, timeout=60)
        shown.append(matrix.stdout.split()[:2])
    assert shown == [["✓", "proved"], ["✗", "failing"]]


CASE = """
testcase:
  name: time
  verifies: [default#1.1]
  host: {host}
  steps: [{{id: one, path: /echo/, assert: [{{type: status_code, expected: {status}}}]}}]
"""


def dated(http: httpx2.Client, base: str, connection: str) -> float:
    """Return the server's date, which a heartbeat tells."""
    answer = http.post(f"{base}/heartbeat/{connection}")
    return datetime.fromisoformat(answer.json()["timestamp"]).timestamp()
