import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


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
    """Starts the server on a free port and waits until it says that it listens."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **environment: str) -> Served:
        command = [sys.executable, "-m", "shall", "serve", "--transport", "http", "--port", "0"]
        process = subprocess.Popen(
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
