"""Ctrl-C and SIGTERM where the end of a run would wait for something that does not end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WriteCase = Callable[..., None]

_QUERY = "testcase:\n  name: query\n  steps:\n    - sql: {query: SELECT 1}\n"
_STUCK = """
import os, signal, socket, sys, threading
from shall.__main__ import main

def look_up(*_, **__):
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()

socket.getaddrinfo = look_up
sys.argv = ["shall", "run"]
sys.exit(main())
"""


@pytest.mark.process
@pytest.mark.verifies("cli#1.15")
def test_a_call_that_nothing_can_stop_does_not_keep_the_command(project: Path) -> None:
    (project / "tests/cases").mkdir(parents=True, exist_ok=True)
    (project / "tests/cases/query.yaml").write_text(_QUERY)
    (project / "shall.yaml").write_text("databases: {shop: 'mysql://shop@db.example/shop'}\n")

    ended = subprocess.run(
        [sys.executable, "-c", _STUCK], cwd=project, capture_output=True, text=True, timeout=60
    )

    assert ended.returncode == 130, ended.stderr
    assert "The run was interrupted" in ended.stdout
    assert "\nrun " in ended.stdout  # it is stored
    assert ended.stderr == ""


@pytest.mark.process
@pytest.mark.verifies("engine#3.21", "cli#1.3")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_teardown_in_flight_ends_when_the_run_is_interrupted(
    write_case: WriteCase, service: Any, project: Path, workers: str
) -> None:
    write_case("hang", "/slow")
    write_case("held")
    file = project / "tests/cases/held.yaml"
    undo = "{id: undo, path: /echo/undone, method: DELETE}"
    held = "{id: held, path: /held, method: GET}"
    file.write_text(f"{file.read_text()}  teardowns:\n    - {undo}\n    - {held}\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "shall", "run", "-j", workers),
            *("--host", service.url, "--report-json", "r.json"),
        ],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as below
    )
    service.wait_for(service.log.calls, "/held began")
    service.wait_for(service.log.calls, "/slow began")
    process.send_signal(signal.SIGINT)
    service.wait_for(service.log.closed, "/slow")  # the step in flight was stopped
    service.release("/held")
    out, errors = process.communicate(timeout=60)

    assert process.returncode == 130, errors
    assert "The run was interrupted" in out
    cases = {it["name"]: it for it in json.loads((project / "r.json").read_text())["cases"]}
    assert cases["hang"]["outcome"] == "error"
    assert cases["held"]["outcome"] == "passed"
    assert [it["outcome"] for it in cases["held"]["teardowns"]] == ["passed", "passed"]
    assert service.calls_to("/held began") == 1
    assert service.calls_to("/echo/undone") == 1


@pytest.mark.process
@pytest.mark.verifies("cli#1.16")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_the_command_at_once(
    write_case: WriteCase, service: Any, project: Path, sent: signal.Signals
) -> None:
    write_case("hang", "/slow")
    file = project / "tests/cases/hang.yaml"
    teardown = "{id: t, operation_type: api, method: GET, path: /slow}"
    file.write_text(f"{file.read_text()}  teardowns:\n    - {teardown}\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "shall", "run", "--host", service.url],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        # A shell lets what it starts with & ignore SIGINT, and these tests with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    service.wait_for(service.log.calls, "/slow began")
    service.log.calls.clear()
    process.send_signal(sent)
    service.wait_for(service.log.calls, "/slow began")  # of the teardown
    process.send_signal(sent)
    out, errors = process.communicate(timeout=20)

    assert process.returncode == 130
    assert out == ""  # it did not wait for the teardown
    assert "Traceback" not in errors
