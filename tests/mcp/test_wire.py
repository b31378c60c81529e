"""What goes over the wire: sizes, eras, the client's roots, prompts and resources."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from shall.actions.results import call_statistics, past_runs
from shall.bootstrap import open_workspace
from shall.cases.reader import read_case
from shall.mcp.server import build_server
from shall.results.records import RunStatus
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

LATEST = "2025-11-25"


class Wire:
    """Speaks JSON-RPC with a server process by lines."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self._id = 0

    def ask(self, method: str, params: dict[str, Any]) -> str:
        """Send a request; give the line that answers it."""
        self._id += 1
        self.send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        while True:
            line: str = self._process.stdout.readline()
            if json.loads(line).get("id") == self._id:
                return line

    def send(self, message: dict[str, Any]) -> None:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def initialize(self) -> None:
        info = {"name": "test", "version": "1"}
        self.ask("initialize", {"protocolVersion": LATEST, "capabilities": {}, "clientInfo": info})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, tool: str, **arguments: Any) -> str:
        return self.ask("tools/call", {"name": tool, "arguments": arguments})


@pytest.fixture
def wire(start: Callable[..., Any], project: Path) -> Wire:
    opened = Wire(start("shall", "serve", "--workspace", str(project)))
    opened.initialize()
    return opened


@pytest.mark.verifies("mcp#1.5", "mcp#1.6", "mcp#1.7")
def test_answers_are_small_on_the_wire(
    wire: Wire, service: Any, write_cases: Callable[..., None]
) -> None:
    assert len(wire.ask("tools/list", {})) <= 14 * 1024
    write_cases(50, service.url)
    passing = wire.call("run_tests")
    assert len(passing.encode()) <= 1024, passing
    assert json.loads(passing)["result"]["structuredContent"]["passed"] == 50
    write_cases(1, service.url, "/status/404")
    failing = wire.call("run_tests", yaml_path="tests/cases/case_00.yaml")
    assert len(failing.encode()) <= 1536, failing
    first_line = json.loads(failing)["result"]["content"][0]["text"].splitlines()[0]
    assert "expected status 200, got 404" in first_line


@pytest.mark.verifies("mcp#1.15")
@pytest.mark.parametrize(
    ("count", "feature", "text"),
    [(500, "shop", "THE shop SHALL sell thing"), (500, "商店" * 20, '系统应当 "打印" 收据' * 9)],
)
def test_the_answer_about_500_criteria_is_small_on_the_wire(
    wire: Wire, project: Path, count: int, feature: str, text: str
) -> None:
    (project / "specs" / feature).mkdir(parents=True)
    (project / "tests/cases").mkdir(parents=True)
    lines = "\n".join(f"{n}. {text} {n}." for n in range(1, count + 1))
    document = project / "specs" / feature / "requirements.md"
    document.write_text(f"### Requirement 1: All\n\n#### Acceptance Criteria\n\n{lines}\n")
    for number in range(30):  # what is linked to nothing is reported too
        verifies = f"verifies: ['{feature}#7.{number}']\n  name: n\n  steps: []\n"
        (project / f"tests/cases/{number}.yaml").write_text(f"testcase:\n  {verifies}")
    line = wire.call("trace_requirements")
    assert len(line.encode()) <= 4096, line
    data = json.loads(line)["result"]["structuredContent"]
    assert data["counts"]["untested"] == 500
    assert data["criteria"]
    assert len(data["criteria"]) + data["more_criteria"] == 500


@pytest.mark.verifies("mcp#1.7")
def test_a_failing_case_with_long_names_and_values_is_small_too(
    wire: Wire, service: Any, project: Path
) -> None:
    checks = [
        {"type": "equals", "field": f"headers.{'很长的字段' * 8}{n}", "expected": "长" * 300}
        for n in range(9)
    ]
    step = {"id": "一" * 60, "method": "GET", "path": "/echo", "assert": checks}
    data = {"testcase": {"name": "很长的名字" * 20, "host": service.url, "steps": [step]}}
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/long.yaml").write_text(json.dumps(data, ensure_ascii=False))
    line = wire.call("run_tests", yaml_path="tests/cases/long.yaml")
    assert len(line.encode()) <= 1536, line
    assert "一一" in json.loads(line)["result"]["content"][0]["text"]


@pytest.mark.verifies("serve#1.7")
def test_the_end_of_the_input_ends_the_server(start: Callable[..., Any], project: Path) -> None:
    process = start("shall", "serve", "--workspace", str(project))
    Wire(process).initialize()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_run_and_ends_the_server(
    start: Callable[..., Any],
    project: Path,
    service: Any,
    write_cases: Callable[..., None],
    number: signal.Signals,
) -> None:
    write_cases(1, service.url, "/slow")
    process = start("shall", "serve", "--workspace", str(project))
    wire = Wire(process)
    wire.initialize()
    call = {"name": "run_tests", "arguments": {}}
    wire.send({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": call})
    service.wait_for(service.log.calls, "/slow began")
    process.send_signal(number)
    assert process.wait(20) == 0
    service.wait_for(service.log.closed, "/slow")
    workspace = open_workspace(project, Settings())
    assert [run.status for run in past_runs(workspace)] == [RunStatus.INTERRUPTED]


@pytest.mark.process
@pytest.mark.verifies("store#2.4")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_loses_no_call(
    start: Callable[..., Any], project: Path, number: signal.Signals
) -> None:
    process = start("shall", "serve", "--workspace", str(project))
    wire = Wire(process)
    wire.initialize()
    for _ in range(20):
        wire.call("health_check")
    process.send_signal(number)
    assert process.wait(20) == 0
    workspace = open_workspace(project, Settings())
    assert call_statistics(workspace).total == 20
    assert len((project / ".shall/local/logs/mcp_calls.jsonl").read_text().splitlines()) == 20


def test_a_workspace_that_is_no_folder_is_told_at_the_start(
    start: Callable[..., Any], project: Path
) -> None:
    process = start("shall", "serve", "--workspace", str(project / "none"))
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "are not folders" in errors


@pytest.mark.verifies("serve#1.1", "serve#1.8")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
@pytest.mark.parametrize(
    "command",
    [
        ("-m", "shall", "serve"),
        ("-m", "mcp_server_spec.main", "--transport", "stdio"),
        (
            "-c",
            "from shall.cli.commands import serve_as_before as serve; raise SystemExit(serve())",
        ),
    ],
)
async def test_every_command_serves_both_eras_over_stdio(
    over_stdio: Any, mode: str, command: tuple[str, ...]
) -> None:
    async with over_stdio(mode=mode, command=command) as client:
        assert len((await client.list_tools()).tools) == 14
        result = await client.call_tool("health_check", {})
        assert not result.is_error


@pytest.mark.verifies("mcp#2.1", "mcp#2.4")
async def test_the_prompts_are_listed_once_and_answer_to_their_earlier_names(
    client: Client, project: Path
) -> None:
    names = {prompt.name for prompt in (await client.list_prompts()).prompts}
    hyphens = {
        "generate-requirements",
        "generate-design-from-requirements",
        "generate-code-from-design",
    }
    assert names >= hyphens
    assert not {name for name in names if "_" in name}
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("THE SHOP SHALL SELL")
    (project / "specs/design.md").write_text("A TILL")
    for name in ("generate-requirements", "generate_requirements"):
        text = await text_of(client, name, requirements="a shop")
        assert "SHALL" in text
        assert text.rstrip().endswith("a shop")
    assert "THE SHOP SHALL SELL" in await text_of(client, "generate-design-from-requirements")
    assert "A TILL" in await text_of(client, "generate-code-from-design")
    other = await text_of(client, "generate_code_from_design", design_path="specs/requirements.md")
    assert "THE SHOP SHALL SELL" in other


async def text_of(client: Client, name: str, **arguments: str) -> str:
    prompt = await client.get_prompt(name, arguments)
    content = prompt.messages[0].content
    assert isinstance(content, types.TextContent)
    return content.text


@pytest.mark.verifies("mcp#2.2")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("none", {}),
        ("generate-requirements", {}),
        ("generate-code-from-design", {"design_path": "/etc/passwd"}),
        ("generate-code-from-design", {}),
        ("generate-requirements", {"requirements": "a", "zzz": "b"}),
    ],
)
async def test_a_wrong_prompt_is_an_invalid_parameter(
    client: Client, name: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(MCPError) as refused:
        await client.get_prompt(name, arguments)
    assert refused.value.code == types.INVALID_PARAMS


@pytest.mark.verifies("mcp#2.3")
async def test_the_format_is_taught_in_three_kilobytes(client: Client) -> None:
    resources = (await client.list_resources()).resources
    assert "case://format" in {str(resource.uri) for resource in resources}
    [content] = (await client.read_resource("case://format")).contents
    assert isinstance(content, types.TextResourceContents)
    assert len(content.text.encode()) <= 3 * 1024
    example = content.text.partition("```yaml\n")[2].partition("```")[0]
    assert read_case(example, "example.yaml").verifies


# --- which folder is worked in ------------------------------------------------------------------


@pytest.fixture
def free_spaces(tmp_path: Path) -> Any:
    """Workspaces of a server that was started in the home folder and names none."""
    home = tmp_path / "home"
    home.mkdir()
    opened = open_workspaces(Settings())
    spaces = Workspaces([], home, home, opened._open)
    yield spaces
    spaces.close()


@pytest.mark.verifies("workspace#2.1")
async def test_the_clients_roots_are_taken_over_stdio(
    free_spaces: Workspaces, project: Path, answer: Callable[[Any], dict[str, Any]]
) -> None:
    asked = 0

    async def roots(context: Any) -> types.ListRootsResult:
        nonlocal asked
        del context
        asked += 1
        return types.ListRootsResult(roots=[types.Root(uri=f"file://{project}")])

    server = build_server(free_spaces)
    async with Client(server, mode="legacy", list_roots_callback=roots) as client:
        for _ in range(2):
            data = answer(await client.call_tool("health_check", {}))
            assert data["repo_root"] == str(project)
    assert asked == 1


@pytest.mark.verifies("workspace#2.2", "workspace#2.3")
async def test_without_roots_the_home_folder_is_not_taken(
    free_spaces: Workspaces, answer: Callable[[Any], dict[str, Any]]
) -> None:
    async def silent(context: Any) -> types.ErrorData:
        del context
        return types.ErrorData(code=types.INTERNAL_ERROR, message="no")

    server = build_server(free_spaces)
    async with Client(server, mode="legacy") as client:
        data = answer(await client.call_tool("health_check", {}))
        assert data["status"] == "ok"
        assert "--workspace" in data["warning"]
        refused = answer(await client.call_tool("run_tests", {}))
        assert refused["error_code"] == "MCP_INVALID_PATH"
        assert "SHALL_WORKSPACES=" in refused["error_message"]
    async with Client(server, mode="legacy", list_roots_callback=silent) as client:
        assert "warning" in answer(await client.call_tool("health_check", {}))


@pytest.mark.verifies("workspace#2.4")
async def test_the_literal_of_old_client_files_is_absent(
    client: Client, answer: Callable[[Any], dict[str, Any]]
) -> None:
    data = answer(await client.call_tool("list_testcases", {"workspace": "${workspace}"}))
    assert data["status"] == "ok"
