"""Several processes behind one port."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp import Client
from tests.ports import free_port
from uvicorn import Config
from uvicorn.supervisors import multiprocess

from shall.serve.http import Worker

pytestmark = [pytest.mark.anyio, pytest.mark.process, pytest.mark.usefixtures("forks")]

Serve = Callable[..., Any]
TOKEN = "correct horse battery staple"


@pytest.mark.verifies("serve#5.1")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_any_worker_answers_any_client(shared_serve: Serve, mode: str) -> None:
    served = shared_serve("--workers", "2")
    for _ in range(6):  # each with a connection of its own
        async with Client(served.url, mode=mode) as client:
            assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.verifies("serve#5.3")
async def test_a_dead_worker_is_replaced(shared_serve: Serve) -> None:
    served = shared_serve("--workers", "2")
    await until(lambda: len(children(served.process.pid)) == 2)
    before = children(served.process.pid)
    os.kill(before[0], signal.SIGKILL)
    await until(lambda: len(set(children(served.process.pid)) - {before[0]}) == 2)
    async with Client(served.url) as client:
        assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.verifies("serve#5.6")
async def test_workers_end_when_their_parent_is_killed(serve: Serve) -> None:
    served = serve("--workers", "2")
    async with Client(served.url) as client:
        assert not (await client.call_tool("health_check", {})).is_error
    served.process.kill()
    await until(lambda: not answers(served.url))


@pytest.mark.verifies("live-pages#2.7")
async def test_a_run_over_rest_is_stopped_by_a_form_that_any_worker_takes(
    serve: Serve, project: Path
) -> None:
    case = project / "tests/cases/silent.yaml"
    case.parent.mkdir(parents=True)
    case.write_text("testcase: {name: silent, steps: [{id: get, method: GET, path: /}]}\n")
    base = serve("--workers", "2", MCP_AUTH_TOKEN=TOKEN).base
    token = {"Authorization": f"Bearer {TOKEN}"}
    # a connection for each request: the kernel chooses the worker
    browser = {"Accept": "text/html", "Origin": base, "Connection": "close"}
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,  # accepts, and never answers
        httpx2.Client(base_url=base, headers=browser, timeout=60) as http,
    ):
        assert http.post("/login", data={"token": TOKEN}).status_code == 303
        host = {"host": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        async with httpx2.AsyncClient(base_url=base, headers=token, timeout=60) as api:
            run = asyncio.create_task(api.post("/api/runs", json=host))
            await until(lambda: "data-live-run" in http.get("/runs").text)
            shown = [http.get("/runs") for _ in range(8)]
            assert [it.status_code for it in shown] == [200] * 8
            run_id = value_of("data-live-run", shown[0].text)
            page = http.get(f"/runs/{run_id}").text
            sent = {"form_token": value_of('name="form_token" value', page)}
            assert http.post(f"/runs/{run_id}/cancel", data=sent).status_code == 303
            answer = (await run).json()
        assert answer["run_id"] == run_id
        assert "interrupted" in answer["results"][0]["error_message"]
        assert http.get(f"/runs/{run_id}.json").json()["status"] == "interrupted"


def value_of(attribute: str, page: str) -> str:
    """Return the value of an attribute of a page."""
    found = re.search(rf'{attribute}="(\w+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.verifies("serve#5.8")
async def test_sighup_replaces_every_worker(shared_serve: Serve) -> None:
    served = shared_serve("--workers", "2")
    await until(lambda: len(children(served.process.pid)) == 2)
    before = set(children(served.process.pid))
    served.process.send_signal(signal.SIGHUP)
    await until(lambda: len(now := set(children(served.process.pid))) == 2 and not now & before)
    async with Client(served.url) as client:
        assert not (await client.call_tool("health_check", {})).is_error


@pytest.mark.verifies("serve#5.8")
def test_a_worker_has_its_server_before_its_parent_can_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    class Thread:
        def __init__(self, **_: Any) -> None: ...

        def start(self) -> None:
            begun.append("thread")

    class Server:
        def __init__(self, **_: Any) -> None:
            begun.append("server")

        def run(self, _sockets: list[socket.socket]) -> None:
            begun.append("run")

    monkeypatch.setattr(multiprocess, "Server", Server)
    monkeypatch.setattr(multiprocess, "threading", SimpleNamespace(Thread=Thread))
    Worker(Config("", log_config=None), []).target([])  # else it sets up logging in this process
    assert begun == ["server", "thread", "run"]


@pytest.mark.verifies("serve#5.2")
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--sessions", "yes"], "2 workers lose sessions"),
        (["--transport", "sse"], "SSE cannot be served by 2 workers"),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(flags: list[str], words: str) -> None:
    command = [sys.executable, "-m", "shall", "serve", "--transport", "http", "--workers", "2"]
    done = subprocess.run([*command, *flags], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Use --workers 1; or several instances" in done.stderr


def test_sse_without_sessions_is_refused() -> None:
    command = [sys.executable, "-m", "shall", "serve", "--transport", "sse", "--sessions", "no"]
    done = subprocess.run([*command, "--port", "0"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "SSE cannot be served without sessions" in done.stderr


@pytest.mark.verifies("serve#5.4")
@pytest.mark.parametrize("app", ["mcp_server_spec.main:app", "shall.asgi:app"])
@pytest.mark.parametrize(
    "command",
    [
        ["uvicorn", "--port", "PORT"],
        ["uvicorn", "--port", "PORT", "--workers", "2"],
        ["gunicorn", "-w", "2", "-k", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:PORT"],
    ],
    ids=["uvicorn", "workers", "gunicorn"],
)
async def test_both_applications_run_under_other_servers(
    project: Path, app: str, command: list[str]
) -> None:
    with started(command, app, project) as url:
        for mode in ("legacy", "2026-07-28"):
            for _ in range(4):
                async with Client(f"{url}/mcp", mode=mode) as client:
                    names = {tool.name for tool in (await client.list_tools()).tools}
                    assert "read_file" in names
        async with httpx2.AsyncClient() as http:
            assert (await http.get(f"{url}/health")).status_code == 200
            foreign = await http.get(f"{url}/health", headers={"Origin": "https://evil.example"})
            assert foreign.status_code == 403


@pytest.mark.verifies("serve#5.7")
@pytest.mark.parametrize("app", ["mcp_server_spec.main:app", "shall.asgi:app"])
@pytest.mark.parametrize(
    "command",
    [
        ["uvicorn", "--port", "0"],
        ["gunicorn", "-w", "2", "-k", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:0"],
    ],
    ids=["uvicorn", "gunicorn"],
)
def test_other_servers_end_with_a_line_where_a_setting_is_wrong(
    project: Path, app: str, command: list[str]
) -> None:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [str(program), *command[1:], app],
        cwd=project,
        env={**os.environ, "MCP_PORT": "abc"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    assert "shall: environment MCP_PORT: server_port is abc: not a whole number." in done.stderr
    assert "InvalidSetting" not in done.stderr  # in a traceback; gunicorn may show one of its own


def answers(url: str) -> bool:
    """Return whether anything takes connections there; one that ends just now resets them."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=60).close()
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        return True
    return True


@contextlib.contextmanager
def started(command: list[str], app: str, folder: Path) -> Iterator[str]:
    """Start a server and wait until its port answers."""
    port = str(free_port())
    program = Path(sys.executable).with_name(command[0])
    arguments = [part.replace("PORT", port) for part in command[1:]]
    process = subprocess.Popen(
        [str(program), *arguments, app],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for_port(int(port), process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        shown = process.communicate(timeout=20)[0]
    assert "Traceback" not in shown, shown


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)  # another process: nothing to wait on but its port
    raise AssertionError(f"it did not start: {process.communicate()[0]}")


def children(pid: int) -> list[int]:
    """Return the processes that serve: the resource tracker of multiprocessing is none of them."""
    shown = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines: dict[int, bytes] = {}
    for child in shown:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            lines[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes()
    return [child for child, line in lines.items() if b"resource_tracker" not in line]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not holds():  # noqa: ASYNC110 - another process: nothing to wait on
            await asyncio.sleep(0.05)
