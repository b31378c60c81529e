"""Answers stay short however much there is to say, and say how much they left out."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from shall.actions.tool_access import ToolAccess
from shall.mcp.server import WORKFLOW_TOOLS, build_server
from shall.specs.status import Status
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]


async def test_of_many_problems_five_are_detailed(client: Client, answer: Answer) -> None:
    steps = [{"id": f"s{n}", "method": "GET", "path": "/", "tpyo": 1} for n in range(9)]
    arguments = {"yaml_path": "tests/cases/a.yaml", "testcase": {"name": "a", "steps": steps}}
    data = answer(await client.call_tool("write_testcase", arguments))
    assert len(data["error_details"]["problems"]) == 5
    assert data["error_details"]["more_problems"] == 4


@pytest.mark.verifies("mcp#1.20")
async def test_each_problem_is_a_line_with_its_place_and_code(
    client: Client, answer: Answer
) -> None:
    text = "testcase:\n  name: a\n  stepz: []\n"
    arguments = {"yaml_path": "tests/cases/a.yaml", "testcase": text}
    lines = answer(await client.call_tool("write_testcase", arguments))["error_message"]
    assert [line.partition("] ")[0] for line in lines.splitlines()] == [
        "tests/cases/a.yaml:1:1: error[case.missing-field",
        "tests/cases/a.yaml:3:3: error[case.unknown-field",
    ]


@pytest.mark.verifies("mcp#1.21")
async def test_a_problem_of_an_object_has_its_path_and_no_line_of_a_file(
    client: Client, answer: Answer
) -> None:
    case = {"name": "a", "steps": [{"id": "s", "path": "/", "assert": [{"type": "equal"}]}]}
    arguments = {"yaml_path": "tests/cases/a.yaml", "testcase": case}
    data = answer(await client.call_tool("write_testcase", arguments))
    assert [line.partition(": ")[0] for line in data["error_message"].splitlines()] == [
        "error[case.missing-field] steps[0].assert[0]"
    ]
    [problem] = data["error_details"]["problems"]
    assert (problem["file"], problem["line"]) == (None, None)
    assert problem["field"] == "steps[0].assert[0]"


@pytest.mark.verifies("mcp#1.22")
async def test_an_unknown_tool_is_answered_with_the_nearest_that_may_be_called(
    client: Client, spaces: Workspaces
) -> None:
    async def said(to: Client, tool: str) -> str:
        result = await to.call_tool(tool, {})
        assert result.is_error
        return "".join(getattr(it, "text", "") for it in result.content)

    assert await said(client, "run_test") == "Unknown tool run_test. Did you mean run_tests?"
    assert "x" * 101 not in await said(client, "x" * 200)
    reading = build_server(spaces, access=ToolAccess(read_only=True, left_out=WORKFLOW_TOOLS))
    async with Client(reading, mode="legacy") as reader:
        answered = await said(reader, "run_test")
        names = {tool.name for tool in (await reader.list_tools()).tools}
    available = answered.removeprefix("Unknown tool run_test. Available: ").removesuffix(".")
    assert set(available.split(", ")) == names


@pytest.mark.verifies("mcp#1.27")
async def test_a_tool_of_the_other_toolset_is_answered_with_the_flag(spaces: Workspaces) -> None:
    server = build_server(spaces, access=ToolAccess(left_out=WORKFLOW_TOOLS))
    async with Client(server, mode="legacy") as client:
        result = await client.call_tool("list_specs", {})

    assert result.is_error
    [part] = result.content
    assert getattr(part, "text", "") == (
        "list_specs is not offered. The operator can offer it with `--toolset all`."
    )


def write_criteria(project: Path, count: int) -> None:
    """Write so many criteria, and cases by which the second passes and the last fails."""
    (project / "specs/shop").mkdir(parents=True)
    text = "THE shop SHALL sell thing {} at the price that its label says"
    lines = "\n".join(f"{n}. {text.format(n)}." for n in range(1, count + 1))
    text = f"### Requirement 1: All\n\n#### Acceptance Criteria\n\n{lines}\n"
    (project / "specs/shop/requirements.md").write_text(text)


async def run_two(client: Client, host: str, last: int) -> None:
    for name, number, path in (("good", 2, "/echo"), ("bad", last, "/status/404")):
        check = {"type": "status_code", "expected": 200}
        step = {"id": "s", "method": "GET", "path": path, "assert": [check]}
        case = {"name": name, "host": host, "verifies": [f"shop#1.{number}"], "steps": [step]}
        arguments = {"yaml_path": f"tests/cases/{name}.yaml", "testcase": case}
        await client.call_tool("write_testcase", arguments)
    await client.call_tool("run_tests", {})


@pytest.mark.verifies("mcp#1.15", "mcp#1.16")
async def test_of_many_criteria_the_worst_are_listed_and_the_answer_says_how_to_see_more(
    client: Client, answer: Answer, project: Path, service: Any
) -> None:
    write_criteria(project, 500)
    await run_two(client, service.url, 500)
    data = answer(await client.call_tool("trace_requirements", {}))
    assert data["counts"] == {"proved": 1, "failing": 1, "not run": 0, "untested": 498}
    first, second = data["criteria"][:2]
    assert (first["key"], first["status"]) == ("shop#1.500", "failing")
    assert first["verified_by"] == ["tests/cases/bad.yaml (failed)"]
    assert first["place"] == "specs/shop/requirements.md:504"
    assert (second["key"], second["status"]) == ("shop#1.1", "untested")
    assert data["more_criteria"] == 500 - len(data["criteria"])
    assert "limit (all: 500)" in data["hint"]


@pytest.mark.verifies("mcp#1.28")
async def test_case_files_that_cannot_be_read_are_named(
    client: Client, answer: Answer, project: Path
) -> None:
    write_criteria(project, 1)
    for name in "abcde":
        case = project / "tests" / "cases" / f"{name}.yaml"
        case.parent.mkdir(parents=True, exist_ok=True)
        case.write_text('testcase:\n  verifies: ["shop#1.1"]\n  name: a: b\n')
    data = answer(await client.call_tool("trace_requirements", {}))
    assert [it.partition(":")[0] for it in data["problems"]] == [
        f"tests/cases/{name}.yaml" for name in "abc"
    ]
    assert data["more_problems"] == 2


@pytest.mark.verifies("mcp#1.29")
async def test_each_status_can_be_asked_for(client: Client, answer: Answer, project: Path) -> None:
    write_criteria(project, 1)
    for status in Status:
        data = answer(await client.call_tool("trace_requirements", {"status": status.value}))
        assert data["status"] == "ok"


@pytest.mark.verifies("mcp#1.16")
async def test_criteria_are_listed_by_status_feature_and_limit(
    client: Client, answer: Answer, project: Path, service: Any
) -> None:
    write_criteria(project, 500)
    await run_two(client, service.url, 500)

    async def keys(**arguments: Any) -> tuple[list[str], int]:
        data = answer(await client.call_tool("trace_requirements", arguments))
        assert data["counts"]["untested"] == 498
        return [row["key"] for row in data["criteria"]], data.get("more_criteria", 0)

    assert await keys(status="proved") == (["shop#1.2"], 0)
    assert await keys(status="failing", feature="shop") == (["shop#1.500"], 0)
    assert await keys(status="not run") == ([], 0)
    assert await keys(limit=3) == (["shop#1.500", "shop#1.1", "shop#1.3"], 497)
    every, more = await keys(limit=500)
    assert (len(every), more, every[-1]) == (500, 0, "shop#1.2")
    for wrong in ({"limit": 0}, {"status": "good"}):
        refused = answer(await client.call_tool("trace_requirements", wrong))
        assert refused["error_code"] == "MCP_VALUE_ERROR"
    table = answer(await client.call_tool("trace_requirements", {"format": "csv"}))
    assert len(table["text"].splitlines()) == 501
    short = {"format": "csv", "limit": 1}
    table = answer(await client.call_tool("trace_requirements", short))
    assert table["text"].splitlines()[1].startswith("shop#1.500,failing,")


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
    assert caplog.text.count("tool calls cannot be logged for now") == 1
