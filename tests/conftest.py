"""Fixtures that several folders of tests use."""

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpcore2
import httpx2
import pytest
import uvicorn
import yaml  # noqa: F401 - pytester drops what its runs import; yaml cannot be imported twice
from coverage.config import CoverageConfig
from hypothesis import HealthCheck, settings
from starlette.responses import Response
from tests.forked import Popen
from tests.untraced import untraced

from shall.bootstrap import open_workspace
from shall.cli.output import speak
from shall.settings import Settings
from shall.workspace.workspace import Workspace

pytest_plugins = ["pytester", "tests.tracer"]

# How long the first example takes depends on what else the machine does.
settings.register_profile("suite", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

HERE = Path(__file__).parent
_SETTINGS = "COVERAGE_PROCESS_CONFIG"
"""The variable in which coverage passes its settings on to processes."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Run three workers on two cores: a fifth of the time a test waits for another process."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return cores + cores // 2


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _english_terminal() -> Iterator[None]:
    """Show English again after a test that ran a command in another language."""
    yield
    speak("en")


@pytest.fixture(scope="session", autouse=True)
def process_coverage() -> dict[str, str]:
    """The environment that makes a process measure its coverage, taken out of our own.

    A measured process needs nearly a second more, so most that the tests start are not. What are
    measured do not look for the modules that never ran: our own process reports those.
    """
    names = [name for name in os.environ if name.startswith("COVERAGE_PROCESS_")]
    found = {name: os.environ.pop(name) for name in names}
    if _SETTINGS in found:
        config = CoverageConfig.deserialize(found[_SETTINGS])
        config.run_include = [f"{folder}/**" for folder in config.source or ()]
        config.source = None
        found[_SETTINGS] = config.serialize()
    return found


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, process_coverage: dict[str, str]) -> None:
    """Measures the coverage of the processes that a test starts."""
    for name, value in process_coverage.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks the commands of ours that libraries start (see ``tests/forked.py``)."""
    monkeypatch.setattr(subprocess, "Popen", Popen)


@pytest.fixture(scope="session", autouse=True)
def _one_ssl_context() -> Iterator[None]:
    """Let the tests' clients share a context: each would read all root certificates, for 60 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def _patient_clients() -> Iterator[None]:
    """Let the tests' clients wait for an answer as long as a busy machine needs, not 5 s."""
    with pytest.MonkeyPatch.context() as patch:
        for phase in ("connect", "read", "write", "pool"):
            patch.setattr(httpx2._config.DEFAULT_TIMEOUT_CONFIG, phase, 60)
        yield


class Service:
    """The service under test, at ``url``."""

    def __init__(self, url: str, log: Any) -> None:
        self.url = url
        self.log = log

    def calls_to(self, path: str) -> int:
        """Count the calls to a path since the test began."""
        return sum(call.endswith(path) for call in self.log.calls)

    def answer(self, name: str, body: bytes | str, kind: str, **more: Any) -> None:
        """Let ``/given/<name>`` answer this body of this content type."""
        headers = {"Content-Type": kind, **more.pop("headers", {})}
        self.log.given[name] = Response(body, headers=headers, **more)

    def release(self, path: str) -> None:
        """Let a held call go on."""
        self.log.released.append(path)

    def wait_for(self, what: list[str], entry: str) -> None:
        """Wait until the service noted something."""
        until = time.monotonic() + 60
        while entry not in what:
            assert time.monotonic() < until, f"the service never noted {entry}: {what}"
            time.sleep(0.005)  # another thread's list: there is nothing to wait on


@pytest.fixture(scope="session")
def _running_service() -> Iterator[Service]:
    # With its folder: a file of the same name elsewhere, such as that of the demo, is not it.
    spec = importlib.util.spec_from_file_location("service_under_test", HERE / "apps/service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app = module.make_app()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        module.Counting(app), log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    with untraced():
        thread.start()  # runs nothing of ours
    yield Service(f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.log)
    server.should_exit = True
    thread.join(60)
    listener.close()


@pytest.fixture
def service(_running_service: Service) -> Service:
    """The service under test, with an empty log."""
    log = _running_service.log
    for noted in (log.calls, log.headers, log.closed, log.released):
        noted.clear()
    _running_service.log.connections.clear()
    _running_service.log.given.clear()
    return _running_service


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in an empty folder, with its real store."""
    root = tmp_path / "project"
    root.mkdir()
    opened = open_workspace(root, Settings())
    yield opened
    opened.files.close()
    if opened.store is not None:
        opened.store.close()


@pytest.fixture
def write(workspace: Workspace) -> Callable[[str, str], None]:
    """Writes a file of the workspace."""
    return workspace.files.write_text
