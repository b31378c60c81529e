"""What the documents have one type around the server: version, stdio, checks, installation."""

import importlib.metadata
import os
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from shall import __version__

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "health_check.sh"
SMOKE = ROOT / "test_mcp_server.py"
ANSWERED = "✓ MCP 服务器健康\n"


def test_d1_d3_python_and_pip_show_their_version(run: Any) -> None:
    assert importlib.metadata.requires("shall")
    assert importlib.metadata.metadata("shall")["Requires-Python"] == ">=3.11"
    for tool in ("python", "pip"):
        assert run(tool, "--version").returncode == 0


@pytest.mark.parametrize("what", [".", ".[dev]"])
def test_d4_pip_installs_it_editable_into_a_fresh_environment(
    run: Any, tmp_path: Path, what: str
) -> None:
    venv.create(tmp_path / "venv", symlinks=True)
    # The dependencies are there already, as a path: their own installation needs the network.
    [packages] = (tmp_path / "venv").glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "dependencies.pth").write_text(f"{here}\n", "utf-8")
    python = tmp_path / "venv/bin/python"
    offline = ("--no-index", "--no-build-isolation", "--quiet")
    installed = run(
        "python", "-m", "pip", "--python", python, "install", *offline, "-e", what, cwd=ROOT
    )
    assert installed.returncode == 0, installed.stderr
    done = run(python, "-m", "mcp_server_spec.main", "--version")
    assert done.stdout.split()[-1] == __version__


def test_d6_the_version_is_reported(run: Any) -> None:
    done = run("python", "-m", "mcp_server_spec.main", "--version")
    assert (done.returncode, done.stdout.split()) == (0, ["mcp_server_spec", __version__])


@pytest.mark.anyio
@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize(
    ("row", "command"),
    [
        ("d7", ("-m", "mcp_server_spec.main", "--transport", "stdio")),
        ("o1", ("-c", "from shall.cli.commands import serve_as_before; serve_as_before()")),
    ],
)
async def test_o1_d7_d56_stdio_serves_prompts(
    project: Path, row: str, command: tuple[str, ...], mode: str
) -> None:
    assert row
    parameters = StdioServerParameters(
        command=sys.executable, args=list(command), env=dict(os.environ), cwd=project
    )
    with (project.parent / "stderr.log").open("w") as log:
        async with Client(stdio_client(parameters, errlog=log), mode=mode) as client:
            names = {it.name for it in (await client.list_prompts()).prompts}
            given = await client.get_prompt(
                "generate-requirements", {"requirements": "People sign in."}
            )
    assert names >= {
        "generate-requirements",
        "generate-design-from-requirements",
        "generate-code-from-design",
    }
    assert "People sign in." in str(given.messages)


@pytest.mark.verifies("deploy#1.5")
def test_d35_the_check_distinguishes_a_running_server_from_none(serve_spec: Any, run: Any) -> None:
    server = serve_spec()
    up = run(CHECK, f"{server.url}/health")
    assert (up.returncode, up.stdout) == (0, ANSWERED)
    other = run(CHECK, f"{server.url}/none")
    assert (other.returncode, other.stdout) == (1, "✗ MCP 服务器异常 (HTTP: 404)\n")
    server.stop()
    down = run(CHECK, f"{server.url}/health")
    assert (down.returncode, down.stdout) == (1, "✗ MCP 服务器异常 (HTTP: 000)\n")


def test_d35_the_check_asks_document_d_s_address_by_itself(run: Any, tmp_path: Path) -> None:
    curl = tmp_path / "curl"
    curl.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/asked\nprintf 200\n', "utf-8")
    curl.chmod(0o755)
    assert run(CHECK, PATH=f"{tmp_path}:{os.environ['PATH']}").stdout == ANSWERED
    asked = (tmp_path / "asked").read_text("utf-8").split()
    assert asked[-1] == "http://localhost:3001/health"
    assert "--max-time 10" in " ".join(asked)


@pytest.mark.parametrize("script", ["health_check.sh", "deploy/make-certificate.sh"])
def test_d35_d22_the_scripts_are_sound(run: Any, script: str) -> None:
    assert run("shellcheck", ROOT / script).stdout == ""
    assert (ROOT / script).stat().st_mode & 0o111


@pytest.mark.verifies("deploy#1.9")
def test_d39_the_smoke_test_fails_where_nothing_answers(run: Any, free_port: Any) -> None:
    tried = run("python", SMOKE, f"http://localhost:{free_port()}")
    assert tried.returncode == 1
    *checks, total = tried.stdout.splitlines()
    assert len(checks) == 10
    assert all(line.startswith("✗ ") for line in checks)
    assert "Connection refused" in checks[0]
    assert total == "0 of 10 checks hold"


@pytest.mark.verifies("deploy#1.9")
def test_d39_the_smoke_test_names_what_holds_and_what_does_not(run: Any, shared_api: Any) -> None:
    server = shared_api()
    without = run("python", SMOKE, server.url)
    assert "✓ health      healthy" in without.stdout
    assert "✗ mcp         HTTP 401 instead of 200" in without.stdout
    assert without.returncode == 1
    with_token = run("python", SMOKE, server.url, "--token", "your-token")
    assert "✓ mcp         " in with_token.stdout
