"""Document D's routes, on one server and on several processes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
ROOT = Path(__file__).parents[2]
TOKEN = "your-token"
CONNECT = ("--header", "Content-Type: application/json", "--data", '{"client_info": {"name": "t"}}')
STATUS = ("--output", "/dev/null", "--write-out", "%{http_code}")


@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.verifies("deploy#1.9")
def test_d39_the_smoke_test_holds(shared_spec: Start, run: Any, token: str) -> None:
    server = shared_spec(MCP_AUTH_TOKEN=token)
    tried = run("python", ROOT / "test_mcp_server.py", server.url, "--token", token)
    assert tried.returncode == 0, tried.stdout
    assert tried.stdout.splitlines()[-1] == "10 of 10 checks hold"


def test_d41_info_names_the_server(shared_spec: Start, curl: Any) -> None:
    said = json.loads(curl(f"{shared_spec().url}/info"))
    assert said["name"]
    assert said["version"]


@pytest.mark.parametrize(
    ("version", "status"),
    [("2.0", "200"), ("2.1", "200"), ("2.2", "200"), ("1.0", "400"), ("2025-06-18", "200")],
)
def test_d42_d60_the_labels_of_the_document_are_taken_on_its_routes(
    shared_spec: Start, curl: Any, version: str, status: str
) -> None:
    url = f"{shared_spec().url}/health"
    header = ("--header", f"MCP-Protocol-Version: {version}")
    answer = curl("--include", *header, url)
    assert answer.startswith(f"HTTP/1.1 {status}")
    if status == "400":
        assert "2.1" in answer
        assert "2025-06-18" in answer


def test_d42_d60_mcp_itself_speaks_the_dated_revisions_only(
    shared_spec: Start, curl: Any, initialize: tuple[str, ...]
) -> None:
    url = f"{shared_spec().url}/mcp"
    assert curl(*initialize, *STATUS, url) == "200"
    assert curl(*initialize, *STATUS, "--header", "MCP-Protocol-Version: 2.1", url) == "400"


def test_d51_metrics_are_prometheus_text_and_json_when_asked_for(
    shared_spec: Start, curl: Any, run: Any, project: Path
) -> None:
    server = shared_spec()
    curl(f"{server.url}/health")
    text = curl(f"{server.url}/metrics")
    names = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    assert {"shall_ready", "shall_build_info", "http_server_request_duration_seconds"} <= names
    (project / "metrics").write_text(text)
    checked = run("sh", "-c", "promtool check metrics <metrics")
    assert checked.returncode == 0, checked.stderr
    said = json.loads(curl("--header", "Accept: application/json", f"{server.url}/metrics"))
    assert {"server", "connections", "protocol"} <= said.keys()


def test_d59_a_connection_lives_from_connect_to_disconnect(serve_spec: Start, curl: Any) -> None:
    url = serve_spec().url
    made = json.loads(curl(*CONNECT, f"{url}/connect"))["connection_id"]
    assert json.loads(curl("--request", "POST", f"{url}/heartbeat/{made}"))["status"] == "ok"
    listed = json.loads(curl(f"{url}/connections"))
    assert [it["id"] for it in listed["connections"]] == [made]
    gone = json.loads(curl("--request", "DELETE", f"{url}/disconnect/{made}"))
    assert gone["status"] == "disconnected"
    assert curl("--request", "POST", *STATUS, f"{url}/heartbeat/{made}") == "404"


def test_d38_a_connection_is_known_to_every_worker_of_gunicorn(
    gunicorn: Start, curl: Any, run: Any, tmp_path: Path
) -> None:
    access, error = tmp_path / "access.log", tmp_path / "error.log"
    server = gunicorn("--access-logfile", str(access), "--error-logfile", str(error))
    url = server.url
    workers = run("pgrep", "-P", str(server.process.pid)).stdout.split()
    assert len(workers) == 4
    made = json.loads(curl(*CONNECT, f"{url}/connect"))["connection_id"]
    for _ in range(40):  # a new connection each time, which any worker may take
        assert curl("--request", "POST", *STATUS, f"{url}/heartbeat/{made}") == "200"
    assert server.stop() == 0
    assert "Booting worker" in error.read_text()
    assert "Traceback" not in error.read_text()
    assert access.read_text().count("/heartbeat/") == 40


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_d38_both_kinds_of_clients_work_with_four_workers(
    shared_gunicorn: Start, connect: Any, mode: str
) -> None:
    server = shared_gunicorn(MCP_AUTH_TOKEN=TOKEN)
    for _ in range(5):
        async with connect(f"{server.url}/mcp", mode=mode) as client:
            assert not (await client.call_tool("health_check", {})).is_error
