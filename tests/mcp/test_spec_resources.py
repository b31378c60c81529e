"""Resources ``spec://``, their changes and the completion of names."""

import json
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated

from shall.actions.tool_access import EVERY_TOOL, ToolAccess
from shall.mcp import spec_changes
from shall.mcp.server import build_server
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

LOGIN = """\
### Requirement 1: Log in

#### Acceptance Criteria

1. WHEN the password is right, THE shop SHALL answer with 200.
2. IF the password is wrong, THEN THE shop SHALL answer with 401.
"""


@pytest.fixture
def login(project: Path) -> Path:
    document = project / "specs/login/requirements.md"
    document.parent.mkdir(parents=True)
    document.write_text(LOGIN)
    return document


async def text_of(client: Client, uri: str) -> str:
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, types.TextResourceContents)
    return content.text


@pytest.mark.verifies("mcp#2.5")
@pytest.mark.usefixtures("login")
async def test_features_criteria_and_the_matrix_can_be_read(client: Client) -> None:
    assert json.loads(await text_of(client, "spec://features")) == [
        {
            "name": "login",
            "layout": "native",
            "files": ["specs/login/requirements.md"],
            "requirements": 1,
            "criteria": 2,
            "language": "en",
        }
    ]
    assert await text_of(client, "spec://login/requirements") == LOGIN
    criterion = json.loads(await text_of(client, "spec://login/criteria/1.2"))
    assert criterion["key"] == "login#1.2"
    assert criterion["status"] == "untested"
    assert "login#1.1" in await text_of(client, "spec://matrix")


@pytest.mark.verifies("tracing#11.5")
async def test_the_open_change_of_a_criterion_is_named(client: Client, project: Path) -> None:
    folder = project / "openspec/changes/add-cart/specs/cart"
    folder.mkdir(parents=True)
    (folder / "spec.md").write_text(
        "## ADDED Requirements\n### Requirement: Total\nThe cart SHALL add up.\n"
    )
    [feature] = json.loads(await text_of(client, "spec://features"))
    assert feature["changes"] == ["add-cart"]
    criterion = json.loads(await text_of(client, "spec://cart/criteria/total"))
    assert criterion["change"] == {"name": "add-cart", "operation": "added"}
    requirements = await text_of(client, "spec://cart/requirements")
    assert requirements.startswith("<!-- openspec/changes/add-cart/specs/cart/spec.md: the open")
    assert "(added by add-cart)" in await text_of(client, "spec://matrix")


@pytest.mark.verifies("mcp#2.5")
async def test_the_name_of_a_feature_may_have_a_slash_or_chinese_letters(
    client: Client, project: Path
) -> None:
    for name in ("shop/cart", "登录"):
        document = project / f"specs/{name}/requirements.md"
        document.parent.mkdir(parents=True)
        document.write_text(LOGIN)
    assert await text_of(client, "spec://shop%2Fcart/requirements") == LOGIN
    assert await text_of(client, "spec://shop/cart/requirements") == LOGIN
    assert "登录#1.2" in await text_of(client, "spec://登录/criteria/1.2")


@pytest.mark.verifies("mcp#2.5")
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_templates_are_read_as_what_they_are(client: Client, language: str) -> None:
    text = await text_of(client, f"spec://templates/{language}/requirements")
    assert "EARS" not in text
    assert ("SHALL" in text) == (language == "en")
    listed = {it.uri_template for it in (await client.list_resource_templates()).resource_templates}
    assert "spec://templates/{language}/{kind}" in listed


@pytest.mark.verifies("mcp#2.5")
@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("spec://nothing", "Unknown resource"),
        ("spec://logim/requirements", "Did you mean login?"),
        ("spec://login/criteria/1.9", "login#1.9 is unknown"),
        ("spec://templates/fr/design", "Available: en, zh"),
        ("spec://templates/en/..%2F..%2Fdesign", "Unknown resource"),
        ("spec://../../etc/passwd/requirements", "No feature is named"),
        ("spec://runs/none", "No run has the id none"),
    ],
)
@pytest.mark.usefixtures("login")
async def test_what_cannot_be_read_is_an_invalid_parameter_with_a_reason(
    client: Client, uri: str, reason: str
) -> None:
    with pytest.raises(MCPError) as refused:
        await client.read_resource(uri)
    assert refused.value.code == types.INVALID_PARAMS
    assert reason in str(refused.value)


@pytest.mark.verifies("mcp#2.6")
@pytest.mark.usefixtures("login")
async def test_a_resource_shows_no_more_than_the_tools_that_are_offered(
    spaces: Workspaces,
) -> None:
    access = ToolAccess(tools=frozenset({"read_file"}))
    async with Client(build_server(spaces, access=access), mode="legacy") as client:
        assert await text_of(client, "spec://login/requirements") == LOGIN
        for uri in ("spec://matrix", "spec://login/criteria/1.1", "spec://runs/latest"):
            with pytest.raises(MCPError, match="is not offered"):
                await client.read_resource(uri)


@pytest.mark.verifies("mcp#2.24")
@pytest.mark.usefixtures("login")
async def test_the_gate_is_a_resource_where_requirements_can_be_traced(
    client: Client, spaces: Workspaces
) -> None:
    assert "0 of 2 criteria are proved" in await text_of(client, "spec://gate")
    access = ToolAccess(tools=frozenset({"read_file"}))
    async with Client(build_server(spaces, access=access), mode="legacy") as other:
        for connected, is_offered in ((client, True), (other, False)):
            listed = {str(it.uri) for it in (await connected.list_resources()).resources}
            assert ("spec://gate" in listed) == is_offered
        with pytest.raises(MCPError, match="trace_requirements is not offered"):
            await other.read_resource("spec://gate")


@pytest.mark.verifies("mcp#2.25")
async def test_the_matrix_of_many_criteria_is_cut_to_the_worst(
    client: Client, project: Path
) -> None:
    for number in range(10):
        document = project / f"specs/feature-{number:02}/requirements.md"
        document.parent.mkdir(parents=True)
        document.write_text(
            "### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n"
            + "".join(
                f"{item}. WHEN an order of {item} items comes, THE shop SHALL answer with 201.\n"
                for item in range(1, 51)
            )
        )
    text = await text_of(client, "spec://matrix")
    assert len(text.encode()) <= 4096
    assert "500 criteria: 0 proved, 0 failing, 0 not run, 500 untested" in text
    assert "And 480 more criteria: call trace_requirements" in text


@pytest.mark.verifies("mcp#2.24")
async def test_a_client_that_listens_learns_of_a_changed_gate(
    spaces: Workspaces, project: Path, login: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec_changes, "POLL_S", 0.01)
    uri = "spec://gate"
    with anyio.fail_after(20):
        async with (
            Client(build_server(spaces, access=EVERY_TOOL)) as client,
            client.listen(resource_subscriptions=[uri, "spec://matrix"]) as events,
        ):
            seen = aiter(events)
            login.write_text(LOGIN.replace("401", "403"))  # noqa: ASYNC240
            assert await anext(seen) == ResourceUpdated("spec://matrix")
            assert await anext(seen) == ResourceUpdated(uri)
            (project / ".shall").mkdir(exist_ok=True)
            (project / ".shall/baseline.jsonl").write_text("")
            assert await anext(seen) == ResourceUpdated(uri)


@pytest.mark.verifies("mcp#2.7")
async def test_a_client_that_listens_learns_of_a_changed_document(
    spaces: Workspaces, login: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec_changes, "POLL_S", 0.01)
    uri = "spec://login/requirements"
    with anyio.fail_after(20):
        async with (
            Client(build_server(spaces)) as client,
            client.listen(resource_subscriptions=[uri], resources_list_changed=True) as events,
        ):
            login.write_text(LOGIN.replace("401", "403"))  # noqa: ASYNC240
            assert await anext(aiter(events)) == ResourceUpdated(uri)
            added = login.parents[1] / "cart/requirements.md"
            added.parent.mkdir()
            added.write_text(LOGIN)
            assert await anext(aiter(events)) == ResourcesListChanged()


@pytest.mark.verifies("mcp#2.7")
@pytest.mark.filterwarnings("ignore:resources/:mcp.shared.exceptions.MCPDeprecationWarning")
async def test_a_session_that_subscribed_learns_of_a_changed_document(
    spaces: Workspaces, login: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec_changes, "POLL_S", 0.01)
    updated = anyio.Event()
    uri = "spec://matrix"

    async def note(message: Any) -> None:
        if isinstance(message, types.ResourceUpdatedNotification) and message.params.uri == uri:
            updated.set()

    with anyio.fail_after(20):
        async with Client(build_server(spaces), mode="legacy", message_handler=note) as client:
            await client.session.subscribe_resource(uri)
            login.write_text(LOGIN.replace("401", "403"))  # noqa: ASYNC240
            await updated.wait()
            await client.session.unsubscribe_resource(uri)


@pytest.mark.verifies("mcp#2.7")
def test_subscriptions_that_nobody_ends_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec_changes, "MOST_FOLLOWED", 3)

    class Session:
        async def send_resource_updated(self, uri: str) -> None:
            sent.append(uri)

        async def send_resource_list_changed(self) -> None:
            sent.append("list")

    sent: list[str] = []
    changes = spec_changes.SpecChanges()
    session = Session()
    for number in range(10):
        changes.follow(session, f"spec://{number}/requirements")
    for number in range(10):
        anyio.run(changes.send, ResourceUpdated(f"spec://{number}/requirements"))
    assert sent == [f"spec://{number}/requirements" for number in (7, 8, 9)]
    anyio.run(changes.send, ResourcesListChanged())
    assert sent[3:] == ["list"]
