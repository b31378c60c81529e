"""Answers stay short however much there is to say, and say how much they left out."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]


async def test_of_many_problems_five_are_detailed(client: Client, answer: Answer) -> None:
    steps = [{"id": f"s{n}", "method": "GET", "path": "/", "tpyo": 1} for n in range(9)]
    arguments = {"yaml_path": "tests/cases/a.yaml", "testcase": {"name": "a", "steps": steps}}
    data = answer(await client.call_tool("write_testcase", arguments))
    assert len(data["error_details"]["problems"]) == 5
    assert data["error_details"]["more_problems"] == 4


async def test_of_many_criteria_two_hundred_are_listed(
    client: Client, answer: Answer, project: Path
) -> None:
    (project / "specs").mkdir()
    lines = "\n".join(f"{n}. THE shop SHALL sell thing {n}." for n in range(1, 211))
    text = f"### Requirement 1: All\n\n#### Acceptance Criteria\n\n{lines}\n"
    (project / "specs/requirements.md").write_text(text)
    data = answer(await client.call_tool("trace_requirements", {}))
    assert (len(data["criteria"]), data["more_criteria"]) == (200, 10)
    assert data["counts"]["untested"] == 210


async def test_of_many_names_in_the_history_twenty_are_listed(
    client: Client, answer: Answer, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(23, service.url)
    await client.call_tool("run_tests", {})
    [run] = answer(await client.call_tool("get_test_results", {}))["results"]
    assert (len(run["test_names"]), run["more_test_names"]) == (20, 3)


async def test_a_long_or_structured_value_is_cut(
    client: Client, answer: Answer, service: Any
) -> None:
    checks = [
        {"type": "equals", "field": "method", "expected": ["x" * 200]},
        {"type": "status_code", "expected": 404},
    ]
    step = {"id": "s", "method": "GET", "path": "/echo", "assert": checks}
    body = {"name": "a", "host": service.url, "steps": [step]}
    await client.call_tool("write_testcase", {"yaml_path": "tests/cases/a.yaml", "testcase": body})
    await client.call_tool("run_tests", {})
    data = answer(await client.call_tool("get_test_results", {"case": "a"}))
    first, second = data["cases"][0]["steps"][0]["assertions"]
    assert len(first["expected"]) == 80
    assert (first["actual"], second["actual"]) == ("GET", 200)


async def test_without_state_the_server_warns_and_works_on(
    client: Client, answer: Answer, project: Path, service: Any, write_cases: Callable[..., None]
) -> None:
    (project / ".shall").write_text("a file where the state's folder belongs")
    write_cases(1, service.url)
    assert ".shall" in answer(await client.call_tool("health_check", {}))["warning"]
    assert answer(await client.call_tool("run_tests", {}))["passed"] == 1
    history = answer(await client.call_tool("get_test_results", {}))
    assert history["error_code"] == "MCP_STORE_UNAVAILABLE"
    assert "SHALL_STATE_DIR" in history["error_message"]


async def test_a_call_that_cannot_be_kept_is_answered_all_the_same(
    client: Client, answer: Answer, project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await client.call_tool("health_check", {})
    with sqlite3.connect(project / ".shall/local/shall.db") as database:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'call%'"
        for (table,) in database.execute(tables).fetchall():
            database.execute(f"DROP TABLE {table}")
    database.close()
    assert answer(await client.call_tool("health_check", {}))["status"] == "ok"
    metrics = answer(await client.call_tool("get_mcp_metrics", {}))
    assert metrics["error_code"] == "MCP_STORE_UNAVAILABLE"
    assert caplog.text.count("tool calls cannot be kept for now") == 1
