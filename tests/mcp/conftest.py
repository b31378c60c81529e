import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from tests.forked import Popen

from shall.actions.tool_access import EVERY_TOOL
from shall.mcp.server import build_server
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def spaces(project: Path) -> Iterator[Workspaces]:
    opened = open_workspaces(Settings(workspaces=(project,)))
    yield opened
    opened.close()


@pytest.fixture
async def client(spaces: Workspaces) -> AsyncIterator[Client]:
    """A client of an in-process server."""
    async with Client(build_server(spaces), mode="legacy") as connected:
        yield connected


@pytest.fixture
async def all_tools(spaces: Workspaces) -> AsyncIterator[Client]:
    """A client of a server that offers the tools of the workflow too."""
    async with Client(build_server(spaces, access=EVERY_TOOL), mode="legacy") as connected:
        yield connected


@pytest.fixture
def over_stdio(project: Path, forks: None) -> Connect:  # noqa: ARG001
    """Connects to ``shall serve`` as a real process."""

    @asynccontextmanager
    async def connect(
        *, mode: str = "legacy", command: tuple[str, ...] = ("-m", "shall", "serve")
    ) -> AsyncIterator[Client]:
        arguments = [*command, "--workspace", str(project)]
        parameters = StdioServerParameters(
            command=sys.executable, args=arguments, env=dict(os.environ)
        )
        with (project.parent / "stderr.log").open("w") as log:
            async with Client(stdio_client(parameters, errlog=log), mode=mode) as connected:
                yield connected

    return connect


def answer_of(result: Any) -> dict[str, Any]:
    """Give the envelope of a tool result; text and structured content tell the same."""
    text: dict[str, Any] = json.loads(result.content[0].text)
    structured: dict[str, Any] = result.structured_content
    assert text.keys() == structured.keys()
    return structured


@pytest.fixture
def answer() -> Callable[[Any], dict[str, Any]]:
    return answer_of


@pytest.fixture
def write_cases(project: Path) -> Callable[..., None]:
    """Writes cases of one request each."""

    def write(count: int, host: str, path: str = "/echo", expected: int = 200) -> None:
        folder = project / "tests/cases"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / f"case_{number:02}.yaml").write_text(
                f"""testcase:
  name: case {number}
  host: {host}
  steps:
    - id: get
      path: {path}
      method: GET
      assert:
        - {{type: status_code, expected: {expected}}}
"""
            )

    return write


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes of ours and ends them with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
