import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]
ENVELOPE = ("status", "request_id", "error_code", "retryable", "error_message", "error_details")
NINE = {
    "health_check",
    "get_mcp_metrics",
    "list_testcases",
    "get_testcase",
    "write_testcase",
    "delete_testcase",
    "write_unittest",
    "run_tests",
    "get_test_results",
}
PATH = "tests/cases/a.yaml"
SNAPSHOTS = Path(__file__).parent / "tools"


def case(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "steps": [{"id": "s", "method": "GET", "path": "/echo"}], **fields}


@pytest.mark.verifies("mcp#1.1", "mcp#1.13")
async def test_the_tools_are_those_of_the_snapshots(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == NINE | {
        "create_file",
        "import_testcases",
        "read_file",
        "send_request",
        "trace_requirements",
    }
    for tool in tools:
        found = tool.model_dump(by_alias=True, mode="json", exclude_none=True)
        path = SNAPSHOTS / f"{tool.name}.json"
        text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        assert path.is_file(), f"write {path.name} with:\n{text}"
        assert path.read_text() == text
        assert tool.annotations is not None
    with_output = {tool.name for tool in tools if tool.output_schema}
    assert with_output == {"run_tests", "get_test_results", "trace_requirements"}
    assert '"title"' not in json.dumps([tool.input_schema for tool in tools])


NEWER = ("trace_requirements", "create_file", "read_file")


@pytest.mark.verifies("mcp#1.2")
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("health_check", {}),
        ("get_mcp_metrics", {}),
        ("list_testcases", {}),
        ("write_testcase", {"yaml_path": PATH, "testcase": case()}),
        ("get_test_results", {}),
        ("run_tests", {"yaml_path": "none.yaml"}),
        ("delete_testcase", {"yaml_path": PATH}),
        ("get_testcase", {"yaml_path": PATH}),
        ("write_unittest", {"yaml_path": PATH, "unittest": {}}),
    ],
)
async def test_every_answer_of_an_earlier_tool_has_the_whole_envelope(
    client: Client, answer: Answer, tool: str, arguments: dict[str, Any]
) -> None:
    result = await client.call_tool(tool, arguments)
    data = answer(result)
    assert set(ENVELOPE) <= data.keys()
    assert result.is_error is (data["status"] == "error")
    assert len(data["request_id"]) == 12


@pytest.mark.verifies("mcp#1.14")
async def test_an_answer_of_a_newer_tool_leaves_out_what_no_error_filled(
    client: Client, answer: Answer
) -> None:
    given = {
        "create_file": {"path": "specs/requirements.md", "content": "THE shop SHALL sell.\n"},
        "read_file": {"path": "specs/requirements.md"},
        "trace_requirements": {},
    }
    for tool, arguments in given.items():
        data = answer(await client.call_tool(tool, arguments))
        assert data["status"] == "ok"
        assert len(data["request_id"]) == 12
        assert set(ENVELOPE) & data.keys() == {"status", "request_id"}
    refused = answer(await client.call_tool("read_file", {"path": "none"}))
    assert refused["error_code"]
    assert refused["error_message"]
    assert not {"retryable", "error_details"} & refused.keys()


@pytest.mark.verifies("import#1.1", "import#1.2", "import#1.3", "import#1.5")
async def test_requests_of_other_tools_are_imported_as_cases(
    client: Client, answer: Answer, project: Path
) -> None:
    async def call(**arguments: Any) -> dict[str, Any]:
        return answer(await client.call_tool("import_testcases", arguments))

    content = "curl -x p http://h/orders -H 'X-Api-Key: planted-1'"
    path = "tests/cases/get-orders.yaml"

    shown = await call(content=content, dry_run=True)
    assert list(shown["yaml_preview"]) == [path]
    assert shown["written_files"] == []
    assert not (project / path).exists()

    written = await call(content=content)
    assert written["written_files"] == [path]
    assert written["left_out"] == [
        "content:1:1: curl: `--proxy` was left out. Requests are sent directly."
    ]
    assert written["secrets"] == ["x_api_key"]
    assert "planted" not in (project / path).read_text() + json.dumps([shown, written])

    assert (await call(content=content))["error_code"] == "MCP_ALREADY_EXISTS"
    assert (await call(content=content, overwrite=True))["written_files"] == [path]
    assert (await call(content="words"))["error_code"] == "MCP_VALUE_ERROR"
    many = "; ".join(f"curl -x p{it} http://h/{it}" for it in range(60))
    counted = await call(content=many, folder="tests/cases/many")
    assert len(counted["left_out"]) + counted.get("more_left_out", 0) == 1
    outside = await call(content=content, folder="src")
    assert outside["error_code"] == "MCP_WRITE_REFUSED"


@pytest.mark.verifies("mcp#1.17")
async def test_an_overwritten_file_is_named_in_the_answer(
    client: Client, answer: Answer, project: Path
) -> None:
    (project / "tests/scripts").mkdir(parents=True)

    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        return answer(await client.call_tool(tool, arguments))

    first = await call("write_testcase", yaml_path=PATH, testcase=case())
    assert "overwritten_files" not in first
    dry = await call("write_testcase", yaml_path=PATH, testcase=case(), dry_run=True)
    assert "overwritten_files" not in dry
    again = await call("write_testcase", yaml_path=PATH, testcase=case())
    assert again["overwritten_files"] == again["written_files"] == first["written_files"]

    document = {"path": "docs/a.md", "content": "a"}
    assert "overwritten_files" not in await call("create_file", **document)
    kept = await call("create_file", **document)
    assert kept["error_code"] == "MCP_ALREADY_EXISTS"
    written = await call("create_file", **document, overwrite=True)
    assert written["overwritten_files"] == ["docs/a.md"]


@pytest.mark.verifies("mcp#1.17")
async def test_the_defaults_of_overwriting_are_in_the_schemas(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name, default, word in (("write_testcase", True, "yes"), ("create_file", False, "no")):
        overwrite = tools[name].input_schema["properties"]["overwrite"]
        assert overwrite["default"] is default
        assert overwrite["description"].endswith(f"default: {word}")


@pytest.mark.verifies("mcp#1.18")
@pytest.mark.parametrize(
    ("path", "is_reported"),
    [
        ("specs/requirements.md", False),
        ("specs/shop/requirements.md", False),
        (".kiro/specs/shop/requirements.md", False),
        ("specs/design.md", False),
        ("specs/shop/tasks.md", False),
        ("docs/shop.md", False),
        ("specs/shop.md", False),
        ("specs/README.md", True),
        ("specs/shop/Requirements.md", True),
        ("specs/shop/till/requirements.md", False),
        ("api/specs/requirements.md", True),
    ],
)
async def test_a_file_under_specs_that_nothing_reads_is_reported(
    client: Client, answer: Answer, path: str, is_reported: bool
) -> None:
    text = "THE shop SHALL sell.\n"
    data = answer(await client.call_tool("create_file", {"path": path, "content": text}))
    notes = data.get("notes", [])
    assert [note.startswith(f"{path} is not read") for note in notes] == [True] * is_reported
    traced = answer(await client.call_tool("trace_requirements", {}))
    is_read = bool(traced["criteria"])
    assert not (is_read and is_reported)


@pytest.mark.verifies("mcp#1.3")
@pytest.mark.parametrize(
    ("tool", "arguments", "code", "words"),
    [
        (
            "get_testcase",
            {"yaml_path": "tests/cases/b.yaml"},
            "MCP_TESTCASE_NOT_FOUND",
            "does not exist",
        ),
        (
            "run_tests",
            {"yaml_path": "tests/cases/b.yaml"},
            "MCP_TESTCASE_NOT_FOUND",
            "Did you mean tests/cases/a.yaml",
        ),
        (
            "list_testcases",
            {"root_path": "none"},
            "MCP_DIRECTORY_NOT_FOUND",
            "folder none does not exist",
        ),
        ("list_testcases", {"limit": 0}, "MCP_VALUE_ERROR", "1 or more"),
        ("list_testcases", {"test_type": "some"}, "MCP_VALUE_ERROR", "test_type"),
        (
            "write_testcase",
            {"yaml_path": PATH, "testcase": {"name": 1}},
            "MCP_TESTCASE_INVALID",
            "steps",
        ),
        (
            "write_testcase",
            {"yaml_path": PATH, "testcase": "{"},
            "MCP_TESTCASE_INVALID",
            "a.yaml:2",
        ),
        (
            "write_testcase",
            {"yaml_path": PATH, "testcase": None},
            "MCP_VALUE_ERROR",
            "case://format",
        ),
        ("write_testcase", {"yaml_path": PATH}, "MCP_VALUE_ERROR", "testcase"),
        (
            "write_testcase",
            {"yaml_path": "/etc/a.yaml", "testcase": case()},
            "MCP_INVALID_PATH",
            "/etc",
        ),
        (
            "write_testcase",
            {"yaml_path": ".git/hooks/x.yaml", "testcase": case()},
            "MCP_INVALID_PATH",
            "git",
        ),
        ("create_file", {"path": "../x", "content": ""}, "MCP_INVALID_PATH", "../x"),
        ("read_file", {"path": "/etc/passwd"}, "MCP_INVALID_PATH", "passwd"),
        ("run_tests", {"workspace": "/"}, "MCP_INVALID_PATH", "--workspace"),
        ("run_tests", {"python_path": "/bin/sh"}, "MCP_INVALID_PATH", "SHALL_INTERPRETERS"),
        ("run_tests", {"test_type": "unit"}, "MCP_TESTCASE_NOT_FOUND", "unit"),
        ("get_test_results", {"limit": 0}, "MCP_VALUE_ERROR", "limit"),
        ("get_test_results", {"run_id": "none"}, "MCP_RUN_NOT_FOUND", "none"),
        ("get_mcp_metrics", {"since_minutes": -1}, "MCP_VALUE_ERROR", "since_minutes"),
        ("trace_requirements", {"feature": "none"}, "MCP_VALUE_ERROR", "none"),
    ],
)
async def test_an_error_sets_is_error_and_has_a_code_and_a_reason(
    client: Client, answer: Answer, tool: str, arguments: dict[str, Any], code: str, words: str
) -> None:
    await client.call_tool("write_testcase", {"yaml_path": PATH, "testcase": case()})
    result = await client.call_tool(tool, arguments)
    data = answer(result)
    assert result.is_error
    assert data["error_code"] == code
    assert words in data["error_message"]
    assert len(data["error_message"]) <= 500


@pytest.mark.verifies("mcp#1.4")
async def test_an_unknown_argument_is_named_with_the_near_one(
    client: Client, answer: Answer
) -> None:
    result = await client.call_tool("run_tests", {"yaml_pth": "x", "zzz": 1})
    message = answer(result)["error_message"]
    assert result.is_error
    assert "unknown argument yaml_pth (did you mean yaml_path?)" in message
    assert "unknown argument zzz" in message


async def test_a_fault_of_ours_is_shown_by_code_only(
    client: Client,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr("shall.actions.cases.list_cases", broken)
    result = await client.call_tool("list_testcases", {})
    data = answer(result)
    assert data["error_code"] == "MCP_LIST_TESTCASES_ERROR"
    assert "inner secret" not in result.content[0].text  # type: ignore[union-attr]
    assert "inner secret" in caplog.text
    assert data["request_id"] in caplog.text


@pytest.mark.verifies("mcp#1.12")
async def test_unit_cases_are_written_shown_read_and_run(
    client: Client, answer: Answer, project: Path
) -> None:
    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        return answer(await client.call_tool(tool, arguments))

    (project / "calc.py").write_text("def add(a, b):\n    return a + b\n")
    check = {"type": "equals", "expected": 5}
    unit = {
        "name": "adding",
        "target": {"module": "calc", "function": "add"},
        "cases": [{"id": "sum", "inputs": {"args": [2, 3]}, "assert": [check]}],
    }
    preview = await call("write_unittest", yaml_path=PATH, unittest=unit, dry_run=True)
    assert preview["written_files"] == []
    assert "assert result == 5" in preview["code_preview"]
    assert not (project / PATH).exists()
    written = await call("write_unittest", yaml_path=PATH, unittest=json.dumps(unit))
    assert written["written_files"] == [PATH]
    again = await call("write_unittest", yaml_path=PATH, unittest=unit)
    assert again["error_code"] == "MCP_ALREADY_EXISTS"
    summary = await call("get_testcase", yaml_path=PATH)
    assert summary["testcase"]["cases"] == ["sum (1 checks)"]
    assert summary["is_valid"]
    assert (await call("list_testcases", test_type="unit"))["testcases"] == [PATH]
    ran = await call("run_tests", test_type="unit")
    assert (ran["total"], ran["passed"]) == (1, 1)
    assert "warning" not in ran  # it was stored
    none = await call("run_tests", test_type="integration")
    assert none["error_code"] == "MCP_TESTCASE_NOT_FOUND"
    wrong = await call("write_unittest", yaml_path=PATH, unittest={"name": "u"}, overwrite=True)
    assert wrong["error_code"] == "MCP_TESTCASE_INVALID"
    unknown = {**unit, "target": {"module": "calc", "function": "ad"}}
    noted = await call("write_unittest", yaml_path=PATH, unittest=unknown, overwrite=True)
    assert any("defines no `ad`" in note for note in noted["notes"])
    assert not (await call("get_testcase", yaml_path=PATH))["is_valid"]
    assert (await call("delete_testcase", yaml_path=PATH))["deleted_files"] == [PATH]


async def test_a_case_is_written_read_listed_and_deleted(
    client: Client, answer: Answer, project: Path
) -> None:
    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        return answer(await client.call_tool(tool, arguments))

    preview = await call("write_testcase", yaml_path=PATH, testcase=case(name="登录"), dry_run=True)
    assert preview["written_files"] == []
    assert "登录" in preview["yaml_preview"]
    assert not (project / PATH).exists()
    written = await call("write_testcase", yaml_path=PATH, testcase=json.dumps(case(name="登录")))
    assert written["written_files"] == [PATH]
    assert written["syntax_valid"] is True
    assert written["name_mapping"]["original"] == "登录"
    again = await call("write_testcase", yaml_path=PATH, testcase=case(), overwrite=False)
    assert again["error_code"] == "MCP_ALREADY_EXISTS"
    summary = await call("get_testcase", yaml_path=PATH)
    assert summary["testcase"]["steps"] == ["s: GET /echo (0 checks)"]
    whole = await call("get_testcase", yaml_path=PATH, mode="full")
    assert whole["testcase"]["testcase"]["name"] == "登录"
    assert whole["is_valid"]
    listed = await call("list_testcases", limit=1, offset=0)
    assert (listed["testcases"], listed["total"]) == ([PATH], 1)
    deleted = await call("delete_testcase", yaml_path=PATH)
    assert deleted["deleted_files"] == [PATH]
    assert not (project / PATH).exists()


async def test_a_broken_case_is_shown_with_its_problems(
    client: Client, answer: Answer, project: Path
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / PATH).write_text("testcase:\n  nam: a\n  steps: []\n")
    data = answer(await client.call_tool("get_testcase", {"yaml_path": PATH}))
    assert data["is_valid"] is False
    assert any("a.yaml:2" in error for error in data["errors"])


async def test_an_older_spelling_is_noted(client: Client, answer: Answer) -> None:
    check = {"type": "equal", "field": "a", "expected": 1}
    steps = [{"id": "s", "method": "GET", "path": "/", "assert": [check]}]
    data = answer(
        await client.call_tool("write_testcase", {"yaml_path": PATH, "testcase": case(steps=steps)})
    )
    assert any("equals" in note for note in data["notes"])


async def test_a_script_is_named_where_one_is_kept(
    client: Client, answer: Answer, project: Path, service: Any
) -> None:
    (project / "tests/scripts").mkdir(parents=True)
    data = answer(await client.call_tool("write_testcase", {"yaml_path": PATH, "testcase": case()}))
    assert len(data["written_files"]) == 2
    run = answer(await client.call_tool("run_tests", {"yaml_path": PATH, "host": service.url}))
    assert run["py_path"] == data["written_files"][1]
    preview = answer(
        await client.call_tool(
            "write_testcase", {"yaml_path": PATH, "testcase": case(), "dry_run": True}
        )
    )
    assert "case_test" in preview["code_preview"]
