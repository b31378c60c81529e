import json
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mcp import Client

from shall.mcp.server import build_server

Start = Callable[..., Any]
UNKNOWN = {"X-Connection-ID": "0" * 32}


def kept(running: Any, project: Path) -> list[tuple[str, str]]:
    running.spaces.choose(None).store.call_statistics(1, None)  # all are written then
    database = sqlite3.connect(project / ".shall/local/shall.db")
    found = database.execute("SELECT tool, status FROM calls ORDER BY id").fetchall()
    database.close()
    return found


def write_case(project: Path, host: str, path: str) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    step = f"{{id: get, method: GET, path: {path}}}"
    (folder / "one.yaml").write_text(f"testcase:\n  name: one\n  host: {host}\n  steps: [{step}]\n")


@pytest.mark.verifies("rest#3.1")
def test_prompts_are_listed_and_answered(running: Any) -> None:
    listed = running.http.get("/prompts").json()["prompts"]
    by_name = {prompt["name"]: prompt for prompt in listed}
    for name in (
        "generate-requirements",
        "generate-design-from-requirements",
        "generate-code-from-design",
    ):
        assert by_name[name]["description"]
    arguments = {it["name"]: it for it in by_name["generate-requirements"]["arguments"]}
    assert arguments["requirements"]["required"] is True
    assert arguments["language"]["required"] is False

    given = {"requirements": "a shop 商店"}
    posted = running.http.post("/prompts/generate-requirements", json={"arguments": given})
    got = running.http.get("/prompts/generate-requirements", params=given)
    [message] = posted.json()["result"]["messages"]
    assert message["role"] == "user"
    assert message["content"]["type"] == "text"
    assert message["content"]["text"].endswith("a shop 商店\n")
    assert got.json() == posted.json()


@pytest.mark.verifies("rest#3.2")
def test_unknown_prompts_tools_and_runs_are_404_and_a_missing_argument_400(running: Any) -> None:
    for method, path in (
        ("POST", "/prompts/generate-requirement"),
        ("GET", "/prompts/none"),
        ("POST", "/tools/none"),
        ("GET", "/api/runs/none"),
    ):
        assert running.http.request(method, path).status_code == 404
    near = running.http.post("/prompts/generate-requirement", json={})
    assert "Did you mean generate-requirements?" in near.json()["detail"]
    missing = running.http.post("/prompts/generate-requirements", json={"arguments": {}})
    assert missing.status_code == 400
    assert "needs requirements" in missing.json()["detail"]


@pytest.mark.verifies("rest#3.3")
def test_a_call_may_name_its_connection_which_counts_as_a_heartbeat(
    running: Any, project: Path
) -> None:
    given = {"arguments": {"requirements": "x"}}
    path = "/prompts/generate-requirements"
    assert running.http.post(path, json=given, headers=UNKNOWN).status_code == 404
    assert running.http.post("/tools/health_check", headers=UNKNOWN).status_code == 404
    own = running.http.post("/connect").json()["connection_id"]
    database = sqlite3.connect(project / ".shall/local/shall.db")
    with database:
        database.execute("UPDATE connections SET heard_s = heard_s - 70")
    database.close()
    answer = running.http.post(path, json=given, headers={"X-Connection-ID": own})
    assert answer.status_code == 200
    assert running.http.get("/connections").json()["connections"][0]["errors"] == 0


@pytest.mark.anyio
@pytest.mark.verifies("rest#3.4")
async def test_a_tool_answers_as_over_mcp_and_is_kept_once(running: Any, project: Path) -> None:
    server = build_server(running.spaces)
    for arguments in ({"path": "specs/requirements.md"}, {"path": "/etc/passwd"}, {"file": "x"}):
        async with Client(server, mode="2026-07-28") as client:
            over_mcp = await client.call_tool("read_file", arguments)
        before = kept(running, project)
        answer = running.http.post("/tools/read_file", json={"arguments": arguments})
        assert answer.status_code == 200
        result = answer.json()["result"]
        assert result["isError"] is over_mcp.is_error
        assert over_mcp.structured_content is not None
        ids = (over_mcp.structured_content.pop("request_id"), json_of(result).pop("request_id"))
        assert len(set(ids)) == 2
        shown = json_of(result)
        shown.pop("request_id")
        assert shown == over_mcp.structured_content
        assert kept(running, project)[len(before) :] == [("read_file", shown["status"])]


def json_of(result: dict[str, Any]) -> dict[str, Any]:
    [content] = result["content"]
    assert content["type"] == "text"
    found: dict[str, Any] = json.loads(content["text"])
    return found


def test_the_tools_are_listed_with_their_schemas(running: Any) -> None:
    tools = {tool["name"]: tool for tool in running.http.get("/tools").json()["tools"]}
    assert {"create_file", "read_file", "run_tests"} <= tools.keys()
    assert set(tools["create_file"]["inputSchema"]["required"]) == {"path", "content"}


@pytest.mark.verifies("rest#3.6")
def test_the_api_runs_and_shows_what_ran(running: Any, project: Path, service: Any) -> None:
    write_case(project, service.url, "/echo")
    run = running.http.post("/api/runs", json={})
    assert run.status_code == 200
    assert (run.json()["passed"], run.json()["has_failures"]) == (1, False)
    listed = running.http.get("/api/runs", params={"limit": 5}).json()["results"]
    assert [it["run_id"] for it in listed] == [run.json()["run_id"]]
    whole = running.http.get("/api/runs/latest").json()
    assert [case["test_name"] for case in whole["cases"]] == ["one"]
    case = running.http.get(f"/api/runs/{run.json()['run_id']}", params={"case": "one"}).json()
    assert case["cases"][0]["steps"][0]["exchange"]["status"] == 200
    cases = running.http.get("/api/cases", params={"workspace": str(project)}).json()
    assert cases["total"] == 1
    traced = running.http.get("/api/trace").json()
    assert traced["counts"]["proved"] == 0
    assert running.http.get("/api/metrics", params={"limit": 100}).json()["total"] == 6
    assert [tool for tool, _ in kept(running, project)] == [
        "run_tests",
        "get_test_results",
        "get_test_results",
        "get_test_results",
        "list_testcases",
        "trace_requirements",
        "get_mcp_metrics",
    ]


@pytest.mark.verifies("rest#3.8")
def test_the_routes_offer_no_more_than_the_operator_and_the_callers_scopes(
    start: Start, project: Path, service: Any
) -> None:
    write_case(project, service.url, "/echo")
    running = start(read_only=True, tools=("list_testcases", "run_tests"))
    assert running.http.get("/api/cases").json()["total"] == 1
    for method, path in (
        ("POST", "/api/runs"),  # runs something
        ("GET", "/api/trace"),  # not among the tools
        ("POST", "/tools/run_tests"),
        ("POST", "/tools/read_file"),
    ):
        refused = running.http.request(method, path, json={} if method == "POST" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, "MCP_FORBIDDEN"), path
    assert not (project / ".shall").exists()

    reader = {"X-As": "eve read"}
    running = start()
    assert running.http.get("/api/cases", headers=reader).status_code == 200
    for path in ("/api/runs", "/tools/run_tests"):
        refused = running.http.post(path, json={}, headers=reader)
        assert refused.status_code == 403, path
        assert 'scope="run"' in refused.headers["WWW-Authenticate"]
    assert not service.log.calls


@pytest.mark.verifies("rest#3.6")
def test_an_api_route_answers_as_its_tool_and_is_logged_once(
    start: Start, project: Path, service: Any
) -> None:
    write_case(project, service.url, "/echo")
    running = start()
    running.http.get("/api/cases")  # makes the state
    routes = {
        "/api/cases": "list_testcases",
        "/api/trace": "trace_requirements",
        "/api/runs": "get_test_results",
        "/api/runs/none": "get_test_results",
        "/api/cases?root_path=../..": "list_testcases",
    }
    for path, tool in routes.items():
        before = kept(running, project)
        answer = running.http.get(path)
        arguments = {"run_id": "none"} if path.endswith("none") else {}
        arguments |= {"root_path": "../.."} if "root_path" in path else {}
        shown = json_of(
            running.http.post(f"/tools/{tool}", json={"arguments": arguments}).json()["result"]
        )
        if shown["status"] == "ok":
            body = answer.json()
            assert body.pop("request_id") != shown.pop("request_id")
            assert body == shown
        else:
            problem = answer.json()
            assert (problem["code"], problem["detail"]) == (
                shown["error_code"],
                shown["error_message"],
            )
        assert kept(running, project)[len(before) :] == [(tool, shown["status"])] * 2


@pytest.mark.verifies("rest#3.6")
def test_a_fault_of_ours_and_an_answer_too_large_are_problems_of_an_api_route(
    start: Start, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inner secret")

    small = start(max_result_bytes=50).http.get("/api/cases")
    assert small.json()["code"] == "MCP_RESULT_TOO_LARGE"
    running = start()
    monkeypatch.setattr("shall.actions.cases.list_cases", broken)
    answer = running.http.get("/api/cases")
    assert (answer.status_code, answer.json()["code"]) == (500, "MCP_LIST_TESTCASES_ERROR")
    assert "inner secret" not in answer.text
    assert kept(running, project)[-1] == ("list_testcases", "error")


@pytest.mark.verifies("rest#3.5")
def test_a_run_stops_when_its_caller_goes_away(running: Any, project: Path, service: Any) -> None:
    write_case(project, service.url, "/slow")
    address = urlsplit(running.url)
    with socket.create_connection((address.hostname, address.port)) as caller:
        caller.sendall(b"POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        service.wait_for(service.log.calls, "/slow began")
    service.wait_for(service.log.closed, "/slow")
    status = "running"
    while status == "running":  # its state is kept a moment after its connection is closed
        [run] = running.http.get("/api/runs").json()["results"]
        status = run["status"]
    assert status == "interrupted"


@pytest.mark.verifies("rest#3.7")
def test_the_basic_mode_has_its_routes(start: Start) -> None:
    http = start(is_basic=True).http
    status = http.get("/status").json()
    assert status["status"] == "running"
    assert status["server"]["name"] == "shall"
    assert http.get("/server/info").json() == http.get("/info").json()
    given = {"requirements": "a\nshop"}
    with http.stream("GET", "/prompts/generate-requirements/stream", params=given) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["X-Accel-Buffering"] == "no"
        events = answer.read().decode().strip().split("\n\n")
    assert [event.splitlines()[0] for event in events] == ["event: message", "event: done"]
    message = json.loads(events[0].splitlines()[1].removeprefix("data: "))
    assert message["content"]["text"].endswith("a\nshop\n")
    assert http.get("/prompts/none/stream").status_code == 404
    assert {"/status", "/server/info"} <= http.get("/openapi.json").json()["paths"].keys()


def test_the_other_modes_do_not_have_them(running: Any) -> None:
    for path in ("/status", "/server/info", "/prompts/generate-requirements/stream"):
        assert running.http.get(path).status_code == 404
