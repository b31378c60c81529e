"""The official Inspector's command line, as a client of ours over stdio and HTTP."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shall.mcp.prompts import PROMPT_NAMES

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("forks")]

SERVICES = Path(__file__).parents[2] / ".services"
INSPECTOR = SERVICES / "inspector/node_modules/.bin/mcp-inspector"


def inspect(*arguments: str) -> Any:
    assert INSPECTOR.exists(), "run scripts/install-test-services (make test does)"
    environ = {**os.environ, "PATH": f"{SERVICES / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    ended = subprocess.run(
        [str(INSPECTOR), "--cli", *arguments, "--connect-timeout", "100000"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environ,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture
def http_url(project: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "shall", "serve", "--transport", "http", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--workspace", str(project)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = re.search(r"http://\S+", process.stderr.readline())
    assert found
    yield found[0]
    process.terminate()
    process.communicate(timeout=20)


@pytest.mark.verifies("serve#1.9")
@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
def test_the_inspector_lists_and_calls(
    request: pytest.FixtureRequest,
    transport: str,
    project: Path,
    service: Any,
    write_cases: Callable[..., None],
) -> None:
    write_cases(2, service.url)
    if transport == "stdio":
        target = [sys.executable, "-m", "shall", "serve", "--workspace", str(project)]
        target = [target[0], *target[1:]]
    else:
        target = [request.getfixturevalue("http_url"), "--transport", transport]
    listed = inspect(*target, "--method", "tools/list")
    assert len(listed["tools"]) == 14
    called = inspect(*target, "--method", "tools/call", "--tool-name", "run_tests")
    assert called["structuredContent"]["passed"] == 2
    prompts = inspect(*target, "--method", "prompts/list")
    assert len(prompts["prompts"]) == len(PROMPT_NAMES)
