import itertools
import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

Start = Callable[..., Any]
HEADER = "MCP-Protocol-Version"
ACCEPTED = ["2.0", "2.1", "2.2", *KNOWN_PROTOCOL_VERSIONS]
ROUTES = ["/health", "/ready", "/info", "/metrics", "/connections", "/prompts", "/tools"]


@pytest.mark.verifies("rest#1.1")
def test_health_says_that_the_process_lives_in_the_same_words_always(start: Start) -> None:
    http = start(server_name="spec-driven-development").http
    first, second = (http.get("/health") for _ in range(2))
    assert first.status_code == 200
    assert '"status":"healthy"' in first.text  # so spelled: scripts look for it
    assert first.json()["server"]["name"] == "spec-driven-development"
    assert first.content == second.content
    head = http.head("/health")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(first.content))
    refused = http.post("/health")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.verifies("rest#1.2")
def test_a_version_need_not_be_named(running: Any) -> None:
    for path in ROUTES:
        answer = running.http.get(path)
        assert (answer.status_code, answer.headers[HEADER]) == (200, "2.1"), path


@pytest.mark.verifies("rest#1.3")
def test_labels_and_revisions_are_accepted_and_echoed(running: Any) -> None:
    for path, version in itertools.product(ROUTES, ACCEPTED):
        answer = running.http.get(path, headers={HEADER: version})
        assert (answer.status_code, answer.headers[HEADER]) == (200, version), path


@pytest.mark.verifies("rest#1.4")
@pytest.mark.parametrize("version", ["1.0", "2.3", "2025-01-01", "", "2.1, 2.0", "\xff"])
def test_other_versions_are_refused_with_the_supported_ones(running: Any, version: str) -> None:
    for path in ROUTES:
        answer = running.http.get(path, headers=[(HEADER.encode(), version.encode("latin-1"))])
        assert (answer.status_code, answer.headers[HEADER]) == (400, "2.1"), path
        body = answer.json()
        assert body["error"]["code"] == -32000
        assert body["error"]["data"]["supported_versions"] == ACCEPTED
        assert body["code"] == "MCP_UNSUPPORTED_VERSION"


def test_two_version_headers_are_refused(running: Any) -> None:
    twice = [(HEADER, "2.1"), (HEADER, "2.0")]
    assert running.http.get("/health", headers=twice).status_code == 400


@pytest.mark.verifies("rest#1.5")
def test_a_server_that_is_starting_is_not_ready(start: Start) -> None:
    running = start(is_started=False)
    answer = running.http.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": ["starting"]}
    running.readiness.start()
    answer = running.http.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.verifies("rest#1.7")
def test_info_shows_what_the_server_is(start: Start) -> None:
    info = start(server_name="ours").http.get("/info").json()
    assert info["name"] == "ours"
    assert info["protocol_versions"] == ACCEPTED
    assert info["features"] == dict.fromkeys(
        ("streaming", "tools", "prompts", "resources", "heartbeat"), True
    )
    assert info["workspace"] == "named"
    assert info["version"]
    assert info["description"]


@pytest.mark.verifies("rest#1.8")
def test_the_metrics_have_the_keys_of_the_earlier_document(running: Any) -> None:
    before = time.monotonic()
    for version in ("2.1", "2.1", "2.2"):
        running.http.post("/connect", json={"client_info": {}}, headers={HEADER: version})
    metrics = running.http.get("/metrics").json()
    assert metrics["connections"] == {
        "total_connections": 3,
        "active_connections": 3,
        "protocol_versions": {"2.1": 2, "2.2": 1},
    }
    assert metrics["protocol"] == {"supported_versions": ACCEPTED, "default_version": "2.1"}
    assert metrics["server"].keys() == {"uptime", "version"}
    later = running.http.get("/metrics").json()
    passed = later["server"]["uptime"] - metrics["server"]["uptime"]
    assert 0 <= passed <= time.monotonic() - before  # it runs in seconds


@pytest.mark.verifies("rest#1.8")
def test_a_connection_that_missed_a_heartbeat_is_not_active(running: Any, project: Any) -> None:
    running.http.post("/connect", json={"client_info": {}})
    database = sqlite3.connect(project / ".shall/local/shall.db")
    with database:
        database.execute("UPDATE connections SET heard_s = heard_s - 70")
    database.close()
    counts = running.http.get("/metrics").json()["connections"]
    assert (counts["total_connections"], counts["active_connections"]) == (1, 0)


@pytest.mark.verifies("rest#1.11")
def test_a_proxy_learns_that_a_caller_may_come_in(running: Any) -> None:
    # The proxy passes the headers of the request that it asks for, whatever they are.
    answer = running.http.get("/auth", headers={HEADER: "1.0"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.verifies("rest#1.12")
@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/connections", "admin"),
        ("POST", "/api/runs", "run"),
        ("GET", "/api/runs", "read"),
        ("GET", "/metrics", "read"),
        ("POST", "/connect", "read"),
    ],
)
def test_a_route_needs_its_scope(running: Any, method: str, path: str, needed: str) -> None:
    others = {"read", "run", "write"} - {needed}
    answer = running.http.request(method, path, headers={"X-As": f"ci {' '.join(others)}"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "MCP_FORBIDDEN"
    assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]
    for scopes in (needed, "admin"):
        answer = running.http.request(method, path, headers={"X-As": f"ci {scopes}"})
        assert answer.status_code != 403


@pytest.mark.verifies("rest#1.9")
@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/connect", b"{", 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b"[]", 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b"\xff\xfe{}", 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b'{"client_info": NaN}', 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b'{"client_info": "curl"}', 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b'{"client": {}}', 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b"[" * 100_000, 400, "MCP_BAD_REQUEST"),
        ("POST", "/connect", b'{"client_info": {"a": "' + b"x" * 5000 + b'"}}', 400, None),
        ("POST", "/tools/read_file", b'{"arguments": []}', 400, "MCP_BAD_REQUEST"),
        ("POST", "/tools/read_file", b'{"\\ud800": 1}', 400, "MCP_BAD_REQUEST"),
        (
            "POST",
            "/prompts/generate-requirements",
            b'{"arguments": {"requirements": 1}}',
            400,
            None,
        ),
        ("POST", "/prompts/generate-requirements", b'{"arguments": {"\\ud800": "x"}}', 400, None),
        ("POST", "/api/runs", b'{"tags": [1]}', 400, "MCP_BAD_REQUEST"),
        ("POST", "/api/runs?worksapce=x", b"", 400, "MCP_BAD_REQUEST"),
        ("GET", "/api/runs?limit=0", b"", 400, "MCP_BAD_REQUEST"),
        ("GET", "/api/runs?limit=%D9%A1", b"", 400, "MCP_BAD_REQUEST"),
        ("GET", "/api/runs?limit=1&limit=2", b"", 400, "MCP_BAD_REQUEST"),
        ("GET", "/api/runs?workspace=%00", b"", 403, "MCP_INVALID_PATH"),
        ("GET", "/api/runs?workspace=/etc", b"", 403, "MCP_INVALID_PATH"),
        ("GET", "/api/trace?feature=none", b"", 422, "MCP_VALUE_ERROR"),
        ("GET", "/none", b"", 404, "MCP_NOT_FOUND"),
        ("DELETE", "/info", b"", 405, "MCP_METHOD_NOT_ALLOWED"),
        ("POST", "/heartbeat/%ff%00", b"", 404, "MCP_CONNECTION_NOT_FOUND"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_code(
    running: Any, method: str, path: str, content: bytes, status: int, code: str | None
) -> None:
    answer = running.http.request(method, path, content=content)
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"]) == (status, status)
    assert code is None or body["code"] == code
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["detail"]
    assert running.http.get("/health").status_code == 200


def test_an_unknown_name_comes_with_a_suggestion(running: Any) -> None:
    answer = running.http.get("/api/runs", params={"limt": "1"})
    assert "Did you mean limit?" in answer.json()["detail"]


def test_without_state_connections_are_answered_503(start: Start, project: Any) -> None:
    (project / ".shall").write_text("no folder")
    running = start()
    answer = running.http.post("/connect", json={"client_info": {}})
    assert answer.status_code == 503
    assert answer.json()["code"] == "MCP_STORE_UNAVAILABLE"
    assert int(answer.headers["Retry-After"]) > 0
    assert running.http.get("/info").status_code == 200


def test_a_workspace_that_is_gone_is_no_fault(start: Start, project: Any) -> None:
    running = start()
    shutil.rmtree(project)
    assert running.http.post("/connect", json={}).status_code == 404
    assert running.http.get("/api/runs").status_code == 404
