"""Python files that lie in the workspace do not run in the server, however it is started."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.ports import free_port

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
TOKEN = "planted-token"
ON_FIRST_USE = ("yaml_rs", "regex", "markdown_it", "pycurl", "jwt", "limits", "sitecustomize")
AT_START = ("mcp_server_spec", "shall", "contextlib", "typing", "multiprocessing", "uvicorn")
SPEC = "### Requirement 1: A\n\n#### Acceptance Criteria\n\n1. WHEN asked, THE shop SHALL answer.\n"


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The folder in which each planted module that runs leaves a file."""
    folder = tmp_path / "ran"
    folder.mkdir()
    return folder


def plant(project: Path, ran: Path, names: Sequence[str]) -> None:
    """Write modules and packages that note that they ran, and end the process."""
    for name in names:
        code = f"open({str(ran / name)!r}, 'w').close()\nraise SystemExit(9)\n"
        (project / f"{name}.py").write_text(code)
        (project / name).mkdir()
        for file in ("__init__.py", "main.py", "asgi.py", "spawn.py"):
            (project / name / file).write_text(code)
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text(SPEC)


@contextmanager
def served(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    """Start a server and wait until it is ready; ``PORT`` in the command is a free port."""
    port = str(free_port())
    program, *arguments = command
    path = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
    kept = {name: it for name, it in os.environ.items() if not name.startswith(("MCP_", "SHALL_"))}
    process = subprocess.Popen(
        [path, *(part.replace("PORT", port) for part in arguments)],
        cwd=folder,
        env={**kept, "MCP_AUTH_TOKEN": TOKEN, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_until_ready(base: str, process: subprocess.Popen[str] | None = None) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{base}/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        if process is not None and process.poll() is not None:
            raise AssertionError(f"it ended: {process.communicate()[0]}")
        time.sleep(0.05)  # another process: there is nothing to wait on
    raise AssertionError(f"{base} was never ready")


def call(base: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool over REST, where a killed worker may have held the first connection."""
    url, headers = f"{base}/tools/{tool}", {"Authorization": f"Bearer {TOKEN}"}
    for _ in range(5):
        try:
            answer = httpx2.post(url, json={"arguments": arguments}, headers=headers, timeout=60)
        except httpx2.TransportError:
            continue
        assert answer.status_code == 200, answer.text
        return dict(json.loads(answer.json()["result"]["content"][0]["text"]))
    raise AssertionError(f"{url} is not answered")


def use(base: str) -> None:
    """Have the server read YAML, send a request, match a pattern, and read Markdown."""
    step = {"id": "a", "path": "/health", "method": "GET"}
    checks = [{"type": "regex", "field": "status", "expected": "h.*"}]
    case = {
        "name": "a",
        "host": base,
        "verifies": ["default#1.1"],
        "steps": [{**step, "assert": checks}],
    }
    path = "tests/cases/a.yaml"
    assert call(base, "write_testcase", yaml_path=path, testcase=json.dumps(case))["status"] == "ok"
    assert call(base, "run_tests", yaml_path=path)["passed"] == 1
    assert call(base, "trace_requirements")["counts"]["proved"] == 1


def workers_of(pid: int) -> set[int]:
    """The processes that serve: the resource tracker of multiprocessing is none of them."""
    shown = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines: dict[int, bytes] = {}
    for child in shown:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            lines[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes()
    return {child for child, line in lines.items() if b"resource_tracker" not in line}


def replace_workers(pid: int) -> None:
    """Kill every worker and wait for as many new ones."""
    before = workers_of(pid)
    assert before
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + 90
    while len(workers_of(pid) - before) < len(before):
        assert time.monotonic() < until, "the workers are not replaced"
        time.sleep(0.05)  # another process: there is nothing to wait on


GUNICORN = ("gunicorn", "-w", "1", "-k", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:PORT")
UVICORN = ("uvicorn", "--port", "PORT")
SERVE = ("shall", "serve", "--transport", "http", "--port", "PORT")
SPEC_DRIVEN = ("-m", "mcp_server_spec.main", "--transport", "http-stream", "--port", "PORT")


@pytest.mark.verifies("defences#1.1", "defences#1.2")
@pytest.mark.parametrize("app", ["mcp_server_spec.main:app", "shall.asgi:app"])
@pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=["uvicorn", "gunicorn"])
def test_other_servers_in_the_workspace_import_nothing_of_ours_from_it(
    project: Path, ran: Path, command: Sequence[str], app: str
) -> None:
    plant(project, ran, ON_FIRST_USE)
    with served([*command, app], project, {}) as (pid, base):
        if command is GUNICORN:
            replace_workers(pid)
            wait_until_ready(base)
        use(base)
    assert [*ran.iterdir()] == []


@pytest.mark.verifies("defences#1.1")
@pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=["uvicorn", "gunicorn"])
def test_other_servers_started_elsewhere_import_nothing_from_the_workspace(
    project: Path, ran: Path, tmp_path: Path, command: Sequence[str]
) -> None:
    plant(project, ran, [*ON_FIRST_USE, *AT_START])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = {"SHALL_WORKSPACES": str(project)}
    with served([*command, "mcp_server_spec.main:app"], elsewhere, named) as (pid, base):
        if command is GUNICORN:
            replace_workers(pid)
            wait_until_ready(base)
        use(base)
    assert [*ran.iterdir()] == []


@pytest.mark.verifies("defences#1.1")
def test_workers_of_ours_import_nothing_from_the_workspace(project: Path, ran: Path) -> None:
    plant(project, ran, [*ON_FIRST_USE, *AT_START])
    with served([*SERVE, "--workers", "2"], project, {}) as (pid, base):
        replace_workers(pid)
        wait_until_ready(base)
        use(base)
    assert [*ran.iterdir()] == []


@pytest.mark.verifies("defences#1.1")
def test_the_unit_of_document_d_imports_nothing_from_the_workspace(
    project: Path, ran: Path
) -> None:
    unit = (ROOT / "deploy/systemd/mcp-server.service").read_text()
    shown = dict(re.findall(r"^Environment=(PYTHON\w+)=(.*)$", unit, re.MULTILINE))
    assert shown
    plant(project, ran, [*ON_FIRST_USE, *AT_START])
    with served(["python", *SPEC_DRIVEN], project, shown) as (_, base):
        use(base)
    assert [*ran.iterdir()] == []


@pytest.mark.verifies("defences#1.1")
@pytest.mark.parametrize(
    "command",
    [SPEC_DRIVEN, ("-m", *SERVE)],
    ids=["mcp_server_spec", "shall"],
)
def test_a_command_of_document_d_as_written_imports_nothing_of_ours_on_use(
    project: Path, ran: Path, command: Sequence[str]
) -> None:
    plant(project, ran, ON_FIRST_USE)
    with served(["python", *command], project, {}) as (_, base):
        use(base)
    assert [*ran.iterdir()] == []


def test_the_image_of_document_d_has_what_the_unit_has() -> None:
    assert "\nENV PYTHONSAFEPATH=1\n" in (ROOT / "Dockerfile").read_text()


_SIGNALLED = """\
import itertools, signal, sys
from pathlib import Path
from shall.cli.commands import main

folder, *arguments = sys.argv[1:]
count = itertools.count()

def note(*_):
    file = Path(folder, str(next(count)))
    file.with_suffix(".part").write_text("\\n".join(sys.modules))
    file.with_suffix(".part").rename(file)

signal.signal(signal.SIGUSR1, note)
sys.exit(main(arguments))
"""


def modules_of(pid: int, file: Path) -> set[str]:
    os.kill(pid, signal.SIGUSR1)
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until, "the server does not tell its modules"
        time.sleep(0.02)  # another process: there is nothing to wait on
    return set(file.read_text().split())


@pytest.mark.verifies("defences#1.2")
def test_no_request_imports_a_module(project: Path, ran: Path, tmp_path: Path) -> None:
    plant(project, ran, [])
    modules = tmp_path / "modules"
    modules.mkdir()
    command = ["python", "-c", _SIGNALLED, str(modules), *SERVE[1:], "--workspace", str(project)]
    with served(command, tmp_path, {}) as (pid, base):
        before = modules_of(pid, modules / "0")
        assert "yaml_rs" in before
        use(base)
        broken = call(base, "write_testcase", yaml_path="tests/cases/b.yaml", testcase="a: [")
        assert broken["status"] == "error"
        wrong = {"name": "b", "steps": [{"id": "a", "pth": "/"}]}
        call(base, "write_testcase", yaml_path="tests/cases/b.yaml", testcase=wrong)
        call(base, "create_file", path="specs/design.md", content="x")
        for tool in ("list_testcases", "health_check", "get_mcp_metrics", "get_test_results"):
            call(base, tool)
        call(base, "get_test_results", run_id="latest", case="tests/cases/a.yaml")
        call(base, "get_testcase", yaml_path="tests/cases/a.yaml", mode="full")
        call(base, "read_file", path="specs/design.md")
        for form in ("csv", "md"):
            call(base, "trace_requirements", format=form)
        call(base, "write_unittest", yaml_path="tests/cases/a.yaml", unittest="x")
        call(base, "delete_testcase", yaml_path="tests/cases/a.yaml")
        token = {"Authorization": f"Bearer {TOKEN}"}
        for path in ("/info", "/metrics", "/prompts", "/openapi.json", "/api/runs", "/gone"):
            httpx2.get(f"{base}{path}", headers=token)
        httpx2.post(f"{base}/connect", json={}, headers=token)
        httpx2.post(f"{base}/mcp", json={"method": "x"}, headers=token)
        assert modules_of(pid, modules / "1") - before == set()
