import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.forked import Popen
from tests.serve.logged import Logged, logged

_LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


class Served:
    """A running ``shall serve --transport http``."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    @property
    def base(self) -> str:
        return self.url.removesuffix("/mcp")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def serve(project: Path) -> Iterator[Callable[..., Served]]:
    """Starts the server on a free port and waits until it says that it listens.

    ``memory`` bounds its address space, in bytes.
    """
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, memory: int | None = None, **environment: str) -> Served:
        python = (
            [sys.executable] if memory is None else [sys.executable, "-c", _LIMITED, f"{memory}"]
        )
        command = [*python, "-m", "shall", "serve", "--transport", "http", "--port", "0"]
        process = Popen(
            [*command, "--workspace", str(project), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"serves MCP at (\S+)", line)
            if found:
                return Served(process, found[1])
        raise AssertionError(f"the server ended with {process.wait()}")

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="package")
def shared_serve(
    tmp_path_factory: pytest.TempPathFactory, process_coverage: dict[str, str]
) -> Iterator[Callable[..., Logged]]:
    """Starts the server once for each set of settings, in an empty project of its own.

    For tests that leave the server running and its project alone. The servers end with the tests
    of this folder: until then each wakes up ten times a second, under coverage's tracer.
    """
    folder = tmp_path_factory.mktemp("project")
    started: dict[object, Logged] = {}
    with ExitStack() as stack:

        def run(*arguments: str, **environment: str) -> Logged:
            key = (arguments, frozenset(environment.items()))
            if key not in started:
                server = logged(folder, *arguments, **process_coverage, **environment)
                started[key] = stack.enter_context(server)
                stack.callback(started[key].stop)
            return started[key]

        yield run
