"""The two earlier commands over HTTP: their flags, their environment, their defaults."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.servers import spec_server, starting

pytestmark = pytest.mark.anyio

Start = Callable[..., Any]
TOKEN = "your-token"

NOT_FORKED = subprocess.Popen[bytes]
"""Taken before the fixture ``forks`` replaces it: a forked process has another command line."""


def listening(run: Any, port: int) -> str:
    """Return the address that listens on a port, as ``ss -ltn`` shows it."""
    lines = [it.split() for it in run("ss", "-ltn").stdout.splitlines()[1:]]
    [address] = {it[3].rpartition(":")[0] for it in lines if it[3].endswith(f":{port}")}
    return str(address)


def taken(port: int) -> socket.socket:
    """See to it that a port is in use, by us or by whoever has it already."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind(("127.0.0.1", port))
        holder.listen()
    except OSError:
        pass  # somebody else has it: that is what is wanted
    return holder


def test_o1_another_transport_is_refused(run: Any) -> None:
    ended = run("api-auto-test-mcp", MCP_TRANSPORT="carrier-pigeon")
    assert ended.returncode == 2
    assert "carrier-pigeon" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_o2_o3_host_and_port_are_those_of_the_environment(
    serve_api: Start, run: Any, host: str
) -> None:
    assert listening(run, serve_api(MCP_HOST=host).port) == host


def test_o2_o3_the_default_is_port_8000_of_this_machine_only(run: Any) -> None:
    with taken(8000):
        ended = run("api-auto-test-mcp", MCP_TRANSPORT="sse")
    assert ended.returncode == 2
    assert "127.0.0.1:8000 cannot be bound" in ended.stderr


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", "401"),
        ("Authorization: Bearer wrong", "401"),
        ("Authorization: Bearer your-token", "200"),
    ],
)
def test_o5_only_the_token_opens(
    shared_api: Start, curl: Any, initialize: tuple[str, ...], header: str, status: str
) -> None:
    server = shared_api()
    shown = ("--output", "/dev/null", "--write-out", "%{http_code}", f"{server.url}/mcp")
    assert curl(*initialize, "--header", header, *shown) == status


async def test_o9_a_run_ends_after_pytest_timeout(
    serve_api: Start, connect: Any, project: Any, service: Any
) -> None:
    write_case(project, service.url, "/slow")
    async with connect(f"{serve_api(PYTEST_TIMEOUT='0.5').url}/mcp") as client:
        said = (await client.call_tool("run_tests", {})).structured_content
    assert "0.5 s" in str(said)
    assert said["has_failures"] is True


async def test_o10_an_error_is_as_long_as_max_error_length(
    serve_api: Start, connect: Any, project: Any
) -> None:
    name = "tests/cases/none-of-this-name.yaml"
    async with connect(f"{serve_api(MAX_ERROR_LENGTH='30').url}/mcp") as client:
        said = (await client.call_tool("get_testcase", {"yaml_path": name})).structured_content
    assert said["status"] == "error"
    assert 0 < len(said["error_message"]) <= 30
    assert project.exists()


async def test_o11_the_history_holds_max_history_size_runs(
    serve_api: Start, connect: Any, project: Any, service: Any
) -> None:
    write_case(project, service.url, "/echo")
    async with connect(f"{serve_api(MAX_HISTORY_SIZE='2').url}/mcp") as client:
        for _ in range(3):
            await client.call_tool("run_tests", {})
        said = (await client.call_tool("get_test_results", {})).structured_content
    assert len(said["results"]) == 2


async def test_o13_the_start_block_serves_with_the_token(
    start: Start, connect: Any, free_port: Any
) -> None:
    port = free_port()  # in place of 8000
    block = f"""
        export MCP_TRANSPORT=sse MCP_HOST=0.0.0.0
        export MCP_PORT={port}
        export MCP_SSE_PATH=/mcp
        export MCP_AUTH_TOKEN={TOKEN}
        exec api-auto-test-mcp
    """
    server = start(["sh", "-c", block], port, {})
    async with connect(f"{server.url}/mcp") as client:
        assert (await client.list_tools()).tools


def test_d8_d40_http_stream_answers_for_its_health(shared_spec: Start, curl: Any) -> None:
    answer = curl("--include", f"{shared_spec().url}/health")
    assert answer.startswith("HTTP/1.1 200")
    assert '"status":"healthy"' in answer


def test_d8_d17_the_default_is_port_3001(run: Any) -> None:
    with taken(3001):
        ended = run("python", "-m", "mcp_server_spec.main", "--transport", "http-stream")
    assert ended.returncode == 2
    assert "localhost:3001 cannot be bound" in ended.stderr


def test_d9_production_is_reached_from_elsewhere(serve_spec: Start, run: Any) -> None:
    server = serve_spec("--log-level", "INFO", host="0.0.0.0", MCP_AUTH_TOKEN=TOKEN)
    assert listening(run, server.port) == "0.0.0.0"


def test_d17_host_and_port_come_from_the_environment_and_flags_win(
    start: Start, run: Any, free_port: Any
) -> None:
    command = ["python", "-m", "mcp_server_spec.main", "--transport", "http-stream"]
    named, other = free_port(), free_port()
    env = {"MCP_SERVER_HOST": "0.0.0.0", "MCP_SERVER_PORT": str(named), "MCP_AUTH_TOKEN": TOKEN}
    start(command, named, env)
    assert listening(run, named) == "0.0.0.0"
    flags = ["--host", "127.0.0.1", "--port", str(other)]
    start(command + flags, other, env)
    assert listening(run, other) == "127.0.0.1"


def test_d16_the_log_level_debug_shows_more(serve_spec: Start, curl: Any) -> None:
    quiet, loud = serve_spec(MCP_LOG_LEVEL="INFO"), serve_spec(MCP_LOG_LEVEL="DEBUG")
    for server in (quiet, loud):
        curl(f"{server.url}/health")
        assert server.stop() == 0
    assert " DEBUG " not in quiet.written()
    assert " DEBUG " in loud.written()


def test_d29_the_log_is_written_to_a_file_too(serve_spec: Start, tmp_path: Any) -> None:
    file = tmp_path / "mcp-server.log"
    server = serve_spec("--log-level", "DEBUG", MCP_LOG_FILE=str(file))
    assert server.stop() == 0
    assert " DEBUG " in file.read_text()


def test_d30_the_log_can_be_teed(start: Start, free_port: Any, project: Any) -> None:
    port = free_port()
    line = f"python -m mcp_server_spec.main --transport http-stream --port {port} --log-level INFO"
    teed = f"sh -c 'echo $$ >pid; exec {line} 2>&1' | tee mcp-server.log"
    shell = start(["sh", "-c", teed], port, {})
    os.kill(int((project / "pid").read_text()), signal.SIGTERM)
    assert shell.process.wait(30) == 0
    assert f":{port}" in (project / "mcp-server.log").read_text()


@pytest.mark.verifies("defences#11.1")
@pytest.mark.parametrize("tee", ["tee", "tee -a"])
def test_d62_tee_and_the_log_file_are_one_file_of_whole_lines(
    start: Start, free_port: Any, project: Any, curl: Any, tee: str
) -> None:
    port, log = free_port(), project / "mcp-server.log"
    server = f"python -m mcp_server_spec.main --transport http-stream --port {port}"
    block = f"""export MCP_LOG_FILE={log}
sh -c 'echo $$ >pid; exec {server} --log-level INFO 2>&1' | {tee} {log}"""
    shell = start(["sh", "-c", block], port, {})
    for number in range(50):
        curl("--header", f"X-Request-ID: asked-{number}", f"http://localhost:{port}/info")
    os.kill(int((project / "pid").read_text()), signal.SIGTERM)
    assert shell.process.wait(30) == 0
    lines = log.read_text("utf-8").splitlines()
    first = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ \S+|shall serves MCP at |shall: ")
    assert [it for it in lines if not first.match(it)] == []
    asked = [it for it in lines if "GET /info" in it]
    assert len(asked) == len(set(asked)) == 50
    assert all("\0" not in it and it.count("GET /info") == 1 for it in asked)


def test_d44_a_port_in_use_is_reported_and_can_be_looked_up(shared_spec: Start, run: Any) -> None:
    server = shared_spec()
    command = ("python", "-m", "mcp_server_spec.main", "--transport", "http-stream")
    ended = run(*command, "--port", str(server.port))
    assert ended.returncode != 0
    [line] = ended.stderr.splitlines()
    assert f"localhost:{server.port} cannot be bound" in line
    assert str(server.process.pid) in run("lsof", "-i", f":{server.port}").stdout


def test_d47_its_name_is_found_among_the_processes(
    project: Path, tmp_path: Path, free_port: Callable[[], int], run: Any
) -> None:
    with starting(project, tmp_path, NOT_FORKED) as start:
        server = spec_server(start, free_port)()
        found = run("pgrep", "-f", "mcp_server_spec").stdout.split()
        assert str(server.process.pid) in found
        assert run("top", "-b", "-n", "1", "-p", str(server.process.pid)).returncode == 0


def test_d48_an_error_is_a_line_that_grep_counts(run: Any, tmp_path: Any) -> None:
    log = tmp_path / "mcp-server.log"
    script = "from mcp_server_spec.main import app; import logging; logging.error('lost')"
    assert run("python", "-c", script, MCP_LOG_FILE=str(log)).returncode == 0
    assert run("grep", "-c", "ERROR", log).stdout == "1\n"


def test_d2_it_needs_less_than_the_memory_and_disk_asked_for(serve_spec: Start, run: Any) -> None:
    pid = serve_spec().process.pid
    [kilobytes] = run("ps", "-o", "rss=", "-p", str(pid)).stdout.split()
    assert int(kilobytes) < 200 << 10  # the documents ask for 2 GB


def test_d43_a_thousand_requests_ten_at_a_time_all_succeed(shared_spec: Start, run: Any) -> None:
    server = shared_spec()
    shown = run("ab", "-n", "1000", "-c", "10", f"http://127.0.0.1:{server.port}/health").stdout
    assert "Complete requests:      1000" in shown
    assert "Failed requests:        0" in shown
    assert "Non-2xx" not in shown


async def test_d50_a_restart_keeps_what_was_run(
    serve_api: Start, connect: Any, project: Any, service: Any
) -> None:
    write_case(project, service.url, "/echo")
    first = serve_api()
    async with connect(f"{first.url}/mcp") as client:
        ran = (await client.call_tool("run_tests", {})).structured_content
    assert first.stop() == 0
    async with connect(f"{serve_api().url}/mcp") as client:
        kept = (await client.call_tool("get_test_results", {})).structured_content
    assert [it["run_id"] for it in kept["results"]] == [ran["run_id"]]


async def test_o26_the_metrics_tool_counts_success_errors_and_time(
    serve_api: Start, connect: Any
) -> None:
    async with connect(f"{serve_api().url}/mcp") as client:
        await client.call_tool("health_check", {})
        missing = {"yaml_path": "tests/cases/none.yaml"}
        wrong = (await client.call_tool("get_testcase", missing)).structured_content
        said = (await client.call_tool("get_mcp_metrics", {})).structured_content
    assert (said["total"], said["success"], said["error"]) == (2, 1, 1)
    assert said["success_rate"] == 0.5
    assert said["p95_latency_ms"] > 0
    assert said["error_codes"] == {wrong["error_code"]: 1}


def write_case(project: Any, host: str, path: str) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    step = f"{{id: get, method: GET, path: {path}}}"
    text = f"testcase:\n  name: one\n  host: {host}\n  steps: [{step}]\n"
    (folder / "one.yaml").write_text(text)
