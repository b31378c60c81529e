"""Running over MCP: counts, details, progress, cancelling; code in cases stays data."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver import Context

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]
PATH = "tests/cases/a.yaml"


def case(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "steps": [{"id": "s", "method": "GET", "path": "/echo"}], **fields}


async def test_a_single_run_and_a_batch_answer_counts(
    client: Client, answer: Answer, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(3, service.url)
    single = answer(await client.call_tool("run_tests", {"yaml_path": "tests/cases/case_01.yaml"}))
    assert (single["mode"], single["test_name"], single["total"]) == ("single", "case 1", 1)
    assert single["result"]["status"] == "passed"
    batch = answer(await client.call_tool("run_tests", {}))
    counts = tuple(batch[name] for name in ("mode", "total", "passed", "failed", "has_failures"))
    assert counts == ("batch", 3, 3, 0, False)
    write_cases(12, service.url, "/status/404")
    failed = answer(await client.call_tool("run_tests", {"root_path": "tests/cases"}))
    assert (failed["failed"], failed["has_failures"], failed["more_results"]) == (12, True, 2)


@pytest.mark.verifies("mcp#1.26")
async def test_a_reply_says_what_did_not_run_since_another_case_is_marked(
    client: Client,
    answer: Answer,
    service: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)  # there `only` is an error
    for name, more in (("a", {}), ("b", {"only": "now"}), ("c", {})):
        data = case(host=service.url, **more) | {"name": name}
        written = {"yaml_path": f"tests/cases/{name}.yaml", "testcase": data}
        await client.call_tool("write_testcase", written)
    reply = answer(await client.call_tool("run_tests", {}))
    assert (reply["total"], reply["left_out"]) == (1, 2)
    assert "flaky" not in reply
    (project / "tests/cases/b.yaml").unlink()
    assert "left_out" not in answer(await client.call_tool("run_tests", {}))


@pytest.mark.verifies("reports#1.8")
async def test_a_batch_against_a_service_that_is_down_has_one_reason(
    client: Client, answer: Answer, write_cases: Callable[..., None]
) -> None:
    write_cases(12, "http://127.0.0.1:9")
    reply = answer(await client.call_tool("run_tests", {}))
    [only] = reply["results"]
    assert only["error_message"] == "12 cases could not reach 127.0.0.1:9: connection refused."
    assert (reply["errors"], reply["has_failures"]) == (12, True)


@pytest.mark.verifies("mcp#1.8")
async def test_details_come_on_request(
    client: Client, answer: Answer, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/status/404")
    run = answer(await client.call_tool("run_tests", {}))
    history = answer(await client.call_tool("get_test_results", {}))
    assert history["results"][0]["run_id"] == run["run_id"]
    assert history["results"][0]["test_names"] == ["case 0"]
    cases = answer(await client.call_tool("get_test_results", {"run_id": run["run_id"]}))
    assert "expected status 200, got 404" in cases["cases"][0]["error_message"]
    assert "steps" not in cases["cases"][0]
    whole = answer(
        await client.call_tool("get_test_results", {"run_id": "latest", "case": "case 0"})
    )
    [step] = whole["cases"][0]["steps"]
    assert step["exchange"]["request"] == f"GET {service.url}/status/404"
    assert step["exchange"]["response_body"] == '{"code": 404}'
    assert step["assertions"][0]["message"] == "expected status 200, got 404"
    missing = await client.call_tool("get_test_results", {"run_id": "latest", "case": "none"})
    assert answer(missing)["error_code"] == "MCP_TESTCASE_NOT_FOUND"


async def test_errors_and_teardowns_are_told_in_details(
    client: Client, answer: Answer, service: Any, project: Path
) -> None:
    teardown = {"id": "t", "operation_type": "api", "method": "DELETE", "path": "/status/500"}
    steps = [{"id": "s", "method": "GET", "path": "/echo"}]
    gone = case(host="http://127.0.0.1:9")
    await client.call_tool("write_testcase", {"yaml_path": PATH, "testcase": gone})
    await client.call_tool(
        "write_testcase",
        {
            "yaml_path": "tests/cases/b.yaml",
            "testcase": {"name": "b", "host": service.url, "steps": steps, "teardowns": [teardown]},
        },
    )
    unnamed = case(host="http://127.0.0.1:8", steps=[{"GET": "/echo"}])
    arguments = {"yaml_path": "tests/cases/d.yaml", "testcase": unnamed}
    await client.call_tool("write_testcase", arguments)
    (project / "tests/cases/c.yaml").write_text("testcase:\n  nam: x\n")
    run = answer(await client.call_tool("run_tests", {}))
    reasons = {it["yaml_path"]: it["error_message"] for it in run["results"]}
    assert reasons[PATH] == "step s: 127.0.0.1:9 refuses the connection."
    assert reasons["tests/cases/b.yaml"].startswith("teardown t: status_code: got status 500")
    assert "c.yaml:" in reasons["tests/cases/c.yaml"]
    assert reasons["tests/cases/d.yaml"].startswith("step 1: 127.0.0.1:8 ")
    whole = answer(await client.call_tool("get_test_results", {"case": "a"}))
    assert "refuses" in whole["cases"][0]["steps"][0]["error_message"]


async def test_metrics_count_the_calls(client: Client, answer: Answer) -> None:
    await client.call_tool("health_check", {})
    await client.call_tool("read_file", {"path": "none"})
    data = answer(await client.call_tool("get_mcp_metrics", {"since_minutes": 5}))
    assert (data["total"], data["success"], data["error"]) == (2, 1, 1)
    assert data["error_codes"] == {"MCP_FILE_NOT_FOUND": 1}
    assert data["success_rate"] == 0.5
    assert data["p95_latency_ms"] >= data["avg_latency_ms"] > 0
    assert data["window_minutes"] == 5


async def test_health_tells_where_things_are(client: Client, answer: Answer, project: Path) -> None:
    data = answer(await client.call_tool("health_check", {}))
    assert data["repo_root"] == str(project)
    assert data["test_cases_root"] == str(project / "tests/cases")


@pytest.mark.verifies("tracing#3.3")
async def test_requirements_are_traced(client: Client, answer: Answer, service: Any) -> None:
    text = "### Requirement 1\n\n1. The API shall echo\n2. The API shall sing\n"
    await client.call_tool("create_file", {"path": "specs/api/requirements.md", "content": text})
    read = answer(await client.call_tool("read_file", {"path": "specs/api/requirements.md"}))
    assert read["content"] == text
    check = {"type": "status_code", "expected": 200}
    step = {"id": "s", "method": "GET", "path": "/echo", "assert": [check]}
    body = case(host=service.url, verifies=["api#1.1", "api#9.9"], steps=[step])
    written = answer(
        await client.call_tool("write_testcase", {"yaml_path": PATH, "testcase": body})
    )
    assert "verifies[1]: api#9.9 is unknown. Did you mean api#1.2" in written["notes"][-1]
    await client.call_tool("run_tests", {})
    data = answer(await client.call_tool("trace_requirements", {"feature": "api"}))
    assert data["counts"] == {"proved": 1, "failing": 0, "not run": 0, "untested": 1}
    assert data["criteria"][1]["verified_by"] == [f"{PATH} (passed)"]
    assert data["unknown"][0]["criterion"] == "api#9.9"
    markdown = answer(await client.call_tool("trace_requirements", {"format": "md"}))
    assert "| api#1.1 | proved |" in markdown["text"]
    table = answer(await client.call_tool("trace_requirements", {"format": "csv"}))
    assert table["text"].startswith("criterion,status")


@pytest.mark.verifies("mcp#1.11", "cases#2.4")
@pytest.mark.parametrize(
    "text",
    [
        "{{ tools.x(__import__('os').system('touch PWNED')) }}",
        "{{ helpers.demo_func(a=__import__('os').system('touch PWNED')) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ (lambda: 1)() }}",
    ],
)
async def test_code_in_a_case_is_never_executed(
    client: Client, answer: Answer, project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(project)
    steps = [{"id": "s", "method": "POST", "path": "/echo", "text": text}]
    result = await client.call_tool(
        "write_testcase", {"yaml_path": PATH, "testcase": case(steps=steps)}
    )
    assert answer(result)["error_code"] == "MCP_TESTCASE_INVALID"
    assert not (project / "PWNED").exists()


@pytest.mark.verifies("mcp#1.11")
async def test_quotes_in_any_field_stay_data(
    client: Client, answer: Answer, project: Path, service: Any
) -> None:
    (project / "tests/scripts").mkdir(parents=True)
    evil = "x\"'''\n__import__('os').system('touch PWNED')\n'''"
    body = {"name": evil, "description": evil, "host": service.url, "steps": case()["steps"]}
    path = 'tests/cases/it\'s "quoted".yaml'
    written = answer(
        await client.call_tool("write_testcase", {"yaml_path": path, "testcase": body})
    )
    assert written["status"] == "ok"
    script = (project / written["written_files"][1]).read_text()
    compile(script, "script", "exec")
    assert "PWNED" not in script
    run = answer(await client.call_tool("run_tests", {"yaml_path": path}))
    assert run["passed"] == 1


@pytest.mark.verifies("mcp#1.9")
async def test_progress_is_told_after_each_case(
    client: Client, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(5, service.url)
    told: list[tuple[float, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        del total
        told.append((progress, message))

    await client.call_tool("run_tests", {}, progress_callback=note)
    assert [progress for progress, _ in told] == [1, 2, 3, 4, 5]
    assert all(message and message.endswith(": passed") for _, message in told)


@pytest.mark.verifies("mcp#1.10")
async def test_a_cancelled_call_stops_its_requests(
    client: Client, answer: Answer, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    calling = asyncio.create_task(client.call_tool("run_tests", {}))
    await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await asyncio.to_thread(service.wait_for, service.log.closed, "/slow")
    status = "running"
    while status == "running":  # its state is kept a moment after its connection is closed
        history = answer(await client.call_tool("get_test_results", {}))
        status = history["results"][0]["status"]
    assert status == "interrupted"


async def test_two_slow_runs_do_not_wait_for_each_other(
    client: Client, answer: Answer, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, "/slow")
    calling = asyncio.create_task(client.call_tool("run_tests", {}))
    await asyncio.to_thread(service.wait_for, service.log.calls, "/slow began")
    health = answer(await client.call_tool("health_check", {}))
    assert health["status"] == "ok"
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_an_answer_survives_a_store_that_fails(
    client: Client, answer: Answer, project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await client.call_tool("health_check", {})
    database = project / ".shall/local/shall.db"
    database.write_bytes(b"not a database" * 1000)
    for leftover in database.parent.glob("shall.db-*"):
        leftover.unlink()
    data = answer(await client.call_tool("health_check", {}))
    assert data["status"] == "ok"
    del caplog


@pytest.mark.verifies("mcp#1.9")
async def test_no_progress_is_lost_to_a_slow_client(
    client: Client, service: Any, write_cases: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cases(5, service.url)
    at_once, told = Context.report_progress, []

    async def late(context: Any, *what: Any) -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
        await at_once(context, *what)

    async def note(progress: float, total: float | None, message: str | None) -> None:
        del total, message
        told.append(progress)

    monkeypatch.setattr(Context, "report_progress", late)
    await client.call_tool("run_tests", {}, progress_callback=note)
    assert told == [1, 2, 3, 4, 5]
