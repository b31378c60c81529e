"""The prompts of the workflow, and the completion of their arguments."""

from pathlib import Path

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from shall.actions.tool_access import ToolAccess
from shall.mcp.prompts import PROMPT_NAMES
from shall.mcp.server import build_server
from shall.mcp.texts import LANGUAGES, instructions
from shall.specs.ears import language_of
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

CART = """\
### Requirement 1: Cart

#### Acceptance Criteria

1. WHEN an item is added, THE shop SHALL answer with 201.
"""
CART_ZH = """\
### 需求 1：购物车

#### 验收标准

1. 当添加商品时，系统应返回 201。
"""


@pytest.fixture
def write(project: Path) -> dict[str, Path]:
    found = {}
    for path, text in {
        "specs/cart/requirements.md": CART,
        "specs/cart/design.md": "# Design: a till\n",
        ".kiro/specs/gouwuche/requirements.md": CART_ZH,
    }.items():
        found[path] = project / path
        found[path].parent.mkdir(parents=True) if not found[path].parent.exists() else None
        found[path].write_text(text)
    return found


async def text_of(client: Client, name: str, **arguments: str) -> str:
    [message] = (await client.get_prompt(name, arguments)).messages
    assert isinstance(message.content, types.TextContent)
    return message.content.text


@pytest.mark.verifies("mcp#2.8")
@pytest.mark.parametrize("name", PROMPT_NAMES)
def test_each_prompt_has_instructions_in_each_language(name: str) -> None:
    for language in LANGUAGES:
        assert language_of(instructions(name, language)) == language


@pytest.mark.verifies("mcp#2.8")
@pytest.mark.usefixtures("write")
async def test_requirements_of_a_feature_go_where_the_layout_wants_them(client: Client) -> None:
    new = await text_of(
        client, "generate-requirements", requirements="a till", feature="till", layout="native"
    )
    assert "Path: specs/till/requirements.md" in new
    assert "- cart: 1 criteria, specs/cart/requirements.md" in new
    kiro = await text_of(client, "generate-requirements", requirements="收银", feature="till")
    assert "Path: .kiro/specs/till/requirements.md" in kiro
    assert kiro.startswith(instructions("generate-requirements", "zh"))
    with pytest.raises(MCPError, match="Did you mean kiro"):
        await text_of(client, "generate-requirements", requirements="x", layout="kira")


@pytest.mark.verifies("mcp#2.8")
@pytest.mark.usefixtures("write")
async def test_a_prompt_is_in_the_language_of_its_document_unless_asked_otherwise(
    client: Client,
) -> None:
    path = ".kiro/specs/gouwuche/requirements.md"
    name = "generate-design-from-requirements"
    assert (await text_of(client, name, requirements_path=path)).startswith(
        instructions(name, "zh")
    )
    english = await text_of(client, name, requirements_path=path, language="en")
    assert english.startswith(instructions(name, "en"))
    assert "系统应返回 201" in english
    with pytest.raises(MCPError, match="Available: en, zh"):
        await text_of(client, name, requirements_path=path, language="fr")


@pytest.mark.verifies("mcp#2.8")
@pytest.mark.usefixtures("write")
async def test_a_prompt_takes_the_only_document_or_asks_which(client: Client) -> None:
    assert "a till" in await text_of(client, "generate-tasks-from-design")
    with pytest.raises(MCPError, match="There are 2 documents of requirements"):
        await text_of(client, "generate-design-from-requirements")
    assert CART.strip() in await text_of(client, "clarify-requirements", feature="cart")
    with pytest.raises(MCPError, match="Did you mean cart"):
        await text_of(client, "clarify-requirements", feature="card")


@pytest.mark.verifies("mcp#2.8")
async def test_tests_are_asked_for_what_is_not_proved_and_suspects_only_where_some_are(
    client: Client, write: dict[str, Path]
) -> None:
    asked = await text_of(client, "generate-tests-from-requirements", feature="cart")
    assert "- cart#1.1 (untested, specs/cart/requirements.md:5)" in asked
    assert "WHEN an item is added" in asked
    assert (await text_of(client, "resolve-suspects")).endswith("(0)\n")
    assert "Code: src" in await text_of(client, "recover-spec-from-code", path="src")
    assert len(write) == 3


@pytest.mark.verifies("mcp#2.8")
@pytest.mark.usefixtures("write")
async def test_statuses_are_not_shown_to_a_caller_who_may_not_trace(spaces: Workspaces) -> None:
    access = ToolAccess(tools=frozenset({"read_file"}))
    async with Client(build_server(spaces, access=access), mode="legacy") as client:
        for name in ("generate-tests-from-requirements", "resolve-suspects"):
            with pytest.raises(MCPError, match="is not offered"):
                await text_of(client, name)


@pytest.mark.verifies("mcp#2.9")
@pytest.mark.usefixtures("write")
async def test_arguments_are_completed_with_the_names_that_exist(client: Client) -> None:
    async def completed(
        reference: types.PromptReference | types.ResourceTemplateReference,
        name: str,
        value: str,
        **context: str,
    ) -> list[str]:
        argument = {"name": name, "value": value}
        found = await client.complete(reference, argument, context_arguments=context or None)
        return found.completion.values

    prompt = types.PromptReference(type="ref/prompt", name="clarify-requirements")
    assert await completed(prompt, "feature", "CA") == ["cart"]
    assert await completed(prompt, "feature", "") == ["gouwuche", "cart"]
    assert await completed(prompt, "design_path", "") == ["specs/cart/design.md"]
    assert await completed(prompt, "language", "z") == ["zh"]
    assert await completed(prompt, "layout", "spec-") == ["spec-workflow", "spec-kit"]
    assert await completed(prompt, "zzz", "") == []
    template = types.ResourceTemplateReference(
        type="ref/resource", uri="spec://{feature}/criteria/{id}"
    )
    assert await completed(template, "id", "1", feature="cart") == ["1.1"]
    assert await completed(template, "run", "") == ["latest"]
