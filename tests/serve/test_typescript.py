"""The official TypeScript client over every transport."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.serve.certificates import Authority

from shall.mcp.prompts import PROMPT_NAMES

pytestmark = pytest.mark.process

SERVICES = Path(__file__).parents[2] / ".services"
CLIENT = Path(__file__).with_name("typescript.cjs")
Serve = Callable[..., Any]


def client(transport: str, *target: str, **environment: str) -> Any:
    folder = SERVICES / "typescript"
    assert (folder / "node_modules").exists(), "run scripts/install-test-services"
    ended = subprocess.run(
        [str(SERVICES / "bin/node"), str(CLIENT), str(folder), transport, *target],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.verifies("serve#6.2")
@pytest.mark.parametrize("transport", ["http", "sse"])
@pytest.mark.parametrize("token", ["", "the-right-token"], ids=["open", "token"])
def test_over_http_and_sse(shared_serve: Serve, transport: str, token: str) -> None:
    served = shared_serve(MCP_AUTH_TOKEN=token)
    shown = client(transport, served.url, TOKEN=token)
    assert (shown["tools"], shown["prompts"]) == (14, len(PROMPT_NAMES))
    assert shown["called"]["status"] == "ok"


@pytest.mark.verifies("serve#6.2")
def test_over_stdio(project: Path) -> None:
    command = [sys.executable, "-m", "shall", "serve", "--workspace", str(project)]
    assert client("stdio", *command)["called"]["status"] == "ok"


@pytest.mark.parametrize("transport", ["http", "sse"])
def test_over_https(serve: Serve, tmp_path: Path, transport: str) -> None:
    authority = Authority(tmp_path)
    pair = authority.pair("server")
    served = serve("--tls-key", str(pair.key), "--tls-cert", str(pair.cert))
    shown = client(transport, served.url, NODE_EXTRA_CA_CERTS=str(authority.cert))
    assert shown["called"]["status"] == "ok"


def test_without_sessions(shared_serve: Serve) -> None:
    assert client("http", shared_serve("--workers", "2").url)["called"]["status"] == "ok"


def test_a_run_from_the_typescript_client(serve: Serve, project: Path, service: Any) -> None:
    cases = project / "tests/cases"
    cases.mkdir(parents=True)
    step = "{id: get, method: GET, path: /echo}"
    text = f"testcase:\n  name: one\n  host: {service.url}\n  steps: [{step}]\n"
    (cases / "one.yaml").write_text(text)
    assert client("http", serve().url, TOOL="run_tests")["called"]["passed"] == 1
