"""Tools and prompt for tasks: the next one, its criteria, and its box."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from shall.actions import tasks as task_actions
from shall.actions.tool_access import EVERY_TOOL
from shall.mcp.server import build_server
from shall.specs.tasks import Task, read_tasks
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]

TASKS = """\
# Tasks

- [x] 1. Store carts
  - _Requirements: 1_
- [ ] 2. Answer
  - [ ] 2.1 Answer with 201
    - in `till.py`
    - _Requirements: 1.2_
  - [ ]* 2.2 Test it
- [ ] 3. Ring
- [ ] 3. Ring again
"""
DESIGN = """\
# Design

## Till

A till of brass.

**Validates: Requirements 1.2**

## Bell

**Validates: Requirements 1.1**
"""


@pytest.fixture
async def all_tools(spaces: Workspaces) -> AsyncIterator[Client]:
    async with Client(build_server(spaces, access=EVERY_TOOL), mode="legacy") as connected:
        yield connected


@pytest.fixture
def tasks(project: Path) -> Path:
    folder = project / ".kiro/specs/cart"
    folder.mkdir(parents=True)
    (folder / "requirements.md").write_text(
        "### Requirement 1: Cart\n\n#### Acceptance Criteria\n\n"
        "1. THE shop SHALL store carts.\n2. THE shop SHALL answer with 201.\n"
    )
    (folder / "design.md").write_text(DESIGN)
    (folder / "tasks.md").write_bytes(TASKS.encode())
    return folder


@pytest.mark.usefixtures("tasks")
@pytest.mark.verifies("mcp#2.12")
async def test_the_next_task_comes_with_its_criteria(all_tools: Client, answer: Answer) -> None:
    found = answer(await all_tools.call_tool("get_next_task", {}))
    assert (found["task"], found["feature"], found["open"], found["total"]) == ("2.1", "cart", 4, 6)
    assert found["place"] == ".kiro/specs/cart/tasks.md:6"
    assert "in `till.py`" in found["text"]
    assert found["criteria"] == [
        {"key": "cart#1.2", "status": "untested", "text": "THE shop SHALL answer with 201."}
    ]


@pytest.mark.verifies("mcp#2.12")
async def test_a_long_task_with_many_criteria_stays_short(
    all_tools: Client, answer: Answer, tasks: Path
) -> None:
    (tasks / "requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n"
        + "".join(f"{n}. THE shop SHALL {'回答 ' * 300}{n}.\n" for n in range(1, 90))
    )
    (tasks / "tasks.md").write_text(f"- [ ] 1. {'长' * 4000}\n  - _Requirements: all_\n")
    result = await all_tools.call_tool("get_next_task", {"feature": "cart"})
    assert len(result.model_dump_json().encode()) <= 4096
    found = answer(result)
    assert len(found["criteria"]) + found["more_criteria"] == 89


@pytest.mark.verifies("mcp#2.12")
async def test_the_task_of_an_openspec_change_has_the_criteria_of_the_change(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    change = project / "openspec/changes/add-bell"
    (change / "specs/bell").mkdir(parents=True)
    (change / "tasks.md").write_text("## 1. Bell\n\n- [ ] 1.1 Cast it\n")
    (change / "specs/bell/spec.md").write_text(
        "## ADDED Requirements\n\n### Requirement: Ring\n\nThe shop SHALL ring.\n\n"
        "#### Scenario: A guest\n\n- **WHEN** a guest comes\n- **THEN** it rings\n"
    )
    found = answer(await all_tools.call_tool("get_next_task", {"feature": "add-bell"}))
    assert (found["task"], found["change"]) == ("1.1", "add-bell")
    assert [it["key"] for it in found["criteria"]] == ["bell#ring", "bell#ring/a-guest"]


@pytest.mark.verifies("mcp#2.12", "mcp#2.14")
async def test_names_that_do_not_exist_are_answered_with_those_that_do(
    all_tools: Client, answer: Answer, tasks: Path
) -> None:
    for tool, arguments, reason in (
        ("get_next_task", {"feature": "card"}, "Did you mean cart?"),
        ("update_task", {"feature": "cart", "task": "2.7", "state": "done"}, "Did you mean 2."),
        ("update_task", {"feature": "cart", "task": "2.1", "state": "shut"}, "state"),
        ("update_task", {"feature": "cart", "task": "3", "state": "done"}, "tasks.md:10"),
    ):
        result = await all_tools.call_tool(tool, arguments)
        assert result.is_error, arguments
        assert reason in answer(result)["error_message"]
    assert (tasks / "tasks.md").read_text() == TASKS


@pytest.mark.verifies("mcp#2.13")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_ticking_changes_one_byte(
    all_tools: Client, answer: Answer, tasks: Path, end: str, mark: str
) -> None:
    text = f"- [ ] 0. 先做\x0b\u2028\t \n{TASKS}".replace("\n", end)
    before = f"{mark}{text}".encode()
    (tasks / "tasks.md").write_bytes(before)
    for name, written in (("0", "- [x] 0."), ("2.1", "- [x] 2.1")):
        arguments = {"feature": "cart", "task": name, "state": "done"}
        found = answer(await all_tools.call_tool("update_task", arguments))
        assert (found["state"], found["changed"]) == ("done", True)
        after = (tasks / "tasks.md").read_bytes()
        assert written in after.decode()
        assert [a for a, b in zip(before, after, strict=True) if a != b] == [ord(" ")]
        assert not answer(await all_tools.call_tool("update_task", arguments))["changed"]
        arguments["state"] = "open"
        await all_tools.call_tool("update_task", arguments)
        assert (tasks / "tasks.md").read_bytes() == before


@pytest.mark.verifies("mcp#2.14")
async def test_a_document_that_changes_meanwhile_is_not_written(
    all_tools: Client, answer: Answer, tasks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_and_change(text: str, path: str) -> tuple[Task, ...]:
        (tasks / "tasks.md").write_text("- [ ] 9. New\n")
        return read_tasks(text, path)

    monkeypatch.setattr(task_actions, "read_tasks", read_and_change)
    arguments = {"feature": "cart", "task": "2.1", "state": "done"}
    result = await all_tools.call_tool("update_task", arguments)
    assert "has changed meanwhile" in answer(result)["error_message"]
    assert (tasks / "tasks.md").read_text() == "- [ ] 9. New\n"


@pytest.mark.usefixtures("tasks")
@pytest.mark.verifies("mcp#2.15")
async def test_a_criterion_is_linked_to_a_case_and_nowhere_else(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    case = "testcase: {name: a, steps: [{id: s, method: GET, url: 'http://h/'}]}\n"
    for path in ("tests/cases/a.yaml", "deploy/a.yaml"):
        (project / path).parent.mkdir(parents=True)
        (project / path).write_text(case)
    arguments = {"criterion": "cart#1.2", "case": "tests/cases/a.yaml"}
    assert answer(await all_tools.call_tool("link_criterion", arguments))["changed"]
    assert "cart#1.2" in (project / "tests/cases/a.yaml").read_text()
    assert not answer(await all_tools.call_tool("link_criterion", arguments))["changed"]
    for criterion, path in (
        ("cart#1.2", "deploy/a.yaml"),
        ("cart#1.9", "tests/cases/a.yaml"),
        ("cart#1.2", "tests/test_a.py"),
    ):
        arguments = {"criterion": criterion, "case": path}
        assert (await all_tools.call_tool("link_criterion", arguments)).is_error
    assert (project / "deploy/a.yaml").read_text() == case


async def text_of(client: Client, **arguments: str) -> str:
    [message] = (await client.get_prompt("implement-task", arguments)).messages
    assert isinstance(message.content, types.TextContent)
    return message.content.text


@pytest.mark.verifies("mcp#2.16")
async def test_the_prompt_holds_the_task_its_criteria_and_its_design(
    client: Client, tasks: Path
) -> None:
    text = await text_of(client)
    assert ".kiro/specs/cart/tasks.md:6" in text
    assert "- cart#1.2 (untested, .kiro/specs/cart/requirements.md:6)" in text
    assert "A till of brass." in text
    assert "Bell" not in text
    assert "Design: .kiro/specs/cart/design.md" in await text_of(client, task="2.2")
    (tasks / "tasks.md").write_text("- [x] 1. a\n")
    with pytest.raises(MCPError, match="Every task is done"):
        await text_of(client, feature="cart")
