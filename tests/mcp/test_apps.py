"""Views inside MCP clients: who is shown them, and that the answers are the same for all."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.client import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from shall.actions.tool_access import ToolAccess
from shall.mcp.apps import VIEWS
from shall.mcp.server import build_server
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

SHOWS = (advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]}),)
SHOWS_OTHERS = (advertise(EXTENSION_ID, {"mimeTypes": ["text/uri-list"]}),)


def connected(spaces: Workspaces, mode: str, extensions: Any = (), **changes: Any) -> Client:
    return Client(build_server(spaces, **changes), mode=mode, extensions=extensions)


async def views_of(client: Client) -> tuple[dict[str, Any], set[str]]:
    """Return what the tools say of their views, and the views among the resources."""
    tools = {tool.name: tool.meta for tool in (await client.list_tools()).tools if tool.meta}
    listed = {str(it.uri) for it in (await client.list_resources()).resources}
    assert "case://format" in listed
    return tools, {uri for uri in listed if uri.startswith("ui:")}


@pytest.mark.verifies("mcp-apps#1.1", "mcp-apps#1.4")
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_with_the_extension_finds_the_views(spaces: Workspaces, mode: str) -> None:
    async with connected(spaces, mode, SHOWS) as client:
        tools, listed = await views_of(client)
        assert tools == {name: {"ui": {"resourceUri": uri}} for name, uri in VIEWS.items()}
        assert listed == set(VIEWS.values())
        for uri in listed:
            [content] = (await client.read_resource(uri)).contents
            assert content.mime_type == APP_MIME_TYPE
            assert content.meta == {"ui": {"prefersBorder": False}}
            assert getattr(content, "text", "").startswith("<!doctype html>")


@pytest.mark.verifies("mcp-apps#1.2")
@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize("extensions", [(), SHOWS_OTHERS], ids=["none", "other-content"])
async def test_a_client_without_the_extension_finds_no_trace_of_views(
    spaces: Workspaces, mode: str, extensions: Any
) -> None:
    async with connected(spaces, mode, extensions) as client:
        assert await views_of(client) == ({}, set())


@pytest.mark.verifies("mcp-apps#1.1")
async def test_the_view_of_a_tool_that_is_not_offered_is_not_listed(spaces: Workspaces) -> None:
    access = ToolAccess(tools=frozenset({"run_tests"}))
    async with connected(spaces, "legacy", SHOWS, access=access) as client:
        tools, listed = await views_of(client)
        assert listed == {VIEWS["run_tests"]}
        assert set(tools) == {"run_tests"}


@pytest.mark.verifies("mcp-apps#1.3")
async def test_the_answers_are_the_same_with_views_and_without(
    spaces: Workspaces, service: Any, write_cases: Callable[..., None]
) -> None:
    write_cases(1, service.url, expected=500)
    answers = []
    for extensions in ((), SHOWS):
        async with connected(spaces, "auto", extensions) as client:
            ran = await client.call_tool("run_tests", {})
            traced = await client.call_tool("trace_requirements", {})
            assert ran.structured_content is not None
            assert ran.structured_content["failed"] == 1
            assert '"failed":1' in ran.content[0].text  # type: ignore[union-attr]
            answers.append((shape(ran.structured_content), shape(traced.structured_content)))
    assert answers[0] == answers[1]


def shape(answer: dict[str, Any] | None) -> dict[str, Any]:
    """Leave out what differs from call to call."""
    assert answer is not None
    return {
        key: value
        for key, value in answer.items()
        if key not in {"request_id", "run_id", "duration", "result"}
    }
