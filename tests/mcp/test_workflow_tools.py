"""Tools of the workflow, which are offered where the operator asks for them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from shall.actions.tool_access import EVERY_TOOL
from shall.errors import InvalidSetting
from shall.mcp import workflow_tools
from shall.mcp.server import CORE, CORE_TOOLS, WORKFLOW_TOOLS
from shall.serve.toolset import named_access
from shall.settings import Settings

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]


@pytest.fixture
def features(project: Path) -> None:
    for number in range(120):
        document = project / f"specs/feature-{number:03}/requirements.md"
        document.parent.mkdir(parents=True)
        document.write_text(
            "### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n"
            + "".join(
                f"{item}. WHEN an order of {item} items comes, THE shop SHALL answer with 201.\n"
                for item in range(1, 41)
            )
        )


@pytest.mark.verifies("mcp#2.10")
async def test_the_tools_of_the_workflow_are_offered_where_they_are_asked_for(
    client: Client, all_tools: Client
) -> None:
    assert {tool.__name__ for tool in workflow_tools.TOOLS} == WORKFLOW_TOOLS
    assert {it.name for it in (await client.list_tools()).tools} == CORE_TOOLS
    assert {it.name for it in (await all_tools.list_tools()).tools} == CORE_TOOLS | WORKFLOW_TOOLS


@pytest.mark.verifies("mcp#2.10")
def test_the_settings_choose_the_tools() -> None:
    assert named_access(Settings()) == CORE
    assert named_access(Settings(toolset="all")) == EVERY_TOOL
    assert named_access(Settings(tools=("read_spec",))).tools == frozenset({"read_spec"})
    with pytest.raises(InvalidSetting, match="Did you mean read_spec"):
        named_access(Settings(tools=("read_specs",)))


@pytest.mark.repeats
@pytest.mark.usefixtures("features")
@pytest.mark.verifies("mcp#2.11")
async def test_features_and_criteria_come_in_short_pages(all_tools: Client, answer: Answer) -> None:
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        result = await all_tools.call_tool("list_specs", {"offset": offset})
        assert len(result.model_dump_json()) <= 4096
        page = answer(result)
        assert page["total"] == 120
        seen += [it["feature"] for it in page["features"]]
        offset = page.get("next_offset")
    assert seen == [f"feature-{number:03}" for number in range(120)]

    result = await all_tools.call_tool("read_spec", {"feature": "feature-007"})
    assert len(result.model_dump_json()) <= 4096
    page = answer(result)
    assert (page["total"], page["criteria"][0]["key"]) == (40, "feature-007#1.1")
    assert page["criteria"][0]["place"] == "specs/feature-007/requirements.md:5"
    rest = {"feature": "feature-007", "requirement": "1", "offset": page["next_offset"]}
    following = answer(await all_tools.call_tool("read_spec", rest))
    assert following["criteria"][0]["key"] == f"feature-007#1.{page['next_offset'] + 1}"


@pytest.mark.verifies("tracing#11.5")
async def test_the_open_change_of_a_criterion_is_named(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    folder = project / "openspec/changes/add-cart/specs/cart"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(
        "## ADDED Requirements\n### Requirement: Total\nThe cart SHALL add up.\n"
    )
    [feature] = answer(await all_tools.call_tool("list_specs", {}))["features"]
    assert feature["changes"] == ["add-cart"]
    read = answer(await all_tools.call_tool("read_spec", {"feature": "cart"}))
    assert read["criteria"][0]["change"] == {"name": "add-cart", "operation": "added"}
    traced = answer(await all_tools.call_tool("trace_requirements", {}))
    assert traced["criteria"][0]["change"] == "added by add-cart"


@pytest.mark.usefixtures("features")
@pytest.mark.verifies("mcp#2.11")
async def test_what_is_not_there_is_named_with_what_is(all_tools: Client, answer: Answer) -> None:
    for arguments, reason in (
        ({"feature": "feature-7"}, "Did you mean feature-"),
        ({"feature": "feature-007", "requirement": "9"}, "has no requirement 9. Available: 1."),
        ({"feature": "feature-007", "offset": -1}, "offset is -1"),
    ):
        result = await all_tools.call_tool("read_spec", arguments)
        assert result.is_error
        assert reason in answer(result)["error_message"]


@pytest.mark.usefixtures("features")
@pytest.mark.verifies("mcp#2.17")
async def test_a_change_is_shown_and_then_applied(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    path = "specs/feature-007/requirements.md"
    read = answer(await all_tools.call_tool("read_spec", {"feature": "feature-007"}))
    base = read["fingerprints"][path]
    edit = {"old": "order of 2 items comes", "new": "order of two items comes"}
    change = {"path": path, "edits": [edit], "base_fingerprint": base}
    before = (project / path).read_text()
    shown = answer(await all_tools.call_tool("change_spec", change))
    assert (shown["applied"], shown["changed"]) == (False, ["feature-007#1.2"])
    assert "+2. WHEN an order of two items comes" in shown["diff"]
    assert (project / path).read_text() == before
    done = answer(await all_tools.call_tool("change_spec", {**change, "apply": True}))
    assert done["next_base_fingerprint"] == shown["next_base_fingerprint"]
    assert (project / path).read_text() == before.replace(edit["old"], edit["new"])


@pytest.mark.usefixtures("features")
@pytest.mark.verifies("mcp#2.20")
async def test_a_change_that_loses_a_criterion_is_refused(
    all_tools: Client, answer: Answer
) -> None:
    path = "specs/feature-007/requirements.md"
    for arguments, reason in (
        ({"content": "# Nothing\n"}, "would remove 40 criteria: feature-007#1.1"),
        ({}, "Send either content or edits."),
    ):
        result = await all_tools.call_tool("change_spec", {"path": path, **arguments})
        assert result.is_error
        assert reason in answer(result)["error_message"]


@pytest.mark.usefixtures("features")
@pytest.mark.verifies("mcp#3.3")
async def test_an_approval_over_mcp_names_the_caller(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    document = {"path": "specs/feature-007/requirements.md"}

    async def approval(action: str) -> dict[str, Any]:
        return answer(await all_tools.call_tool("approve_document", {**document, "action": action}))

    assert (await approval("status"))["approval"] == "none"
    for action, verdict in (
        ("request", "requested"),
        ("reject", "rejected"),
        ("approve", "approved"),
    ):
        found = await approval(action)
        assert (found["approval"], found["last"]["by"]) == (verdict, "anyone over MCP")
    signed = {**document, "action": "approve", "by": "Ann"}
    assert (await all_tools.call_tool("approve_document", signed)).is_error
    with (project / document["path"]).open("a") as file:
        file.write("\nMore.\n")
    assert (await approval("status"))["approval"] == "outdated"
